"""Exercise 3.2: the KL by Monte Carlo."""

import math

import torch

from ...distributions import gaussian
from ..exercise import Exercise


def _pairs(seed=0):
    g = torch.Generator().manual_seed(4 + seed)
    cases = []
    for s, b, d in ((4, 1, 1), (50, 3, 2), (400, 2, 5)):
        q = gaussian(torch.randn(b, d, generator=g), torch.randn(b, d, generator=g))
        p = gaussian(torch.zeros(d), torch.zeros(d))
        cases.append((q, p, q.mu + q.stddev * torch.randn(s, b, d, generator=g)))
    return cases


def _log_ratio(q, p, z):
    return q.log_prob(z) - p.log_prob(z)


def _both(ratio, divisor=lambda r: len(r) ** 0.5):
    return ratio.mean(0), ratio.std(0) / divisor(ratio)


def _with_numpy(q, p, z):
    ratio = (q.log_prob(z) - p.log_prob(z)).numpy()
    return ratio.mean(0), ratio.std(0, ddof=1) / math.sqrt(len(ratio))


kl_by_samples = Exercise(
    name="kl_by_samples",
    solution=lambda q, p, z: _both(_log_ratio(q, p, z)),
    inputs=_pairs,
    praise="an unbiased estimate, and an honest error bar.",
    mistakes="""
        sign flipped: _both(-_log_ratio(q, p, z))
            This estimates minus the KL: it is the mean of log q - log p, in that order.
        standard deviation for standard error: _both(_log_ratio(q, p, z), lambda r: 1.0)
            This is the spread of one sample. The error of a mean of S samples is smaller by the
            root of S.
        divided by S: _both(_log_ratio(q, p, z), len)
            The standard error falls as one over the *root* of S.
        variance for standard deviation:
                (_log_ratio(q, p, z).mean(0), _log_ratio(q, p, z).var(0) / len(z))
            This is the squared standard error; take its root.
        sum for mean: (_log_ratio(q, p, z).sum(0), _log_ratio(q, p, z).std(0) / len(z) ** 0.5)
            The estimate is the *mean* over the samples.
        weighted by q again: _both(q.log_prob(z).exp() * _log_ratio(q, p, z))
            The samples come from q already, so each counts alike; multiplying by q(z) weights them
            twice.
        entropy only: _both(q.log_prob(z))
            log p(z) is missing: this estimates minus the entropy of q.
        averaged over the batch: tuple(part.mean() for part in _both(_log_ratio(q, p, z)))
            Average over the samples, axis 0, and keep one number an image.
        error bar forgotten: _log_ratio(q, p, z).mean(0)
            The estimate is right; return its standard error too, as a pair.
    """,
    also_right=(
        _with_numpy,
        lambda q, p, z: [
            (q.log_prob(z) - p.log_prob(z)).mean(0),
            ((q.log_prob(z) - p.log_prob(z)).var(0) / len(z)).sqrt(),
        ],
    ),
)
