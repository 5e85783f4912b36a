"""The VAE: encoder, decoder and likelihoods, joined with a prior, and the bounds on log p(x)."""

from .bounds import Elbo, elbo, iwae_bound, log_prob_of_pixels, require_possible
from .images import images_of, pixel_mask
from .labelled import LabelledVAE, labelled_elbo, with_labels
from .likelihoods import LIKELIHOODS
from .networks import Decoder, Encoder, mlp
from .page_recipe import PageRecipe, page_recipe
from .starting import start_from_mean, wake_hidden_units
from .two_levels import BottomUp, Levels, TopDown, build_two_levels, product, two_level_elbo
from .vae import VAE, build_vae
