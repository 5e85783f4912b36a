"""Families of q(z|x).

Each turns the numbers that an encoder puts out into a Distribution over one code. A family says how
many numbers it needs, `n_parameters(latent_dim)`. The numbers are free, any real value, and two
things make a family trainable. Equal steps mean equal *factors* in the width of q: with a width
linear in the encoder's output, learning to be precise takes too long. And a small step away from
all zeros already moves the mean of q: where it only does so once q is narrow (a direction and a
concentration, each on its own), training stays at the point where q is the prior for every image.
"""

import math

import torch
from torch import nn
from torch.distributions import Independent

from .gaussian import gaussian
from .interval import Beta, Kumaraswamy, _log1mexp
from .sphere import VonMisesFisher


class GaussianPosterior:
    """One head for mean and log-variance: 2 D numbers make N(mu, diag exp(logvar))."""

    def n_parameters(self, latent_dim):
        return 2 * latent_dim

    def __call__(self, h):
        return gaussian(*h.chunk(2, -1))

    def page_output(self):
        """What a page needs to know of this family: its name there."""
        return {"family": "gaussian"}


class BetaPosterior:
    """Independent Beta(a, b) on (0, 1)^D, from the mean's logit and the mean of log a, log b."""

    def n_parameters(self, latent_dim):
        return 2 * latent_dim

    def __call__(self, h):
        logit, log_size = h.chunk(2, -1)
        logit, log_size = logit.clamp(-20, 20) / 2, log_size.clamp(-5, 10)
        return Independent(
            Beta((log_size + logit).exp(), (log_size - logit).exp()), 1, validate_args=False
        )


class KumaraswamyPosterior:
    """Independent Kumaraswamy(a, b) on (0, 1)^D: 2 D numbers, the logit of the median m and log a.

    b follows from the median, 1 - (1 - m^a)^b = 1/2. With a and b themselves as the encoder's
    output, moving the median and narrowing q would be one and the same direction.
    """

    def n_parameters(self, latent_dim):
        return 2 * latent_dim

    def __call__(self, h):
        logit, log_a = h.chunk(2, -1)
        log_a = log_a.clamp(-4, 5)
        # -log m^a
        minus_log_power = (log_a.exp() * nn.functional.softplus(-logit)).double().clamp(1e-12, 600)
        log_b = math.log(math.log(2)) - (-_log1mexp(minus_log_power)).clamp(min=1e-300).log()
        log_b = torch.where(minus_log_power > 30, math.log(math.log(2)) + minus_log_power, log_b)
        return Independent(Kumaraswamy(log_a, log_b, h.dtype), 1, validate_args=False)


class VonMisesFisherPosterior:
    """vMF on S^2: 3 numbers, a vector v along loc, kappa = |v| + |v|^2; latent_dim is 3."""

    def n_parameters(self, latent_dim):
        if latent_dim != 3:
            raise ValueError(
                "A von Mises-Fisher posterior lives on the sphere in 3 dimensions, got latent_dim"
                f" = {latent_dim}; write build_vae(data, latent_dim=3, prior=SpherePrior(),"
                " posterior='von_mises_fisher')."
            )
        return 3

    def __call__(self, h):
        # the zero vector has no direction: lend it this one
        north = torch.tensor([0.0, 0.0, 1e-6], dtype=h.dtype)
        length = torch.linalg.vector_norm(h + north, dim=-1, keepdim=True)
        return VonMisesFisher((h + north) / length, (length + length.square()).squeeze(-1))


POSTERIORS = {  # name -> family; an instance turns the encoder's outputs into q(z|x)
    "gaussian": GaussianPosterior,
    "beta": BetaPosterior,
    "kumaraswamy": KumaraswamyPosterior,
    "von_mises_fisher": VonMisesFisherPosterior,
}
