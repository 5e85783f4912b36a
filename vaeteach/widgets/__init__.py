"""Views of one idea each: the only part that imports ipywidgets and anywidget."""

from .absorbed_prior import AbsorbedPrior
from .base.threads import answer_beside_cells
from .bound_and_gap import BoundAndGap
from .clinic import Clinic
from .compose_code import ComposeCode
from .dissolving_codes import DissolvingCodes
from .kl_of_two_gaussians import KLOfTwoGaussians
from .latent_explorer import LatentExplorer
from .latent_spectrum import LatentSpectrum
from .live_training import LiveTraining
from .prior_times_likelihood import PriorTimesLikelihood
from .prior_zoo import PriorZoo
from .quiz import SelfTest
from .through_training import ThroughTraining
from .traversal import Traversal
from .two_levels import TwoLevels
from .wake_sleep import WakeAndSleep
from .where_to_sample import WhereToSample

answer_beside_cells()
