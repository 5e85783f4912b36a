"""Two levels of latents, p(u) p(z|u) p(x|z), and two ways to infer them: from below, from above."""

from typing import NamedTuple

import torch
from torch.distributions import Distribution

from ..distributions import borrowed_rng, draw, gaussian, generator, kl
from .bounds import Elbo, log_prob_of_pixels
from .networks import Encoder
from .vae import VAE, build_vae


class Levels(NamedTuple):
    """The bound of two levels in its parts, nats, each (B,).

    log p(x) is at least log_likelihood - lower - upper, in expectation.
    """

    log_likelihood: torch.Tensor
    lower: torch.Tensor
    upper: torch.Tensor


class BottomUp(VAE):
    """q(z|x) q(u|z): the picture gives the lower code, the lower code the upper one.

    prior: a HierarchicalPrior, p(u) p(z|u). upper_encoder: z (..., D) -> q(u|z).
    Source: Rezende, Mohamed and Wierstra 2014, and Burda et al. 2016, section 2.
    """

    def __init__(self, encoder, decoder, prior, upper_encoder):
        super().__init__(encoder, decoder, prior)
        self.upper_encoder = upper_encoder

    def levels(self, x, seed=0):
        """The parts of the bound, one draw of (z, u) an image: Levels."""
        seed = generator(seed)
        q = self.encode(x)
        z = draw(q, seed=seed)
        above = self.upper_encoder(z)
        u = draw(above, seed=seed)
        lower = q.log_prob(z) - self.prior.given(u).log_prob(z)
        return Levels(self._likelihood(z, x), lower, kl(above, self.prior.upper()))

    def _likelihood(self, z, x):
        return log_prob_of_pixels(self.decode(z), x)


class TopDown(BottomUp):
    """q(u|x) q(z|u, x): the upper code comes first, as when drawing, and the lower one follows it.

    upper_encoder: x (..., P) -> q(u|x). The encoder's Gaussian is not q itself but a message from
    the picture; q(z|u, x) is its product with p(z|u), precisions added (the ladder of Sønderby et
    al. 2016).
    """

    def levels(self, x, seed=0):
        seed = generator(seed)
        above = self.upper_encoder(x)
        p = self.prior.given(draw(above, seed=seed))
        q = product(self.encoder(x), p)
        z = draw(q, seed=seed)
        return Levels(self._likelihood(z, x), kl(q, p), kl(above, self.prior.upper()))

    def encode(self, x):
        """q(z|x, u) at the mean of q(u|x)."""
        return product(self.encoder(x), self.prior.given(self.upper_encoder(x).mean))


def product(a, b) -> Distribution:
    """The product of Gaussians a, b, normalised: precisions add and weight the means."""
    logvar = -torch.logaddexp(-a.logvar, -b.logvar)
    mu = a.mu * (logvar - a.logvar).exp() + b.mu * (logvar - b.logvar).exp()
    return gaussian(mu, logvar)


def build_two_levels(data, prior, inference=BottomUp, hidden=(128, 64), seed=0):
    """An untrained model of two levels under a HierarchicalPrior: a BottomUp, or a TopDown.

    data, hidden, seed: as of `build_vae`, whose encoder and decoder it has.
    """
    latent_dim = prior().event_shape[0]
    model = build_vae(data, latent_dim, prior, hidden=hidden, seed=seed)
    pixels = model.encoder.net[0].in_features
    with borrowed_rng(seed):
        above = {
            BottomUp: lambda: Encoder(latent_dim, 2, (32,)),
            TopDown: lambda: Encoder(pixels, 2, hidden),
        }[inference]()
    return inference(model.encoder, model.decoder, prior, above)


def two_level_elbo(model, x, beta=1.0, seed=0):
    """The bound of both levels: log p(x|z) minus the price of z given u and that of u.

    model: a BottomUp or a TopDown. beta: of the price. Returns Elbo, each (B,), nats.
    """
    log_likelihood, lower, upper = model.levels(x, seed)
    return Elbo(log_likelihood, lower + upper, log_likelihood - beta * (lower + upper))
