"""Exercise 9.3: the density of a mixture."""

import math

import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from ..exercise import Exercise


def _mixtures(seed=0):
    g = torch.Generator().manual_seed(7 + seed)
    centres = torch.tensor([[3.0, 3.0], [-3.0, -3.0]])
    return [
        (torch.tensor([[3.0, -3.0]]), centres, torch.full((2, 2), -0.5), torch.zeros(2)),
        (
            torch.randn(4, 2, generator=g),
            centres / 2,
            torch.full((2, 2), 0.4),
            torch.tensor([1.0, -0.5]),
        ),
        (
            torch.randn(6, 3, generator=g),
            torch.randn(5, 3, generator=g),
            torch.randn(5, 3, generator=g) / 2,
            torch.randn(5, generator=g) + 1,
        ),
    ]


def _each(z, mu, logvar):
    """log N of every point in every component and dimension, (B, K, D)."""
    return -0.5 * ((z[:, None] - mu).square() / logvar.exp() + logvar + math.log(2 * math.pi))


def _torch_mixture(z, mu, logvar, logits):
    return MixtureSameFamily(
        Categorical(logits=logits), Independent(Normal(mu, (logvar / 2).exp()), 1)
    ).log_prob(z)


def _loop_over_components(z, mu, logvar, logits):
    weights = logits.softmax(0)
    parts = [
        w.log() + Normal(m, (v / 2).exp()).log_prob(z).sum(-1)
        for w, m, v in zip(weights, mu, logvar)
    ]
    return torch.stack(parts).logsumexp(0)


mixture_log_prob = Exercise(
    name="mixture_log_prob",
    solution=lambda z, mu, logvar, logits: (
        _each(z, mu, logvar).sum(-1) + logits.log_softmax(0)
    ).logsumexp(-1),
    inputs=_mixtures,
    praise="sum over dimensions inside, logsumexp over components outside.",
    mistakes="""
        logsumexp per dimension:
                (_each(z, mu, logvar) + logits.log_softmax(0)[:, None]).logsumexp(1).sum(-1)
            You mixed each dimension on its own and then summed. A component is a *joint* density:
            sum over the dimensions first, then logsumexp over the components.
        weights not normalised: (_each(z, mu, logvar).sum(-1) + logits).logsumexp(-1)
            The logits were added as they are. The weights are their softmax: use
            logits.log_softmax(0).
        weights forgotten: _each(z, mu, logvar).sum(-1).logsumexp(-1)
            The weights of the components are missing: K densities added up hold a mass of K.
        equal weights: _each(z, mu, logvar).sum(-1).logsumexp(-1) - math.log(len(mu))
            You gave every component the weight 1/K. The weights are the softmax of the logits.
        variance for standard deviation:
                (_each(z, mu, 2 * logvar).sum(-1) + logits.log_softmax(0)).logsumexp(-1)
            exp(logvar) is a variance, and you used it as a standard deviation, which is exp(logvar
            / 2).
        mean of the logs: (_each(z, mu, logvar).sum(-1) * logits.softmax(0)).sum(-1)
            You averaged the log-densities. A mixture averages the *densities*; the log comes last.
        log(2 pi) forgotten:
                ((_each(z, mu, logvar) + 0.5 * math.log(2 * math.pi)).sum(-1)
                + logits.log_softmax(0)).logsumexp(-1)
            Up to a constant this is right: each dimension's normal density also has the term -log(2
            pi) / 2.
        probability for log-probability:
                (_each(z, mu, logvar).sum(-1) + logits.log_softmax(0)).logsumexp(-1).exp()
            This is the density itself. The log of it is asked for.
    """,
    also_right=(_torch_mixture, _loop_over_components),
)
