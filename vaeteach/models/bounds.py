"""The bounds on log p(x), plain and importance-weighted: one number per image, nats."""

import math
from typing import NamedTuple, SupportsFloat

import torch

from ..distributions import draw, generator, kl
from ..support import whole_number


class Elbo(NamedTuple):
    """The evidence lower bound, nats, (B,): value = log_likelihood - beta * kl."""

    log_likelihood: torch.Tensor
    kl: torch.Tensor
    value: torch.Tensor


def elbo(model, x: torch.Tensor, beta: float = 1.0, seed: int | torch.Generator = 0) -> Elbo:
    """Single-sample evidence lower bound: log p(x|z) - beta KL(q(z|x) || p(z)) with z ~ q(z|x).

    model: a VAE (`encode`, `decode`, `prior`). x: images, (B, P). beta: weight of the KL. With 1
    `value` is the bound; above 1 it still bounds log p(x) from below in expectation, less tightly;
    below 1 it need not (Higgins et al. 2017, equation 4). seed: an integer or a torch.Generator;
    the same integer gives the same noise, so a training loop of your own should hand over a
    generator. Returns Elbo, each field (B,). Raises ValueError for pixels that the likelihood
    cannot have. Source: Kingma and Welling 2014, equations 3 and 7.
    """
    _require_model(model, "elbo")
    per_image = getattr(beta, "ndim", 0) > 0
    if not isinstance(beta, SupportsFloat) or (per_image and beta.shape != x.shape[:-1]):
        raise TypeError(f"beta, the weight of the KL, must be a number, got {beta!r}.")
    if not torch.all(torch.as_tensor(beta) >= 0):
        raise ValueError(
            f"beta, the weight of the KL, must be at least 0, got {beta!r}; below that the KL is"
            " rewarded and nothing holds it."
        )
    q = model.encode(x)
    z = draw(q, seed=seed)
    log_likelihood = log_prob_of_pixels(model.decode(z), x)
    divergence = kl(q, model.prior(), z)
    return Elbo(log_likelihood, divergence, log_likelihood - beta * divergence)


def iwae_bound(
    model, x: torch.Tensor, n_samples: int, seed: int | torch.Generator = 0, chunk: int = 2**22
) -> torch.Tensor:
    """The importance-weighted bound, in nats, shape (B,).

    log (1/K) sum_k p(x|z_k) p(z_k) / q(z_k|x) with z_k ~ q(z|x). n_samples: K >= 1. K = 1 is the
    ELBO with a sampled KL; the expectation rises with K towards log p(x). Decoded in chunks of
    about `chunk` pixels, so memory stays small. Source: Burda et al. 2016, equation 8.
    """
    n_samples = whole_number(n_samples, "iwae_bound: n_samples")
    _require_model(model, "iwae_bound")
    q, prior = model.encode(x), model.prior()
    seed = generator(seed)
    total = None
    per_chunk = max(1, chunk // max(1, x.numel()))
    for start in range(0, n_samples, per_chunk):
        z = draw(q, (min(per_chunk, n_samples - start),), seed)
        log_weight = log_prob_of_pixels(model.decode(z), x) + prior.log_prob(z) - q.log_prob(z)
        part = torch.logsumexp(log_weight, 0)
        total = part if total is None else torch.logaddexp(total, part)
    return total - math.log(n_samples)


def _require_model(model, name):
    if not hasattr(model, "encode"):
        raise TypeError(
            f"{name} wants a model with encode(), decode() and prior() first, then its images; its"
            f" first argument is a {type(model).__name__}."
        )


def log_prob_of_pixels(p, x):
    """log p(x|z) of images x under the decoder's distribution p; see `require_possible`."""
    require_possible(p, x)
    return p.log_prob(x)


def require_possible(p, x):
    """Raise ValueError for what the likelihood cannot have: grey or NaN under a Bernoulli."""
    base = getattr(p, "base_dist", p)
    # x^2 - x is zero for 0 and 1 only, also not for NaN and infinity; it runs in every step and is
    # the fastest form
    if isinstance(base, torch.distributions.Bernoulli) and (x * x).sub_(x).any():
        what = "grey" if bool(torch.isfinite(x).all()) else "NaN or infinite"
        raise ValueError(
            f"Some pixels are {what}, and a Bernoulli knows only 0 and 1: binarise the images"
            " (data.binarized()), or build the model with likelihood='gaussian' or"
            " 'continuous_bernoulli'."
        )
