"""The VAE: encoder q(z|x), decoder p(x|z) and prior p(z), each a Distribution."""

from collections.abc import Callable

import torch
from torch import nn
from torch.distributions import constraints

from ..distributions import borrowed_rng, draw, support_contains
from ..priors import StandardNormal
from ..support import whole_number
from .images import images_of
from .networks import Decoder, Encoder
from .starting import start_from_mean, start_standardised, wake_hidden_units


class VAE(nn.Module):
    """A variational autoencoder.

    Three independent choices, encoder, decoder and prior, joined in one module. encoder(x) ->
    q(z|x), decoder(z) -> p(x|z), prior() -> p(z), each a torch Distribution. Source: Kingma and
    Welling 2014; Rezende, Mohamed and Wierstra 2014.
    """

    def __init__(self, encoder, decoder, prior):
        super().__init__()
        self.encoder, self.decoder, self.prior = encoder, decoder, prior

    def encode(self, x):
        """q(z|x) of images x, shape (B, P): a Distribution with batch (B,) and event (D,)."""
        flatten = "Flatten images with x.reshape(len(x), -1)"
        self._check(x, self.encoder, "encode", "images", "pixels", flatten)
        return self.encoder(x)

    def decode(self, z):
        """p(x|z) of latents z, shape (..., D): a Distribution with batch (...) and event (P,)."""
        self._check(z, self.decoder, "decode", "latents", "dimensions", "Check the latent size")
        return self.decoder(z)

    def sample(self, n, seed=0):
        """n new images (n, P): z ~ p(z), then the mean of p(x|z), without gradient."""
        with torch.no_grad():
            n = whole_number(n, "sample: n, the number of images,", 0)
            return self.decode(draw(self.prior(), (n,), seed)).mean

    def _check(self, value, part, method, what, axis, advice):
        """Refuse latents with a wrong last axis, else an error of matrices deep inside."""
        if not torch.is_tensor(value):
            raise TypeError(
                f"{method}: expected a tensor of {what}, got {type(value).__name__};"
                " torch.as_tensor makes one."
            )
        net = getattr(part, "net", None)
        first = net[0] if isinstance(net, nn.Sequential) and len(net) else None
        if isinstance(first, nn.Linear) and (
            value.ndim < 1 or value.shape[-1] != first.in_features
        ):
            raise ValueError(
                f"{method}: {what} of shape {tuple(value.shape)} do not fit this model, whose"
                f" {what} have {first.in_features} {axis} on the last axis. {advice}."
            )


def build_vae(
    data,
    latent_dim: int = 2,
    prior: nn.Module | None = None,
    posterior: str | Callable = "gaussian",
    likelihood: str | nn.Module = "bernoulli",
    hidden: tuple[int, ...] = (128, 64),
    seed: int = 0,
    activation: type[nn.Module] | None = None,
) -> VAE:
    """An untrained VAE whose sizes fit the data: pixels-hidden-D-hidden-pixels.

    Its decoder starts from the mean picture (`start_from_mean`), its hidden layers at twice torch's
    initial weights (2.5 times from 256 units on): training then needs fewer steps.
    data: ImageData (or a tensor of images, (N, P)). latent_dim: D >= 1. prior: a module whose
    forward() is p(z); the standard normal if not given. posterior, likelihood: names in POSTERIORS
    and LIKELIHOODS, or families of one's own (see Encoder and Decoder). hidden: widths of the
    encoder's hidden layers; the decoder mirrors them. seed: of the initial weights; torch's global
    state is untouched. activation: if not given Tanh, but SiLU in layers of 256 units or more over
    three latents or more, where it learns faster. Smooth ones (Tanh, SiLU, GELU) keep quadrature
    over the latents exact; with ReLU it stalls near 1e-3 nats.
    Raises ValueError for sizes that make no model and for names that are not known, TypeError for
    a prior that is no module.
    """
    images, _ = images_of(data)
    pixels = images.shape[1]
    latent_dim = whole_number(latent_dim, "latent_dim")
    hidden = hidden if isinstance(hidden, (tuple, list)) else (hidden,)
    hidden = tuple(whole_number(width, "each width in hidden") for width in hidden)
    wide = max(hidden, default=0) >= 256
    if activation is None:
        activation = nn.SiLU if wide and latent_dim > 2 else nn.Tanh
    with borrowed_rng(seed):
        encoder = Encoder(pixels, latent_dim, hidden, posterior, activation)
        decoder = Decoder(latent_dim, pixels, hidden[::-1], likelihood, activation)
    prior = StandardNormal(latent_dim) if prior is None else prior
    if isinstance(prior, type) or not callable(prior):
        got = f"the class {prior.__name__}" if isinstance(prior, type) else repr(prior)
        raise TypeError(
            "prior must be a module whose forward() is p(z), such as"
            f" StandardNormal({latent_dim}), got {got}."
        )
    for net in (encoder.net, decoder.net):
        wake_hidden_units(net)
    model = start_from_mean(VAE(encoder, decoder, prior), images)
    with torch.no_grad():
        q = model.encode(images[:1].to(torch.get_default_dtype()))
    if not support_contains(q.support, constraints.real):
        start_standardised(decoder, prior())
    return model
