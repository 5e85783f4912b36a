"""Exercise 8.2: what the best stretch gains where the latents may not be shifted."""

import torch
from torch.distributions import Normal, kl_divergence

from ..exercise import Exercise


def _moments(seed=0):
    return [
        (torch.tensor([1.0]), torch.tensor([1.0])),
        (torch.tensor([0.0]), torch.tensor([4.0])),
        (torch.tensor([0.5, -2.0, seed % 10 / 5]), torch.tensor([0.25, 2.0, 1.0])),
    ]


def _of(second):
    return (second - 1 - second.log()) / 2


def _by_search(mean, variance):
    """Try stretches, and keep the best in each dimension."""
    second = mean**2 + variance
    squares = torch.linspace(-4, 4, 80_001, dtype=torch.float64).exp()[:, None]
    return (second - second / squares - squares.log()).amax(0).sum() / 2


stretching_gain = Exercise(
    name="stretching_gain",
    solution=lambda mean, variance: (mean**2 + variance - 1 - (mean**2 + variance).log()).sum() / 2,
    inputs=_moments,
    praise="the best stretch makes the second moment 1, and what is left of the mean stays.",
    mistakes="""
        shifted as well: ((mean**2 + variance - 1 - variance.log()) / 2).sum()
            This is section 3's gain, with shift and stretch. Here the mean has to stay where the
            stretch puts it: minimise over s with m^2 + v in place of v.
        stretched to variance 1:
                (mean**2 + variance - (mean**2 + variance) / variance - variance.log()).sum() / 2
            You stretched until the variance was 1. That is the best stretch only after a shift;
            without one, set the derivative by s to zero once more.
        the mean left out: _of(variance).sum()
            The mean enters too: a stretch by 1/s also moves it, and its square costs nats.
        one half forgotten: 2 * _of(mean**2 + variance).sum()
            This is twice the gain: the KL of Gaussians has a factor 1/2 in front.
        log of the standard deviation:
                (mean**2 + variance - 1 - (mean**2 + variance).log() / 2).sum() / 2
            You took log s where log s^2 belongs.
        one number a dimension: _of(mean**2 + variance)
            Right for each dimension. The gain of the whole model is their sum, one number.
        mean for sum: _of(mean**2 + variance).mean()
            You averaged over the dimensions; a KL adds up over independent dimensions.
        sign flipped: -_of(mean**2 + variance).sum()
            This is minus the gain: it would say that a stretch makes codes more expensive.
    """,
    also_right=(
        _by_search,
        lambda mean, variance: kl_divergence(
            Normal(0.0, (mean**2 + variance).sqrt()), Normal(0.0, 1.0)
        ).sum(),
        lambda mean, variance: float(_of(mean.square() + variance).sum()),
    ),
)
