"""Exercise 4.4: the variance of two gradient estimators."""

import torch
from torch.distributions import Normal

from ..exercise import Exercise


def _functions(seed=0):
    noise = torch.randn(50, generator=torch.Generator().manual_seed(4 + seed))
    return [
        (torch.square, lambda z: 2 * z, 1.0, 2.0, torch.tensor([-1.0, 0.0, 2.0])),
        (torch.square, lambda z: 2 * z, 1.0, 0.5, noise),
        (lambda z: 10 + torch.sin(z), torch.cos, -0.3, 1.5, noise),
    ]


def _two(f, df, mu, sigma, noise):
    z = mu + sigma * noise
    return df(z), f(z) * (z - mu) / sigma**2


def _variances_through_autograd(f, df, mu, sigma, noise):
    leaf = torch.full_like(noise, mu, requires_grad=True)
    (first,) = torch.autograd.grad(f(leaf + sigma * noise).sum(), leaf)
    z = mu + sigma * noise
    leaf = torch.full_like(noise, mu, requires_grad=True)
    (score,) = torch.autograd.grad(Normal(leaf, sigma).log_prob(z).sum(), leaf)
    return [first.var(), (f(z) * score).var()]


gradient_variances = Exercise(
    name="gradient_variances",
    solution=lambda f, df, mu, sigma, noise: tuple(map(torch.var, _two(f, df, mu, sigma, noise))),
    inputs=_functions,
    praise="two estimators of one gradient, and very different noise.",
    mistakes="""
        sigma for sigma squared:
                (df(mu + sigma * noise).var(), (f(mu + sigma * noise) * noise).var())
            The score of a Gaussian is (z - mu) / sigma ** 2. Since z - mu = sigma * noise, that is
            noise / sigma.
        sigma forgotten in the score:
                (df(mu + sigma * noise).var(), (f(mu + sigma * noise) * sigma * noise).var())
            The score of a Gaussian is (z - mu) / sigma ** 2; here only z - mu was used.
        order exchanged: tuple(map(torch.var, _two(f, df, mu, sigma, noise)))[::-1]
            Both variances are right, in the wrong order: the reparameterised one comes first.
        standard deviation for variance: tuple(map(torch.std, _two(f, df, mu, sigma, noise)))
            These are standard deviations. Square them, or call .var().
        variance of the mean: tuple(e.var() / len(noise) for e in _two(f, df, mu, sigma, noise))
            You divided by the number of samples: that is the variance of their mean. One estimate
            is asked for.
        divided by S: tuple(e.var(correction=0) for e in _two(f, df, mu, sigma, noise))
            Nearly: .var() divides by S - 1, which is unbiased; you divided by S.
        score alone: (df(mu + sigma * noise).var(), (noise / sigma).var())
            The score has to be multiplied by f(z); by itself its mean is zero.
        means for variances: tuple(map(torch.mean, _two(f, df, mu, sigma, noise)))
            These are the two estimates of the gradient. Their variances over the samples are asked
            for.
        noise for z: (df(noise).var(), (f(noise) * noise / sigma).var())
            f and df were evaluated at the noise. First make z = mu + sigma * noise.
    """,
    also_right=(
        _variances_through_autograd,
        lambda f, df, mu, sigma, noise: (
            torch.var(df(mu + sigma * noise)),
            torch.var(f(mu + sigma * noise) * noise / sigma),
        ),
        lambda f, df, mu, sigma, noise: torch.stack(
            [df(mu + sigma * noise), f(mu + sigma * noise) * noise / sigma]
        ).var(1),
    ),
)
