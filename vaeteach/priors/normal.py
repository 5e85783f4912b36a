"""One Gaussian: fixed at N(0, I), or with a mean and variances that are learned."""

import torch
from torch import nn

from ..distributions import gaussian


def check_latent_dim(latent_dim, name="latent_dim"):
    """Return it as an int, or say in a sentence what is wrong with it."""
    if isinstance(latent_dim, bool) or not hasattr(latent_dim, "__index__") or int(latent_dim) < 1:
        raise ValueError(
            f"{name} must be a whole number of at least 1 (a code needs a dimension), got"
            f" {latent_dim!r}."
        )
    return int(latent_dim)


class StandardNormal(nn.Module):
    """N(0, I) in D dimensions, the prior of Kingma and Welling (2014), section 3.

    Nothing in it is learned.
    """

    def __init__(self, latent_dim):
        super().__init__()
        self.register_buffer("zeros", torch.zeros(check_latent_dim(latent_dim)))

    def forward(self):
        return gaussian(self.zeros, self.zeros)


class LearnedNormal(nn.Module):
    """N(mu, diag exp(logvar)) with both learned, each of shape (D,); it starts at N(0, I).

    For a Gaussian encoder it adds no model that N(0, I) cannot already be: the affine map z -> (z -
    mu) / sigma can be moved into the neighbouring layers (see `absorb_prior`).
    """

    def __init__(self, latent_dim):
        super().__init__()
        self.mu = nn.Parameter(torch.zeros(check_latent_dim(latent_dim)))
        self.logvar = nn.Parameter(torch.zeros_like(self.mu))

    def forward(self):
        return gaussian(self.mu, self.logvar)
