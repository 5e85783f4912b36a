"""A linear-Gaussian pair of networks to be mapped, and priors to be absorbed."""

import torch
from exact_models import Fixed

from vaeteach import build_vae
from vaeteach.distributions import gaussian

EXACT = dict(rtol=0, atol=1e-10)


def images(n=40, pixels=12, seed=0):
    return (torch.rand(n, pixels, generator=torch.Generator().manual_seed(seed)) < 0.4).double()


def model_of(latent_dim=2, mean=None, logvar=None, seed=0, likelihood="bernoulli", spread=3.0):
    """An untrained model in float64 whose codes are far from standard, with a learned-looking
    Gaussian prior.
    """
    prior = None
    if mean is not None:
        prior = Fixed(gaussian(torch.tensor(mean).double(), torch.tensor(logvar).double()))
    model = build_vae(
        images(), latent_dim, prior, hidden=(9, 7), seed=seed, likelihood=likelihood
    ).double()
    with torch.no_grad():
        model.encoder.net[-1].weight *= spread
        model.encoder.net[-1].bias[:latent_dim] += torch.linspace(-1, 2, latent_dim).double()
    return model
