"""Training: one loop, fast because it is simple.

It shows itself, can be stopped, and keeps what it saw. The data stay in memory as one tensor, from
which each batch is gathered at once; the optimiser is fused Adam under a warm-up and a cosine decay
to zero. Nothing in a step waits for a number to be read back.
"""

from ..models import start_from_mean
from ..support import exclusive
from ..support.adam import Adam
from .history import History, NonFiniteBound, Snapshot
from .loop import fit
from .optimiser import peak_rate
from .score_matching import diffusion_elbo, kept_diffusion, match_scores
from .trials import TRIALS, kept_trial, kept_trials, measure_trial, train_trial
