"""A VAE whose latents are bits.

A Bernoulli posterior, a Bernoulli prior that can learn, a gradient without a path.

A sampled bit has no derivative, so the reparameterised gradient does not exist; the score-function
gradient with a leave-one-out baseline is unbiased and needs no extra network. With up to 16 bits
everything is summed exactly.
"""

import math

import torch
from torch import Tensor, nn

from ..distributions import bernoulli, borrowed_rng, draw, kl
from ..models import VAE, Decoder, Elbo, log_prob_of_pixels, mlp
from ..priors import BernoulliPrior
from ..support import whole_number
from .helmholtz import Exact
from .states import all_states

CHUNK = 2**23  # numbers decoded and compared at once


class BernoulliEncoder(nn.Module):
    """q(z | x) of independent bits: a multilayer perceptron from pixels to D log-odds."""

    def __init__(self, pixels: int, latent_dim: int, hidden: tuple[int, ...] = (64,)):
        super().__init__()
        self.net = mlp([pixels, *hidden, latent_dim])

    def forward(self, x):
        return bernoulli(self.net(x))


def build_bernoulli_vae(
    data, latent_dim: int = 8, hidden=(64,), learn_prior: bool = True, seed=0
) -> VAE:
    """An untrained VAE with ``latent_dim`` bits and a Bernoulli likelihood.

    data: ImageData, or images (N, P).

    ``hidden=()`` makes both directions affine, as in a Helmholtz machine of one layer.
    ``learn_prior=False`` keeps the prior at 1/2. Train it with ``fit(model, data, ...,
    objective=leave_one_out)``.
    """
    pixels = (data if torch.is_tensor(data) else data.train).shape[-1]
    prior = BernoulliPrior(latent_dim, learn_prior)
    with borrowed_rng(seed):
        return VAE(
            BernoulliEncoder(pixels, latent_dim, hidden),
            Decoder(latent_dim, pixels, hidden[::-1]),
            prior,
        )


def leave_one_out(model: VAE, x: Tensor, n_samples: int = 4, seed=0) -> Elbo:
    """The bound with S samples, its gradient unbiased without a reparameterisation.

    Each field (B,).

    d/dphi E_q[f(z)] is estimated by the mean over s of (f(z_s) - mean of the other f) d/dphi log
    q(z_s), with f = log p(x | z); the KL is exact. Raises ValueError for fewer than two samples.
    Source: Kool, van Hoof and Welling 2019, "Buy 4 REINFORCE samples, get a baseline for free!".
    """
    if whole_number(n_samples, "n_samples") < 2:
        raise ValueError(
            "n_samples is 1: the baseline of a sample is the mean of the others, so two are needed."
        )
    q = model.encode(x)
    z = draw(q, (n_samples,), seed)
    log_likelihood = log_prob_of_pixels(model.decode(z), x)
    signal = (log_likelihood - log_likelihood.mean(0)).detach() * n_samples / (n_samples - 1)
    score = (signal * q.log_prob(z)).mean(0)
    divergence = kl(q, model.prior())
    mean = log_likelihood.mean(0)
    # + 0, with the gradient of the score
    return Elbo(mean, divergence, mean - divergence + (score - score.detach()))


def exact_bits(model: VAE, x: Tensor) -> Exact:
    """log p(x), the bound and the gap of each image (B, P) for a VAE of D bits.

    All 2^D codes are summed.

    log p(x) = log sum_z p(z) p(x | z); the bound is E_q of log p(x, z) - log q(z | x), without
    sampling noise. Nats, each (B,), with gradients. Raises ValueError above 16 bits.
    """
    states = all_states(model.prior().event_shape[0], x.dtype)
    log_prior, p = model.prior().log_prob(states), model.decode(states)
    marginals, bounds = [], []
    for part in x.split(max(1, CHUNK // (len(states) * x.shape[-1]))):
        joint = log_prob_of_pixels(p, part[:, None]) + log_prior
        log_q = model.encode(part[:, None]).log_prob(states)
        marginals.append(joint.logsumexp(1))
        bounds.append((log_q.exp() * (joint - log_q)).sum(1))
    log_marginal, bound = torch.cat(marginals), torch.cat(bounds)
    return Exact(log_marginal, bound, log_marginal - bound)


@torch.no_grad()
def average_posterior_bits(model: VAE, x: Tensor) -> Tensor:
    """<q(z | x)> over the rows of x, a table over all codes, (2^D,).

    In the order of ``all_states``.
    """
    states = all_states(model.prior().event_shape[0], x.dtype)
    parts = [model.encode(part[:, None]).log_prob(states).logsumexp(0) for part in x.split(256)]
    return (torch.stack(parts).logsumexp(0) - math.log(len(x))).exp()
