"""Exercise 10.1: draws from the aggregate posterior."""

import torch

from ..exercise import Exercise


def _posteriors(seed=0):
    g = torch.Generator().manual_seed(seed)
    return [
        tuple(map(torch.tensor, ([[0.0], [10.0]], [[1.0], [2.0]], [1], [[0.5]]))),
        (
            torch.randn(6, 2, generator=g),
            torch.rand(6, 2, generator=g) + 0.1,
            torch.tensor([3, 0, 3, 5]),
            torch.randn(4, 2, generator=g),
        ),
    ]


def _one_by_one(mean, stddev, which, noise):
    return torch.stack([mean[i] + stddev[i] * e for i, e in zip(which.tolist(), noise)])


aggregate_draws = Exercise(
    name="aggregate_draws",
    solution=lambda mean, stddev, which, noise: mean[which] + stddev[which] * noise,
    inputs=_posteriors,
    praise="first an image, then its own Gaussian: that is how one draws from a mixture.",
    mistakes="""
        averaged parameters: mean.mean(0) + stddev.mean(0) * noise
            You drew from one Gaussian with the average mean and width. q(z) is the average of the
            *densities*: pick an image first, then draw from its own q(z|x).
        moment-matched Gaussian:
                mean.mean(0) + ((stddev**2).mean(0) + mean.var(0, correction=0)).sqrt() * noise
            This Gaussian has the mean and variance of q(z), and not its shape. Pick an image first.
        means only: mean[which]
            These are the means of the images you picked. Each code is a cloud: add its stddev times
            noise.
        variance for standard deviation: mean[which] + stddev[which] ** 2 * noise
            The noise was multiplied by the variance; it takes the standard deviation.
        one width for all: mean[which] + stddev.mean(0) * noise
            Each image has its own widths: index stddev by `which`, too.
        noise of unit width: mean[which] + noise
            The noise has standard deviation 1 here. Multiply it by that of the image you picked.
        the first images: mean[: len(noise)] + stddev[: len(noise)] * noise
            You took the images in the order in which they stand. `which` says which ones were
            drawn.
        mean forgotten: stddev[which] * noise
            The widths are right, but every draw is around 0: add the mean of the image you picked.
    """,
    also_right=(
        _one_by_one,
        lambda mean, stddev, which, noise: torch.addcmul(
            mean.index_select(0, which), stddev[which], noise
        ),
        lambda mean, stddev, which, noise: noise.mul_(stddev[which]).add_(mean[which]),
    ),
)
