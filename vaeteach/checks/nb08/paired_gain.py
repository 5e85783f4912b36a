"""Exercise 8.3: a paired comparison."""

import math
import statistics

import numpy as np
import torch

from ..exercise import Exercise


def _pairs(seed=0):
    g = torch.Generator().manual_seed(1 + seed)
    level = 5 * torch.randn(12, generator=g)  # seeds differ far more than the treatment does
    return [
        (torch.tensor([1.0, 5.0, 9.0]), torch.tensor([2.0, 4.0, 12.0])),
        (level, level + 0.3 + 0.1 * torch.randn(12, generator=g)),
    ]


def _independent_error(plain, treated):
    return treated.mean() - plain.mean(), ((plain.var() + treated.var()) / len(plain)).sqrt()


def _by_statistics(plain, treated):
    gains = [float(b) - float(a) for a, b in zip(plain, treated)]
    return statistics.mean(gains), statistics.stdev(gains) / math.sqrt(len(gains))


def _by_numpy(plain, treated):
    gains = treated.numpy() - plain.numpy()
    return gains.mean(), np.sqrt(gains.var(ddof=1) / len(gains))


paired_gain = Exercise(
    name="paired_gain",
    solution=lambda plain, treated: (
        (treated - plain).mean(),
        (treated - plain).std() / math.sqrt(len(plain)),
    ),
    inputs=_pairs,
    praise="differences first, then their mean and its standard error.",
    mistakes="""
        not paired: _independent_error(plain, treated)
            The mean is right. Your error treats the two columns as unrelated, so the luck of the
            seeds, which both share, counts as noise. Take the difference of each pair first.
        standard deviation for standard error: ((treated - plain).mean(), (treated - plain).std())
            This is how much single seeds differ. The mean of n seeds is known sqrt(n) times better.
        divided by n: ((treated - plain).mean(), (treated - plain).std() / len(plain))
            Divide the standard deviation by sqrt(n), or the variance by n and then take the root.
        n for n - 1:
                ((treated - plain).mean(), (treated - plain).std(correction=0)
                / math.sqrt(len(plain)))
            The standard deviation of a sample divides by n - 1 (torch's default); dividing by n
            makes it too small.
        sign flipped: ((plain - treated).mean(), (treated - plain).std() / math.sqrt(len(plain)))
            A gain is treated minus plain: positive where the treatment helps.
        variance for standard error:
                ((treated - plain).mean(), (treated - plain).var() / len(plain))
            This is the squared standard error; take its root to have nats again.
    """,
    also_right=(
        _by_statistics,
        _by_numpy,
        lambda plain, treated: torch.stack(
            [(treated - plain).mean(), (treated - plain).std() / len(plain) ** 0.5]
        ),
    ),
)
