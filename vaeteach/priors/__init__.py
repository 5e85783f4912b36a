"""Priors p(z): modules whose forward() returns a torch Distribution over the latents.

A prior without parameters is a module too, so that it moves with the model (`.double()`), is saved
with it, and the same code trains it or leaves it alone. What is learned, is learned by the gradient
of the same bound as the rest. A prior also says what can be turned in it (`knobs`).
"""

from .bits import BernoulliPrior
from .conditional import ConditionalPrior
from .diffusion import DiffusionPrior
from .families import BetaPrior, Laplace, SpherePrior, StudentT
from .flow import FlowPrior
from .hierarchical import HierarchicalPrior
from .knobs import Knob, knobs_of, turned
from .mixtures import GaussianMixture, VampPrior
from .normal import LearnedNormal, StandardNormal
from .words import AutoregressiveWords, IndependentWords
