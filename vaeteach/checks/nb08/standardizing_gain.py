"""Exercise 8.2: what standardising the latents gains."""

import torch
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from ..exercise import Exercise, Mistake


def _moments():
    return [
        (torch.tensor([1.0]), torch.tensor([1.0])),
        (torch.tensor([0.0]), torch.tensor([4.0])),
        (torch.tensor([0.5, -2.0, 0.0]), torch.tensor([0.25, 2.0, 1.0])),
    ]


def _by_covariance(mean, variance):
    d = len(mean)
    return kl_divergence(
        MultivariateNormal(mean, torch.diag(variance)),
        MultivariateNormal(torch.zeros(d), torch.eye(d)),
    )


standardizing_gain = Exercise(
    name="standardizing_gain",
    solution=lambda mean, variance: ((mean**2 + variance - 1 - variance.log()) / 2).sum(),
    inputs=_moments,
    praise="the KL divergence between the aggregate's moments and the prior's, to the last digit.",
    mistakes=(
        Mistake(
            "one half forgotten",
            lambda mean, variance: (mean**2 + variance - 1 - variance.log()).sum(),
            "This is twice the gain: the KL of Gaussians has a factor 1/2 in front.",
        ),
        Mistake(
            "KL the wrong way round",
            lambda mean, variance: (((1 + mean**2) / variance - 1 + variance.log()) / 2).sum(),
            "This is KL(N(0, 1) || N(m, v)). The mean of KL(q || p) keeps q on the left, and so"
            " does its drop.",
        ),
        Mistake(
            "log of the standard deviation",
            lambda mean, variance: ((mean**2 + variance - 1 - variance.log() / 2) / 2).sum(),
            "You took log s where log s^2 belongs; `variance` is already the square.",
        ),
        Mistake(
            "standard deviation for variance",
            lambda mean, variance: ((mean**2 + variance.sqrt() - 1 - variance.log()) / 2).sum(),
            "The term linear in the spread is the variance, not the standard deviation.",
        ),
        Mistake(
            "variance squared",
            lambda mean, variance: ((mean**2 + variance**2 - 1 - (variance**2).log()) / 2).sum(),
            "`variance` was squared once more, as if it were a standard deviation.",
        ),
        Mistake(
            "the shift left out",
            lambda mean, variance: ((variance - 1 - variance.log()) / 2).sum(),
            "This is what the stretch alone gains. Moving the mean to 0 gains mean^2 / 2 on top.",
        ),
        Mistake(
            "the stretch left out",
            lambda mean, variance: (mean**2 / 2).sum(),
            "This is what the shift alone gains. Bringing the variance to 1 gains (v - 1 - log v) /"
            " 2 on top.",
        ),
        Mistake(
            "one number a dimension",
            lambda mean, variance: (mean**2 + variance - 1 - variance.log()) / 2,
            "Right for each dimension. The gain of the whole model is their sum, one number.",
        ),
        Mistake(
            "mean for sum",
            lambda mean, variance: ((mean**2 + variance - 1 - variance.log()) / 2).mean(),
            "You averaged over the dimensions; a KL adds up over independent dimensions.",
        ),
        Mistake(
            "sign flipped",
            lambda mean, variance: -((mean**2 + variance - 1 - variance.log()) / 2).sum(),
            "This is minus the gain: it would say that standardising makes codes dearer.",
        ),
    ),
    also_right=(
        _by_covariance,
        lambda mean, variance: kl_divergence(Normal(mean, variance.sqrt()), Normal(0.0, 1.0)).sum(),
        lambda mean, variance: float(
            0.5 * (mean.square() + torch.expm1(variance.log()) - variance.log()).sum()
        ),
    ),
)
