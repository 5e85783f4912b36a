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

__all__ = [
    "DigitFeatures",
    "Moments",
    "Surgery",
    "absorb_prior",
    "active_units",
    "affine_latents",
    "compare_with_prior",
    "copying",
    "fit_codes",
    "frechet_distance",
    "gaussian_prior",
    "generate",
    "inpaint",
    "linear_layers",
    "map_latents",
    "moments",
    "moments_of",
    "precision_recall",
    "rotate_latents",
    "standardize_latents",
    "standardize_latents_",
    "surgery",
    "surgery_of",
    "two_sample_statistics",
]
