"""Exercise 3.1: the KL between two diagonal normals."""

import torch
from torch.distributions import Normal, kl_divergence

from ...distributions import gaussian, kl_standard_normal
from ..exercise import Exercise


def _codes(seed=0):
    g = torch.Generator().manual_seed(3 + seed)
    rows = [
        (torch.tensor([[1.0]]), torch.tensor([[0.5]]), torch.tensor([0.3]), torch.tensor([1.2])),
        (
            torch.tensor([[0.0, 2.0], [1.0, -1.0]]),
            torch.tensor([[-1.0, 0.3], [0.7, -2.0]]),
            torch.tensor([0.5, -1.0]),
            torch.tensor([0.4, -0.8]),
        ),
    ]
    random = [torch.randn(size, generator=g) for size in ((5, 3), (5, 3), (3,), (3,))]
    return [*rows, tuple(random)]


def _per_dimension(mu, logvar, m, v):
    return 0.5 * ((mu - m) ** 2 / v.exp() + (logvar - v).exp() - 1 - (logvar - v))


def _kl(mu, logvar, m, v):
    return _per_dimension(mu, logvar, m, v).sum(-1)


def _by_torch(mu, logvar, m, v):
    q, p = Normal(mu, (logvar / 2).exp()), Normal(m, (v / 2).exp())
    return kl_divergence(q, p).sum(-1)


def _stretched(mu, logvar, m, v):
    return kl_standard_normal((mu - m) / (v / 2).exp(), logvar - v).sum(1)


kl_between_normals = Exercise(
    name="kl_between_normals",
    solution=_kl,
    inputs=_codes,
    praise="non-negative, summed over the dimensions, one number for each image.",
    mistakes="""
        sign flipped: -_kl(mu, logvar, m, v)
            This is minus the KL. A divergence is never negative.
        one half missing: 2 * _kl(mu, logvar, m, v)
            It is twice the KL: the factor 1/2 in front is missing.
        prior ignored: _kl(mu, logvar, 0 * m, 0 * v)
            This is the KL to N(0, 1). Here the prior has a mean and a variance of its own.
        only shifted: _kl(mu, logvar, m, 0 * v)
            You moved the prior to its mean but left its variance at 1.
        shift not stretched: _kl(mu - m, logvar - v, 0 * m, 0 * v)
            The variances are right, but the distance of the means must be measured in units of the
            prior's standard deviation, too.
        shift divided by the variance: _kl((mu - m) / v.exp(), logvar - v, 0 * m, 0 * v)
            exp(prior_logvar) is the variance s². The distance is divided by s, which is
            exp(prior_logvar / 2).
        wrong way round: _kl(m, v, mu, logvar)
            This is KL(p || q), from the prior to q. Here q comes first: the mean runs under q.
        logvar read as log σ: _kl(mu, 2 * logvar, m, 2 * v)
            You treated the inputs as log σ. They are logs of the variances already.
        summed over the batch: _kl(mu, logvar, m, v).sum()
            You summed over the batch as well. Sum over the last axis only.
        mean over the dimensions: _per_dimension(mu, logvar, m, v).mean(-1)
            You took the mean over the dimensions. KLs of independent dimensions add up; a mean
            divides by D.
        not summed: _per_dimension(mu, logvar, m, v)
            These are the KLs of the single dimensions. Sum over the last axis.
        the 1 forgotten: (_per_dimension(mu, logvar, m, v) + 0.5).sum(-1)
            Where q is the prior the KL must be 0; yours is 1/2 for each dimension. The -1 is
            missing.
    """,
    also_right=(
        _by_torch,
        _stretched,
        lambda mu, logvar, m, v: kl_divergence(gaussian(mu, logvar), gaussian(m, v)),
    ),
)
