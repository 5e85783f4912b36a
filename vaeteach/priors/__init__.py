"""Priors p(z): modules whose forward() returns a torch Distribution over the latents.

A prior without parameters is a module too, so that it moves with the model (`.double()`), is saved with it, and the
same code trains it or leaves it alone. What is learned, is learned by the gradient of the same bound as the rest.
"""

from .mixtures import GaussianMixture, VampPrior
from .normal import LearnedNormal, StandardNormal, check_latent_dim

__all__ = ["GaussianMixture", "LearnedNormal", "StandardNormal", "VampPrior", "check_latent_dim"]
