"""Exercise 3.1: the KL in one line."""

import numpy as np
import torch
from torch.distributions import Normal, kl_divergence

from ...distributions import gaussian, kl_standard_normal
from ..exercise import Exercise, Mistake


def codes():
    g = torch.Generator().manual_seed(3)
    return [
        (torch.tensor([[1.0]]), torch.tensor([[0.5]])),
        (torch.tensor([[0.0, 2.0], [1.0, -1.0]]), torch.tensor([[-1.0, 0.3], [0.7, -2.0]])),
        (torch.randn(5, 3, generator=g), torch.randn(5, 3, generator=g)),
    ]


def _kl(mu, logvar):
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(-1)


kl_to_standard_normal = Exercise(
    name="kl_to_standard_normal",
    solution=_kl,
    inputs=codes,
    praise="non-negative, summed over the dimensions, one number an image.",
    mistakes=(
        Mistake(
            "sign flipped",
            lambda mu, logvar: -_kl(mu, logvar),
            "This is minus the KL: 1 + log σ² - σ² - μ² is never positive. A divergence is never"
            " negative.",
        ),
        Mistake(
            "one half missing",
            lambda mu, logvar: 2 * _kl(mu, logvar),
            "It is twice the KL: the factor 1/2 in front is missing.",
        ),
        Mistake(
            "standard deviation for variance",
            lambda mu, logvar: 0.5 * (mu**2 + (logvar / 2).exp() - 1 - logvar).sum(-1),
            "exp(logvar / 2) is σ; the formula has σ², which is exp(logvar).",
        ),
        Mistake(
            "logvar read as log σ",
            lambda mu, logvar: _kl(mu, 2 * logvar),
            "You treated logvar as log σ. It is the log of the variance already.",
        ),
        Mistake(
            "logvar read as the variance",
            lambda mu, logvar: 0.5 * (mu**2 + logvar - 1 - logvar.abs().log()).sum(-1),
            "logvar is the *logarithm* of the variance: σ² = logvar.exp().",
        ),
        Mistake(
            "summed over the batch",
            lambda mu, logvar: _kl(mu, logvar).sum(),
            "You summed over the batch as well. Sum over the last axis only.",
        ),
        Mistake(
            "mean over the batch",
            lambda mu, logvar: _kl(mu, logvar).mean(),
            "You averaged over the batch as well. Return one number an image.",
        ),
        Mistake(
            "mean over the dimensions",
            lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1 - logvar).mean(-1),
            "You took the mean over the dimensions. KLs of independent dimensions add up; a mean"
            " divides by D.",
        ),
        Mistake(
            "not summed",
            lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1 - logvar),
            "These are the KLs of the single dimensions. Sum over the last axis.",
        ),
        Mistake(
            "wrong way round",
            lambda mu, logvar: 0.5 * ((mu**2 + 1) / logvar.exp() - 1 + logvar).sum(-1),
            "This is KL(p || q), from the prior to q. Here q comes first: the mean runs under q.",
        ),
        Mistake(
            "mean not squared",
            lambda mu, logvar: 0.5 * (mu + logvar.exp() - 1 - logvar).sum(-1),
            "The mean enters squared: E_q[z²] = μ² + σ².",
        ),
        Mistake(
            "the 1 forgotten",
            lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - logvar).sum(-1),
            "At μ = 0 and σ = 1 the KL must be 0; yours is 1/2 a dimension. The -1 is missing.",
        ),
    ),
    also_right=(
        lambda mu, logvar: kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0)).sum(-1),
        lambda mu, logvar: -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1),
        lambda mu, logvar: (mu.square() / 2 + torch.expm1(logvar) / 2 - logvar / 2).sum(1),
        lambda mu, logvar: torch.stack(
            [kl_standard_normal(m, v).sum() for m, v in zip(mu, logvar)]
        ),
        lambda mu, logvar: kl_divergence(gaussian(mu, logvar), gaussian(0 * mu, 0 * mu)),
        lambda mu, logvar: mu.pow_(2).add_(logvar.exp()).sub_(1).sub_(logvar).sum(-1) / 2,
        lambda mu, logvar: (
            0.5 * (mu.numpy() ** 2 + np.expm1(logvar.numpy()) - logvar.numpy()).sum(1)
        ),
    ),
)
