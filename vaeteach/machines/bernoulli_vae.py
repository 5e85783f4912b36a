"""A VAE whose latents are bits.

A Bernoulli posterior, a Bernoulli prior that can learn, a gradient without a path. A sampled bit
has no derivative, so the reparameterised gradient does not exist; the score-function gradient with
a leave-one-out baseline is unbiased and needs no extra network. With up to 16 bits everything is
summed exactly.
"""

import torch
from torch import Tensor, nn

from ..distributions import bernoulli, borrowed_rng, draw, generator, kl
from ..models import VAE, Decoder, Elbo, log_prob_of_pixels, mlp
from ..priors import BernoulliPrior
from ..support import whole_number
from .enumeration import average_posterior_codes, exact_codes


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

    data: ImageData, or images (N, P). ``hidden=()`` makes both directions affine, as in a Helmholtz
    machine of one layer. ``learn_prior=False`` keeps the prior at 1/2. Train it with ``fit(model,
    data, ..., objective=leave_one_out)``.
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

    Each field (B,). d/dphi E_q[f(z)] is estimated by the mean over s of (f(z_s) - mean of the other
    f) d/dphi log q(z_s), with f = log p(x | z); the KL is exact. Raises ValueError for fewer than
    two samples. Source: Kool, van Hoof and Welling 2019, "Buy 4 REINFORCE samples, get a baseline
    for free!".
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


def relaxed(model: VAE, x: Tensor, temperature: float = 0.5, seed=0) -> Elbo:
    """The bound with bits made smooth: sigmoid of (log-odds + logistic noise) / temperature.

    Each field (B,). The KL is that of the bits themselves, so ``value`` bounds log p(x) of no
    model; its gradient takes the path through the sample. As the temperature falls the samples
    become bits and the gradient noisier. Raises ValueError for a temperature that is not positive.
    Source: Maddison, Mnih and Teh 2017, "The Concrete Distribution", section 3 and appendix B (the
    binary case); Jang, Gu and Poole 2017.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be a positive number, got {temperature!r}.")
    q = model.encode(x)
    u = torch.rand(q.logits.shape, generator=generator(seed), dtype=x.dtype)
    z = ((q.logits + torch.logit(u, eps=1e-6)) / temperature).sigmoid()
    log_likelihood = log_prob_of_pixels(model.decode(z), x)
    divergence = kl(q, model.prior())
    return Elbo(log_likelihood, divergence, log_likelihood - divergence)


# notebook 11 calls them by these names
exact_bits, average_posterior_bits = exact_codes, average_posterior_codes
