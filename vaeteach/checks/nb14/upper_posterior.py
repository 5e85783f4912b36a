"""Exercise 14.1: what a code says about the level above it."""

import math

import torch
from torch.distributions import Normal

from ..exercise import Exercise


def _levels(seed=0):
    g = torch.Generator().manual_seed(3 + seed)
    cases = [
        (
            torch.tensor([[0.5, -0.5]]),
            torch.tensor([[0.0, 0.0], [1.0, -1.0]]),
            torch.tensor([[1.0, 1.0], [0.5, 2.0]]),
            torch.tensor([0.25, 0.75]),
        )
    ]
    for b, s, d in ((3, 5, 2), (4, 9, 3)):
        weight = torch.rand(s, generator=g) + 0.1
        stddev = 0.5 + torch.rand(s, d, generator=g)
        mu = torch.randn(s, d, generator=g)
        cases.append((torch.randn(b, d, generator=g), mu, stddev, weight / weight.sum()))
    return cases


def _log_each(z, mu, stddev):
    """log p(z|u) of every point at every node, (B, S)."""
    squares = ((z[:, None] - mu) / stddev).square()
    return -0.5 * (squares + 2 * stddev.log() + math.log(2 * math.pi)).sum(-1)


def _joint(z, mu, stddev, weight):
    return _log_each(z, mu, stddev) + weight.log()


def by_densities(z, mu, stddev, weight):
    joint = Normal(mu, stddev).log_prob(z[:, None]).exp().prod(-1) * weight
    return joint / joint.sum(1, keepdim=True)


def by_a_loop(z, mu, stddev, weight):
    rows = []
    for point in z:
        joint = Normal(mu, stddev).log_prob(point).sum(-1) + weight.log()
        rows.append((joint - joint.logsumexp(0)).exp())
    return torch.stack(rows)


upper_posterior = Exercise(
    name="upper_posterior",
    solution=lambda z, mu, stddev, weight: _joint(z, mu, stddev, weight).softmax(1),
    inputs=_levels,
    praise="likelihood times prior, over their sum: Bayes' rule, one level up.",
    mistakes="""
        the prior of u forgotten: _log_each(z, mu, stddev).softmax(1)
            You have only compared the likelihoods p(z|u). Each node also has its own prior
            probability, `weight`.
        normalised over the points: _joint(z, mu, stddev, weight).softmax(0)
            Your columns add up to one. p(u|z) is a distribution over the *nodes*, for each point:
            it is the rows that must.
        the joint, not divided: _joint(z, mu, stddev, weight).exp()
            This is the joint p(z, u). Divide each row by its sum, which is p(z).
        logarithm left in: _joint(z, mu, stddev, weight).log_softmax(1)
            These are logarithms of probabilities; the probabilities are asked for.
        variance for standard deviation: _joint(z, mu, stddev.sqrt(), weight).softmax(1)
            You used the standard deviations as variances: divide by stddev ** 2.
        width forgotten in front: (_joint(z, mu, stddev, weight) + stddev.log().sum(-1)).softmax(1)
            The normal density has 1 / stddev in front. It is no constant here: it differs from
            node to node.
        weights without a logarithm: (_log_each(z, mu, stddev) + weight).softmax(1)
            You added the weights to log-densities. Add their logarithm, or multiply densities.
    """,
    also_right=(
        by_densities,
        by_a_loop,
        lambda z, mu, stddev, weight: (
            _joint(z, mu, stddev, weight)
            - torch.logsumexp(_joint(z, mu, stddev, weight), 1, keepdim=True)
        ).exp(),
        # what does not depend on the node may be left out
        lambda z, mu, stddev, weight: (
            -(((z[:, None] - mu) / stddev) ** 2).sum(-1) / 2 - stddev.log().sum(-1) + weight.log()
        ).softmax(1),
    ),
)
