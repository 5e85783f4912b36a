"""Exercise 16.1: what noise makes of one Gaussian code."""

import math

import torch

from ..exercise import Exercise


def _codes(seed=0):
    g = torch.Generator().manual_seed(seed)
    return [
        (torch.tensor([1.0]), torch.tensor([0.25]), 0.5),
        (torch.randn(2, generator=g), torch.rand(2, generator=g) + 0.1, 0.1),
        (torch.randn(3, 2, generator=g), torch.rand(3, 2, generator=g) + 0.1, 0.8),
    ]


def _noised(mu, var, t):
    return math.sqrt(1 - t) * mu, (1 - t) * var + t


def by_two_variances(mu, var, t):
    shrink = (1 - t) ** 0.5
    return shrink * mu, shrink**2 * var + t * torch.ones_like(var)


noised_code = Exercise(
    name="noised_code",
    solution=_noised,
    inputs=_codes,
    praise="means shrink with the square root, variances mix in shares; at t = 1 it is N(0, 1).",
    mistakes="""
        mean shrunk without the root: ((1 - t) * mu, (1 - t) * var + t)
            The code is multiplied by the square root of 1 - t, and so is its mean.
        mean left where it was: (mu, (1 - t) * var + t)
            The variance is right. But the code itself shrinks: at t = 1 nothing of it is left.
        factor for its square: (math.sqrt(1 - t) * mu, math.sqrt(1 - t) * var + math.sqrt(t))
            The mean is right. A variance is multiplied by the square of the factor: 1 - t and t.
        noise added, code not shrunk: (math.sqrt(1 - t) * mu, var + t)
            The mean is right. The code's own variance shrinks as well, by 1 - t.
        the noise forgotten: (math.sqrt(1 - t) * mu, (1 - t) * var)
            The mean is right. The noise has variance t, which is missing.
        standard deviation for variance: (math.sqrt(1 - t) * mu, ((1 - t) * var + t).sqrt())
            Your second number is a standard deviation; the variance is asked for.
        t the wrong way round: (math.sqrt(t) * mu, t * var + 1 - t)
            At t = 0 the code should stand there untouched: t is the share of the *noise*.
    """,
    also_right=(by_two_variances, lambda mu, var, t: [mu * (1 - t) ** 0.5, var - t * (var - 1)]),
)
