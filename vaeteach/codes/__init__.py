"""What the codes of a data set look like together: moments, the split KL, samplers, maps."""

from .affine import (
    absorb_prior,
    affine_latents,
    gaussian_prior,
    linear_layers,
    standardize_latents,
    standardize_latents_,
)
from .comparison import compare_with_prior, two_sample_statistics
from .moments import Moments, active_units, moments, moments_of
from .quality import DigitFeatures, copying, frechet_distance, precision_recall
from .rotation import map_latents, rotate_latents
from .samplers import fit_codes, generate, inpaint
from .surgery import Surgery, surgery, surgery_of
