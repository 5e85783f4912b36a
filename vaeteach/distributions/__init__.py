"""The distributions of the course, the KL divergence, and random draws that leave torch's global
state alone.

One rule runs through the package: the event dimension lives *inside* the distribution, so every
`log_prob` and every `kl` is one number per example, shape (B,), in nats. Summing too late (per
dimension, then over a mixture) is the commonest mistake in public code for these models, and this
rule leaves no place for it.
"""

from .divergence import kl, support_contains
from .gaussian import Gaussian, gaussian, kl_standard_normal
from .heavy_tails import StandardLaplace, StudentT
from .interval import Beta, Kumaraswamy
from .posteriors import POSTERIORS
from .randomness import borrowed_rng, draw, generator
from .sphere import SphereUniform, VonMisesFisher

__all__ = [
    "Beta",
    "Gaussian",
    "Kumaraswamy",
    "POSTERIORS",
    "SphereUniform",
    "StandardLaplace",
    "StudentT",
    "VonMisesFisher",
    "borrowed_rng",
    "draw",
    "gaussian",
    "generator",
    "kl",
    "kl_standard_normal",
    "support_contains",
]
