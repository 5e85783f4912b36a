"""Priors p(z): modules whose forward() returns a torch Distribution over the latents.

A prior without parameters is a module too, so that it moves with the model (`.double()`), is saved
with it, and the same code trains it or leaves it alone. What is learned, is learned by the gradient
of the same bound as the rest.
"""

from .families import BetaPrior, Laplace, SpherePrior, StudentT
from .flow import FlowPrior
from .mixtures import GaussianMixture, VampPrior
from .normal import LearnedNormal, StandardNormal, check_latent_dim

__all__ = [
    "BetaPrior",
    "FlowPrior",
    "GaussianMixture",
    "Laplace",
    "LearnedNormal",
    "SpherePrior",
    "StandardNormal",
    "StudentT",
    "VampPrior",
    "check_latent_dim",
]
