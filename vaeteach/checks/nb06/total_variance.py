"""Exercise 6.1: the variance of an average of Gaussians."""

import torch

from ..exercise import Exercise


def _posteriors(seed=0):
    g = torch.Generator().manual_seed(seed)
    small = torch.tensor([[0.0], [2.0]]), torch.log(torch.tensor([[0.5], [1.5]]))
    return [
        small,
        (torch.randn(4, 2, generator=g), torch.randn(4, 2, generator=g) - 1),
        (1 + torch.randn(30, 3, generator=g), torch.randn(30, 3, generator=g) - 2),
    ]


def _total_variance(mu, logvar):
    return logvar.exp().mean(0) + mu.var(0, unbiased=False)


def variance_by_moments(mu, logvar):
    return (logvar.exp() + mu**2).mean(0) - mu.mean(0) ** 2


def variance_by_torch(mu, logvar):
    parts = torch.distributions.Independent(torch.distributions.Normal(mu, (logvar / 2).exp()), 1)
    return torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(torch.ones(len(mu))), parts
    ).variance


def variance_in_numpy(mu, logvar):
    import numpy as np

    return np.exp(logvar.numpy()).mean(axis=0) + mu.numpy().var(axis=0)


total_variance = Exercise(
    name="total_variance",
    solution=_total_variance,
    inputs=_posteriors,
    praise="within plus between, one number for each latent.",
    mistakes="""
        the between part is missing: logvar.exp().mean(0)
            This is the mean of the variances. The means differ from image to image too: add their
            variance.
        the within part is missing: mu.var(0, unbiased=False)
            This is the variance of the means. Each q(z|x) has a width of its own: add the mean of
            sigma squared.
        the variance of the means divided by N - 1: logvar.exp().mean(0) + mu.var(0)
            N - 1 estimates the variance of a larger population. Here the N images are the whole
            mixture: divide by N (unbiased=False).
        standard deviation for variance: (logvar / 2).exp().mean(0) + mu.var(0, unbiased=False)
            exp(logvar / 2) is sigma; the law asks for the mean of sigma squared, exp(logvar).
        log-variance for variance: logvar.mean(0) + mu.var(0, unbiased=False)
            logvar is the log of the variance: take exp before you average.
        exp of the mean log-variance: logvar.mean(0).exp() + mu.var(0, unbiased=False)
            You averaged first and took exp afterwards: that is a geometric mean. Exp first, then
            the mean.
        second moment for variance: logvar.exp().mean(0) + mu.square().mean(0)
            The mean of mu squared is a variance only where the mean of mu is zero: subtract the
            mean first.
        mean over the dimensions: logvar.exp().mean(1) + mu.var(1, unbiased=False)
            You went along the latents and not along the images: the images are axis 0.
        one number for all latents: logvar.exp().mean() + mu.var(unbiased=False)
            This mixes all latents into one number; keep axis 1.
        standard deviation of the result: _total_variance(mu, logvar).sqrt()
            This is the standard deviation of q(z); the variance is asked for.
        standard deviation of the means: logvar.exp().mean(0) + mu.std(0, unbiased=False)
            Variances add, standard deviations do not: use var for the means.
    """,
    also_right=(
        variance_by_moments,
        variance_by_torch,
        variance_in_numpy,
        lambda mu, logvar: logvar.exp_().mean(0) + mu.sub_(mu.mean(0)).square_().mean(0),
        lambda mu, logvar: logvar.exp().mean(0) + mu.var(0) * (len(mu) - 1) / len(mu),
    ),
)
