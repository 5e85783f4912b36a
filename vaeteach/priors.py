"""Priors p(z): modules whose forward() returns a torch Distribution over the latents.

A prior without parameters is a module too, so that it moves with the model (`.double()`), is saved with it, and the
same code trains it or leaves it alone.
"""

import torch
from torch import nn

from .distributions import gaussian


def check_latent_dim(latent_dim, name="latent_dim"):
    """Return it as an int, or say in a sentence what is wrong with it."""
    if isinstance(latent_dim, bool) or not hasattr(latent_dim, "__index__") or int(latent_dim) < 1:
        raise ValueError(f"{name} must be a whole number of at least 1 (a code needs a dimension), got {latent_dim!r}.")
    return int(latent_dim)


class StandardNormal(nn.Module):
    """N(0, I) in D dimensions, the prior of Kingma and Welling (2014), section 3: nothing in it is learned."""

    def __init__(self, latent_dim):
        super().__init__()
        self.register_buffer("zeros", torch.zeros(check_latent_dim(latent_dim)))

    def forward(self):
        return gaussian(self.zeros, self.zeros)
