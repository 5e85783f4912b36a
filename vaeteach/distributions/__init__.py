"""The distributions of the course, the KL divergence, and draws that leave torch's state alone.

One rule runs through the package: the event dimension lives *inside* the distribution, so every
`log_prob` and every `kl` is one number per example, shape (B,), in nats. Summing too late (per
dimension, then over a mixture) is the commonest mistake in public code for these models, and this
rule leaves no place for it.
"""

from ..distributions.divergence import kl, support_contains
from ..distributions.gaussian import Gaussian, gaussian, kl_standard_normal
from ..distributions.heavy_tails import StandardLaplace, StudentT
from ..distributions.interval import Beta, Kumaraswamy
from ..distributions.posteriors import POSTERIORS
from ..distributions.randomness import borrowed_rng, draw, generator
from ..distributions.sphere import SphereUniform, VonMisesFisher
from .aggregate import AggregatePosterior, encode
from .bernoulli_mixture import fit_bernoulli_mixture
from .bits import Bits, bernoulli, log1pexp
from .continuous_bernoulli import StableContinuousBernoulli
from .continuous_mixture import ContinuousMixture
from .diffusion_steps import step_prices
from .flow import FlowDistribution
from .full_gaussian import TurnedGaussian
from .mixture import mixture
from .noised import mixture_score, noised, one_pull, perfect_pull
from .probability_flow import ProbabilityFlow
from .raster import RasterBernoulli
from .stretched import Stretched
from .words import WordChain, Words
