"""Exercise 1.1: the joint from two factors."""

import numpy as np
import torch
from torch.distributions import Bernoulli, Independent

from ...distributions import gaussian
from ..exercise import Exercise


def _models(seed=0):
    g = torch.Generator().manual_seed(5 + seed)
    cases = []
    for b, d, p in ((1, 1, 2), (3, 2, 5), (6, 4, 9)):
        weight = torch.randn(p, d, generator=g)
        z, x = torch.randn(b, d, generator=g), (torch.rand(b, p, generator=g) < 0.5).float()

        def decode(z, weight=weight):
            return Independent(Bernoulli(logits=z @ weight.T), 1)

        cases.append((x, z, decode, gaussian(torch.full((d,), 0.3), torch.full((d,), -0.5))))
    return cases


def _by_hand(x, z, decode, prior):
    logits = decode(z).base_dist.logits
    likelihood = (x * logits - torch.nn.functional.softplus(logits)).sum(1)
    mu, logvar = prior.mu, prior.logvar
    log_prior = -0.5 * ((z - mu) ** 2 / logvar.exp() + logvar + np.log(2 * np.pi)).sum(1)
    return likelihood + log_prior


log_joint = Exercise(
    name="log_joint",
    solution=lambda x, z, decode, prior: decode(z).log_prob(x) + prior.log_prob(z),
    inputs=_models,
    praise="likelihood times prior is a sum of logs, one number an image.",
    mistakes="""
        prior forgotten: decode(z).log_prob(x)
            This is the likelihood alone. The joint also asks how probable z was: add log p(z).
        prior alone: prior.log_prob(z)
            This is log p(z). The joint also holds log p(x|z).
        minus for plus: decode(z).log_prob(x) - prior.log_prob(z)
            A product of densities is a sum of logs: add log p(z).
        logs multiplied: decode(z).log_prob(x) * prior.log_prob(z)
            Densities multiply, their logarithms add.
        without logs: (decode(z).log_prob(x) + prior.log_prob(z)).exp()
            This is the joint density itself; its logarithm is asked for (on many pixels the density
            underflows).
        summed over the batch: (decode(z).log_prob(x) + prior.log_prob(z)).sum()
            You summed over the batch. Return one number an image.
        mean over the batch: (decode(z).log_prob(x) + prior.log_prob(z)).mean()
            You averaged over the batch. Return one number an image.
        mean over the pixels: decode(z).log_prob(x) / x.shape[-1] + prior.log_prob(z)
            You divided the likelihood by the number of pixels. That makes the prior count many
            times as much.
        prior at x: decode(z).log_prob(x) + prior.log_prob(x[:, : z.shape[1]])
            The prior is a density over latents: evaluate it at z.
    """,
    also_right=(
        _by_hand,
        lambda x, z, decode, prior: torch.stack([prior.log_prob(z), decode(z).log_prob(x)]).sum(0),
        lambda x, z, decode, prior: [float(v) for v in decode(z).log_prob(x) + prior.log_prob(z)],
        lambda x, z, decode, prior: decode(z).log_prob(x).add_(prior.log_prob(z)),
    ),
)
