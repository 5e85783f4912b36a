"""One check for each exercise of the notebooks: `checks.<name>(your_function)`; `exercise.py` says
how they judge.
"""

from .exercise import Exercise, Mistake, WrongAnswer
from .nb00 import average_code, count_parameters
from .nb01 import effective_samples, log_evidence, log_joint
from .nb02 import best_q, elbo_from_samples, fault_in_elbo, importance_bound
from .nb03 import fault_in_kl, kl_by_samples, kl_gradient, kl_to_standard_normal
from .nb04 import bernoulli_log_likelihood, epoch, gradient_variances, reparameterise
from .nb05 import ancestral_sample, quantile_grid, spherical
from .nb06 import kl_split, mass_in_holes, total_variance
from .nb07 import beyond_mean_image, coin_flip_bound, weight_of_the_kl
from .nb08 import absorbed_layer, paired_gain, standardizing_gain
from .nb09 import estimate_kl, flow_log_prob, is_sound, mixture_log_prob
from .nb10 import aggregate_draws, frechet_1d, posterior_given_observed
from .nb11 import free_energy, importance_weights, price_of_one_half, prior_gradient
from .nb12 import best_prior, price_of_codes
from .questions import QUESTIONS

__all__ = [
    "QUESTIONS",
    "best_prior",
    "price_of_codes",
    "Exercise",
    "Mistake",
    "WrongAnswer",
    "absorbed_layer",
    "aggregate_draws",
    "ancestral_sample",
    "average_code",
    "effective_samples",
    "log_evidence",
    "log_joint",
    "fault_in_kl",
    "kl_by_samples",
    "kl_gradient",
    "kl_to_standard_normal",
    "best_q",
    "elbo_from_samples",
    "fault_in_elbo",
    "importance_bound",
    "bernoulli_log_likelihood",
    "count_parameters",
    "epoch",
    "estimate_kl",
    "flow_log_prob",
    "frechet_1d",
    "free_energy",
    "gradient_variances",
    "importance_weights",
    "paired_gain",
    "posterior_given_observed",
    "price_of_one_half",
    "prior_gradient",
    "quantile_grid",
    "reparameterise",
    "spherical",
    "standardizing_gain",
    "is_sound",
    "kl_split",
    "mass_in_holes",
    "mixture_log_prob",
    "total_variance",
    "beyond_mean_image",
    "coin_flip_bound",
    "weight_of_the_kl",
]
