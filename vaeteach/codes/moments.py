"""The aggregate posterior q(z) = mean over x of q(z|x).

Its density, samples, moments, and its share of the KL term. Everything here depends on the model
through `encode` and `prior` alone. Gradients stop at the encoder: these are measurements, not
objectives.
"""

from typing import NamedTuple

import torch

from ..distributions import encode
from ..models import VAE


class Moments(NamedTuple):
    """Mean and variance = within + between of q(z), each (D,)."""

    mean: torch.Tensor
    within: torch.Tensor
    between: torch.Tensor
    variance: torch.Tensor


def moments(model: VAE, x: torch.Tensor) -> Moments:
    """Moments of q(z) by the law of total variance, exact for the N images x, (N, P).

    Each shape (D,). mean = <mu(x)>, within = <sigma^2(x)>, between = var[mu(x)] (divided by N, not
    N - 1: the N images are all there is to this mixture), variance = within + between. Raises
    ValueError as AggregatePosterior does. Source: the law of total variance, for instance
    Blitzstein and Hwang 2019, theorem 9.5.4.
    """
    return moments_of(encode(model, x))


def moments_of(q):
    """`moments` for posteriors that are there: q, batch (N,), event (D,)."""
    mu, variance = q.mean.double(), q.variance.double()
    parts = mu.mean(0), variance.mean(0), mu.var(0, unbiased=False)
    return Moments(*(part.to(q.mean.dtype) for part in (*parts, parts[1] + parts[2])))


def active_units(model: VAE, x: torch.Tensor, threshold: float = 0.01) -> torch.Tensor:
    """Which latent dimensions carry anything, (D,) of bool.

    var over x of the mean of q(z|x) above `threshold`. Source: Burda et al. 2016, section 5.2
    (threshold 10^-2).
    """
    return moments(model, x).between > threshold
