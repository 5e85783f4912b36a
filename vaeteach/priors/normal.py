"""One Gaussian: fixed at N(0, I), or with a mean and variances that are learned."""

import torch
from torch import nn

from ..distributions import gaussian
from ..support import whole_number


class StandardNormal(nn.Module):
    """N(0, I) in D dimensions (Kingma and Welling 2014, section 3); nothing is learned."""

    def __init__(self, latent_dim):
        super().__init__()
        self.register_buffer("zeros", torch.zeros(whole_number(latent_dim, "latent_dim")))

    def forward(self):
        return gaussian(self.zeros, self.zeros)


class LearnedNormal(nn.Module):
    """N(mu, diag exp(logvar)) with both learned, each of shape (D,); it starts at N(0, I).

    For a Gaussian encoder it adds no model that N(0, I) cannot already be: the affine map z -> (z -
    mu) / sigma can be moved into the neighbouring layers (see `absorb_prior`).
    """

    def __init__(self, latent_dim):
        super().__init__()
        self.mu = nn.Parameter(torch.zeros(whole_number(latent_dim, "latent_dim")))
        self.logvar = nn.Parameter(torch.zeros_like(self.mu))

    def forward(self):
        return gaussian(self.mu, self.logvar)
