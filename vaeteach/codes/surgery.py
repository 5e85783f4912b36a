"""The mean KL in two: what codes tell of the image, how far their average is off the prior."""

import math
from typing import NamedTuple

import torch
from torch.distributions import Distribution

from ..distributions import AggregatePosterior, draw, encode, generator, kl
from ..models import VAE


class Surgery(NamedTuple):
    """mean_kl = mutual_information + marginal_kl, in nats an image.

    Beside them the bound of the first, log N, and standard errors. mean_kl needs no standard error
    where the KL has a closed form; `sum_error` is that of the two estimates' sum.
    """

    mean_kl: float
    mutual_information: float
    marginal_kl: float
    log_n: float
    mutual_information_error: float
    marginal_kl_error: float
    sum_error: float


def surgery(model: VAE, x: torch.Tensor, seed: int = 0, n_samples: int = 10_000) -> Surgery:
    """Split the mean KL term in two.

    What the codes say about the image, and how far their average is from the prior. mean_n
    KL(q(z|x_n) || p(z)) = I(n; z) + KL(q(z) || p(z)), with I(n; z) = mean_n E[log q(z|x_n) - log
    q(z)] <= log N. x: images, (N, P). The left side is the model's own KL; the two terms on the
    right are estimated at about `n_samples` draws z ~ q(z|x_n), at least two an image, spread over
    all images (or, beyond n_samples / 2 of them, over a random choice). Raises ValueError as
    AggregatePosterior does. Source: Hoffman and Johnson 2016, "ELBO surgery" (there: index-code
    mutual information and marginal KL to prior).
    """
    return surgery_of(encode(model, x), model.prior(), seed, n_samples)


@torch.no_grad()
def surgery_of(q: Distribution, p: Distribution, seed: int = 0, n_samples: int = 10_000) -> Surgery:
    """`surgery` for posteriors q, batch (N,), event (D,), and a prior p that are already there."""
    seed, n = generator(seed), q.batch_shape[0]
    z = draw(q, (max(2, -(-n_samples // n)),), seed)
    chosen = torch.randperm(n, generator=seed)[: max(2, n_samples // 2)]
    log_ratio = q.log_prob(z)[:, chosen].double()
    divergence = kl(q, p, z)
    z = z[:, chosen]
    log_q, log_p = AggregatePosterior.of(q).log_prob(z).double(), p.log_prob(z).double()
    information, information_error = _mean_over_images(log_ratio - log_q, n)
    marginal, marginal_error = _mean_over_images(log_q - log_p, n)
    _, sum_error = _mean_over_images(log_ratio - log_p, n)
    mean_kl = float(divergence.double().mean())
    return Surgery(
        mean_kl, information, marginal, math.log(n), information_error, marginal_error, sum_error
    )


def _mean_over_images(values, n):
    """Mean of values (S draws, M of the n images) and its standard error.

    The differences between images count only as far as images were left out.
    """
    draws, images = values.shape
    within = values.var(0).mean() / (draws * images)
    between = values.mean(0).var() / images * (1 - images / n) if images < n else 0.0
    return float(values.mean()), float((within + between) ** 0.5)
