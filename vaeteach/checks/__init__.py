"""One check for each exercise of the notebooks: `checks.<name>(your_function)`.

`nb03/kl_gradient.py` is the exercise `kl_gradient` of notebook 03: solution, inputs, mistakes,
other right answers.
"""

from .exercise import Exercise, Mistake, Verdict, WrongAnswer, graded
from .nb00.average_code import average_code
from .nb00.count_parameters import count_parameters
from .nb01.effective_samples import effective_samples
from .nb01.log_evidence import log_evidence
from .nb01.log_joint import log_joint
from .nb02.best_q import best_q
from .nb02.elbo_from_samples import elbo_from_samples
from .nb02.fault_in_elbo import fault_in_elbo
from .nb02.gap_from_weights import gap_from_weights
from .nb03.fault_in_kl import fault_in_kl
from .nb03.kl_between_normals import kl_between_normals
from .nb03.kl_by_samples import kl_by_samples
from .nb03.kl_gradient import kl_gradient
from .nb04.bernoulli_log_likelihood import bernoulli_log_likelihood
from .nb04.epoch import epoch
from .nb04.gradient_variances import gradient_variances
from .nb04.reparameterise import reparameterise
from .nb05.ancestral_sample import ancestral_sample
from .nb05.quantile_grid import quantile_grid
from .nb05.spherical import spherical
from .nb06.kl_split import kl_split
from .nb06.mass_in_holes import mass_in_holes
from .nb06.total_variance import total_variance
from .nb07.beyond_mean_image import beyond_mean_image
from .nb07.coin_flip_bound import coin_flip_bound
from .nb07.weight_of_the_kl import weight_of_the_kl
from .nb08.absorbed_layer import absorbed_layer
from .nb08.paired_gain import paired_gain
from .nb08.stretching_gain import stretching_gain
from .nb09.estimate_kl import estimate_kl
from .nb09.flow_log_prob import flow_log_prob
from .nb09.is_sound import is_sound
from .nb09.mixture_log_prob import mixture_log_prob
from .nb10.aggregate_draws import aggregate_draws
from .nb10.frechet_1d import frechet_1d
from .nb10.posterior_given_observed import posterior_given_observed
from .nb11.free_energy import free_energy
from .nb11.importance_weights import importance_weights
from .nb11.price_of_one_half import price_of_one_half
from .nb11.prior_gradient import prior_gradient
from .nb12.best_prior import best_prior
from .nb12.price_of_codes import price_of_codes
from .nb13.diagonal_gap import diagonal_gap
from .nb13.implied_variance import implied_variance
from .nb13.price_of_latents import price_of_latents
from .nb14.label_information import label_information
from .nb14.product_of_normals import product_of_normals
from .nb14.upper_posterior import upper_posterior
from .nb15.bits_gained import bits_gained
from .nb15.gap_of_certainty import gap_of_certainty
from .nb15.nearest_word import nearest_word
from .nb15.words_in_use import words_in_use
from .nb16.denoising_loss import denoising_loss
from .nb16.noised_code import noised_code
from .nb16.score_of_mixture import score_of_mixture
from .questions import QUESTIONS

__all__ = ["QUESTIONS", "Exercise", "Mistake", "Verdict", "WrongAnswer", "graded"]
__all__ += [name for name, value in globals().items() if isinstance(value, Exercise)]
