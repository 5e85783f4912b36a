"""Exercise 13.1: what each latent of the solved model says."""

import math

import torch

from ..exercise import Exercise


def _spectra(seed=0):
    g = torch.Generator().manual_seed(13 + seed)
    return [
        (torch.tensor([2.0, 0.5]), 0.5),
        (torch.tensor([0.7, 0.4, 0.1, 0.02]), 0.1),
        (4 * torch.rand(9, generator=g).sort(descending=True).values, 1.3),
    ]


def _price(eigenvalues, variance):
    return 0.5 * torch.log((eigenvalues / variance).clamp(min=1))


def _from_the_kl(eigenvalues, variance):
    """The closed form of the KL, averaged over the data, with the mean and variance of q."""
    within = variance / eigenvalues
    between = (eigenvalues - variance) / eigenvalues
    price = 0.5 * (between + within - 1 - torch.log(within))
    return torch.where(eigenvalues > variance, price, 0.0)


def _one_by_one(eigenvalues, variance):
    return [0.5 * math.log(max(float(value), variance) / variance) for value in eigenvalues]


price_of_latents = Exercise(
    name="price_of_latents",
    solution=_price,
    inputs=_spectra,
    praise="half the log of signal over noise, and nothing from the threshold on.",
    mistakes="""
        negative for the dead: 0.5 * torch.log(eigenvalues / variance)
            Right for the living. A dead latent has q = p, so its KL is 0, and yours is negative.
        one half forgotten: 2 * _price(eigenvalues, variance)
            Twice too much: the KL of two Gaussians has a factor 1/2 in front of everything.
        at the mean picture:
                torch.where(eigenvalues > variance, 0.5 * (variance / eigenvalues - 1 -
                torch.log(variance / eigenvalues)), 0.0)
            You left mu^2 out. Its mean over the pictures is (lambda - sigma^2) / lambda.
        mu^2 / 2 alone:
                torch.where(eigenvalues > variance, 0.5 * (eigenvalues - variance) / eigenvalues,
                0.0)
            That is the mean of mu^2 / 2. The variance of q, sigma^2 / lambda, costs as well.
        sign flipped: -_price(eigenvalues, variance)
            A KL is never negative: the log of 1 / variance of q is what is paid.
        bits for nats: _price(eigenvalues, variance) / math.log(2)
            These are bits. The course measures in nats, with the natural logarithm.
        summed over the latents: _price(eigenvalues, variance).sum()
            One number for each latent is asked for; you added them up.
        sigma for sigma^2: _price(eigenvalues, variance**0.5)
            `variance` is sigma^2 already; you compared the eigenvalues with its root.
    """,
    also_right=(
        _from_the_kl,
        _one_by_one,
        lambda eigenvalues, variance: (
            (torch.log(eigenvalues.clamp(min=variance)) - math.log(variance)) / 2
        ),
    ),
)
