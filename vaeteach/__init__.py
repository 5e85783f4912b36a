"""Variational autoencoders and their priors, to teach with.

A folder is one idea. What a lesson uses can be imported from here; what draws (`plots`), what is
dragged (`widgets`) and what asks (`checks`) is loaded when it is first named, so that
`import vaeteach` costs little more than `import torch`.
"""

import importlib
from typing import TYPE_CHECKING

from . import (
    codes,
    data,
    diagnosis,
    distributions,
    exact,
    machines,
    models,
    priors,
    results,
    support,
    training,
)
from .codes import (
    DigitFeatures,
    Moments,
    Surgery,
    absorb_prior,
    active_units,
    affine_latents,
    compare_with_prior,
    copying,
    fit_codes,
    frechet_distance,
    generate,
    inpaint,
    moments,
    precision_recall,
    rotate_latents,
    standardize_latents,
    standardize_latents_,
    surgery,
    surgery_of,
)
from .data import ImageData, load
from .diagnosis import FAULTS, Diagnosis, diagnose
from .distributions import (
    AggregatePosterior,
    ProbabilityFlow,
    SphereUniform,
    VonMisesFisher,
    draw,
    gaussian,
    kl,
    kl_standard_normal,
    mixture_score,
    noised,
    one_pull,
    perfect_pull,
    step_prices,
)
from .exact import (
    LinearVAE,
    best_gaussian,
    best_linear_vae,
    bound_gap,
    expected_elbo,
    log_marginal,
    posterior_grid,
    principal_axes,
    quadrature_error,
    two_humped,
)
from .machines import (
    RBM,
    HelmholtzMachine,
    WakeSleep,
    all_codes,
    all_states,
    annealed_log_partition,
    build_bernoulli_vae,
    build_vq_vae,
    contrastive_divergence,
    exact_bits,
    exact_codes,
    leave_one_out,
    straight_through,
)
from .models import VAE, Elbo, build_vae, elbo, iwae_bound
from .priors import (
    AutoregressiveWords,
    BernoulliPrior,
    BetaPrior,
    ConditionalPrior,
    DiffusionPrior,
    FlowPrior,
    GaussianMixture,
    HierarchicalPrior,
    IndependentWords,
    Laplace,
    LearnedNormal,
    SpherePrior,
    StandardNormal,
    StudentT,
    VampPrior,
)
from .support import cached
from .training import (
    History,
    NonFiniteBound,
    Snapshot,
    diffusion_elbo,
    fit,
    kept_diffusion,
    kept_trial,
    kept_trials,
    match_scores,
    start_from_mean,
)

if TYPE_CHECKING:  # so that an editor can follow `vt.plots`
    from . import checks, plots, widgets

_LATER = {"checks", "plots", "widgets"}

__all__ = sorted({n for n in dir() if n[0] != "_"} - {"importlib", "TYPE_CHECKING"} | _LATER)


def __getattr__(name):
    if name in _LATER:
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"vaeteach has no {name!r}; it has {', '.join(__all__)}.")
