"""Encoder q(z|x), decoder p(x|z) and the VAE that joins them with a prior p(z). Each returns a
Distribution.
"""

import torch
from torch import nn
from torch.distributions import Bernoulli, ContinuousBernoulli, Independent

from .distributions import POSTERIORS, borrowed_rng, draw, gaussian
from .priors import StandardNormal, check_latent_dim


def mlp(sizes, activation=nn.Tanh):
    """Linear layers of these sizes with an activation between them (none after the last)."""
    layers = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        layers += [nn.Linear(n_in, n_out), activation()]
    return nn.Sequential(*layers[:-1])


class Encoder(nn.Module):
    """q(z|x): a multilayer perceptron from pixels to the parameters of the posterior family.

    forward(x): (..., P) -> Distribution with batch (...) and event (D,).
    """

    def __init__(self, pixels, latent_dim, hidden=(64,), posterior="gaussian", activation=nn.Tanh):
        super().__init__()
        self.family = _choose(POSTERIORS, posterior, "posterior")()
        self.net = mlp([pixels, *hidden, self.family.n_parameters(latent_dim)], activation)

    def forward(self, x):
        return self.family(self.net(x))


class BernoulliLikelihood(nn.Module):
    """Binary pixels, from logits: log p is computed without ever forming a probability that rounds
    to 0 or 1.
    """

    def forward(self, h):
        return Independent(Bernoulli(logits=h, validate_args=False), 1, validate_args=False)


class _StableContinuousBernoulli(ContinuousBernoulli):
    """torch's ContinuousBernoulli with log_prob and mean written in the logit v, exact for every v.

    The density on [0, 1] is exp(v x) v / (exp(v) - 1). torch goes through the probability, which
    rounds: its mean is off by 0.02 near v = 0, and at v = 20 its density integrates to 0.8.
    """

    def log_prob(self, value):
        v = self.logits
        near = v.abs() < 0.1
        size = torch.where(near, torch.ones_like(v), v.abs())
        log_integral = torch.where(
            near,
            v / 2 + v**2 / 24 - v**4 / 2880,
            v.relu() + torch.log(-torch.expm1(-size)) - size.log(),
        )
        return value * v - log_integral

    @property
    def mean(self):
        v = self.logits
        near = v.abs() < 0.1
        away = torch.where(near, torch.ones_like(v), v)
        return torch.where(near, 0.5 + v / 12 - v**3 / 720, -1 / torch.expm1(-away) - 1 / away)


class ContinuousBernoulliLikelihood(nn.Module):
    """A density on [0, 1] for grey pixels (Loaiza-Ganem and Cunningham 2019, equation 6)."""

    def forward(self, h):
        return Independent(
            _StableContinuousBernoulli(logits=h, validate_args=False), 1, validate_args=False
        )


class GaussianLikelihood(nn.Module):
    """Grey pixels with one learned variance for all of them; `logvar` is a parameter, starting at
    sigma = 1.
    """

    def __init__(self):
        super().__init__()
        self.logvar = nn.Parameter(torch.zeros(()))

    def forward(self, h):
        return gaussian(h, self.logvar.expand_as(h))


LIKELIHOODS = {
    "bernoulli": BernoulliLikelihood,
    "gaussian": GaussianLikelihood,
    "continuous_bernoulli": ContinuousBernoulliLikelihood,
}


class Decoder(nn.Module):
    """p(x|z): a multilayer perceptron from latents to the parameters of the likelihood.

    forward(z): (..., D) -> Distribution with batch (...) and event (P,).
    """

    def __init__(
        self, latent_dim, pixels, hidden=(64,), likelihood="bernoulli", activation=nn.Tanh
    ):
        super().__init__()
        self.net = mlp([latent_dim, *hidden, pixels], activation)
        self.likelihood = _choose(LIKELIHOODS, likelihood, "likelihood")()

    def forward(self, z):
        return self.likelihood(self.net(z))


class VAE(nn.Module):
    """A variational autoencoder: three independent choices, encoder, decoder and prior, joined in
    one module.

    encoder(x) -> q(z|x), decoder(z) -> p(x|z), prior() -> p(z), each a torch Distribution.
    Source: Kingma and Welling 2014; Rezende, Mohamed and Wierstra 2014.
    """

    def __init__(self, encoder, decoder, prior):
        super().__init__()
        self.encoder, self.decoder, self.prior = encoder, decoder, prior

    def encode(self, x):
        """q(z|x) of images x, shape (B, P): a Distribution with batch (B,) and event (D,)."""
        self._check(
            x,
            getattr(self.encoder, "net", None),
            "encode",
            "images",
            "pixels",
            "Flatten images with x.reshape(len(x), -1)",
        )
        return self.encoder(x)

    def decode(self, z):
        """p(x|z) of latents z, shape (..., D): a Distribution with batch (...) and event (P,)."""
        self._check(
            z,
            getattr(self.decoder, "net", None),
            "decode",
            "latents",
            "dimensions",
            "Check the latent size",
        )
        return self.decoder(z)

    def sample(self, n, seed=0):
        """n new images as mean pixel values: z ~ p(z), then the mean of p(x|z). Shape (n, P), no
        gradient.
        """
        with torch.no_grad():
            return self.decode(draw(self.prior(), (n,), seed)).mean

    def _check(self, value, net, method, what, axis, advice):
        """A wrong last axis would surface as a matrix-product error deep inside; say it here
        instead.
        """
        if not torch.is_tensor(value):
            raise TypeError(
                f"{method}: expected a tensor of {what}, got {type(value).__name__};"
                " torch.as_tensor makes one."
            )
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
    latent_dim=2,
    prior=None,
    posterior="gaussian",
    likelihood="bernoulli",
    hidden=(128, 64),
    seed=0,
    activation=nn.Tanh,
):
    """An untrained VAE whose sizes fit the data: pixels-hidden-D-hidden-pixels.

    data: ImageData (or a tensor of images, (N, P)). latent_dim: D >= 1. prior: a module whose
    forward() is p(z); the standard normal if not given. posterior, likelihood: names in POSTERIORS
    and LIKELIHOODS. hidden: widths of the encoder's hidden layers; the decoder mirrors them. seed:
    of the initial weights; torch's global state is untouched. Smooth activations (Tanh, SiLU, GELU)
    keep quadrature over the latents exact; with ReLU it stalls near 1e-3 nats.
    Raises ValueError for sizes that make no model and for names that are not known.
    """
    pixels = (data if torch.is_tensor(data) else data.train).shape[-1]
    latent_dim = check_latent_dim(latent_dim)
    hidden = (hidden,) if isinstance(hidden, int) else tuple(hidden)
    if any(not isinstance(width, int) or width < 1 for width in hidden):
        raise ValueError(
            f"hidden must be widths of at least 1, such as (64,) or (400, 200), got {hidden!r}."
        )
    with borrowed_rng(seed):
        encoder = Encoder(pixels, latent_dim, hidden, posterior, activation)
        decoder = Decoder(latent_dim, pixels, hidden[::-1], likelihood, activation)
    prior = StandardNormal(latent_dim) if prior is None else prior
    if posterior != "gaussian":
        _start_standardised(decoder, prior())
    return VAE(encoder, decoder, prior)


@torch.no_grad()
def _start_standardised(decoder, p):
    """Change the first layer so that the decoder starts as if latents had mean 0 and variance 1
    under the prior.

    The codes of a box or a sphere differ by less than 1; left as they are, the decoder takes long
    to notice them.
    """
    first = decoder.net[0]
    if p.event_shape != (first.in_features,):
        raise ValueError(
            f"The prior has {p.event_shape.numel()} dimensions and the model {first.in_features}."
        )
    first.weight /= p.stddev
    first.bias -= first.weight @ p.mean


def _choose(table, name, what):
    if name not in table:
        raise ValueError(
            f"{what} {name!r} is not known; choose one of {', '.join(map(repr, table))}."
        )
    return table[name]
