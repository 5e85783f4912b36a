"""Right answers to the exercises of notebook 08, written another way."""

import math
import statistics

import numpy as np
import torch
from torch.distributions import MultivariateNormal, Normal, kl_divergence


def _by_probing(weight, bias, m, s):
    """Ask the old layer what it says at m and at m plus one stretched step along each axis."""
    at_zero = weight @ m + bias
    columns = [weight @ (m + s * axis) + bias - at_zero for axis in torch.eye(len(m))]
    return torch.stack(columns, 1), at_zero


def _by_covariance(mean, variance):
    d = len(mean)
    return kl_divergence(
        MultivariateNormal(mean, torch.diag(variance)),
        MultivariateNormal(torch.zeros(d), torch.eye(d)),
    )


def _by_statistics(plain, treated):
    gains = [float(b) - float(a) for a, b in zip(plain, treated)]
    return statistics.mean(gains), statistics.stdev(gains) / math.sqrt(len(gains))


def _by_numpy(plain, treated):
    gains = treated.numpy() - plain.numpy()
    return gains.mean(), np.sqrt(gains.var(ddof=1) / len(gains))


ALSO_RIGHT = {
    "absorbed_layer": [
        _by_probing,
        lambda weight, bias, m, s: (
            weight @ torch.diag(s),
            torch.nn.functional.linear(m, weight, bias),
        ),
        lambda weight, bias, m, s: [
            torch.einsum("ol,l->ol", weight, s),
            (weight * m).sum(1) + bias,
        ],
    ],
    "standardizing_gain": [
        _by_covariance,
        lambda mean, variance: kl_divergence(Normal(mean, variance.sqrt()), Normal(0.0, 1.0)).sum(),
        lambda mean, variance: float(
            0.5 * (mean.square() + torch.expm1(variance.log()) - variance.log()).sum()
        ),
    ],
    "paired_gain": [_by_statistics, _by_numpy],
}
