"""Exercise 14.3: what the label tells about the code."""

import math

import torch

from ..exercise import Exercise


def _codes(seed=0):
    g = torch.Generator().manual_seed(5 + seed)
    cases = []
    for labels in ([0, 0, 1], [0, 1, 0, 2, 1, 0], [2, 2, 0, 1, 1, 0, 0, 0]):
        n = len(labels)
        pairs = torch.randn(n, n, generator=g) - 2
        cases.append((pairs + 3 * torch.eye(n), torch.tensor(labels)))
    return cases


def _information(pairs, labels):
    return _beside_all(_sum_within(pairs, labels) - _size(labels).log(), pairs)


def by_a_loop(pairs, labels):
    total = 0.0
    for i in range(len(labels)):
        own = pairs[i, labels == labels[i]].exp().mean()
        total = total + own.log() - pairs[i].exp().mean().log()
    return total / len(labels)


def by_one_hot(pairs, labels):
    member = torch.nn.functional.one_hot(labels).to(pairs.dtype)
    classes = (pairs.exp() @ member) / member.sum(0)  # q(z_i|c), (N, C)
    own = classes.gather(1, labels[:, None])[:, 0]
    return (own / pairs.exp().mean(1)).log().mean()


def _beside_all(within, pairs):
    """The answer with this in the place of log q(z|c)."""
    return (within - pairs.logsumexp(1) + math.log(len(pairs))).mean()


def _sum_within(pairs, labels):
    """Log of the sum over the pictures of the class."""
    return pairs.masked_fill(labels[:, None] != labels, -math.inf).logsumexp(1)


def _size(labels):
    return (labels[:, None] == labels).sum(1)


label_information = Exercise(
    name="label_information",
    solution=_information,
    inputs=_codes,
    praise="the average posterior of the class, beside that of all: I(z; c).",
    mistakes="""
        class mean over all N:
                _beside_all(_sum_within(pairs, labels) - math.log(len(labels)), pairs)
            Inside a class you divided by N. q(z|c) is the mean over the pictures *of the class*:
            divide by how many there are.
        class mean not divided: _beside_all(_sum_within(pairs, labels), pairs)
            The sum over the pictures of the class is not yet their mean: log of their number is
            missing.
        mean of the logs:
                _beside_all((pairs * (labels[:, None] == labels)).sum(1) / _size(labels), pairs)
            You averaged log-densities. A mixture averages densities; the log comes last.
        the picture in place of the class: _beside_all(pairs.diagonal(), pairs)
            This is I(x; z), what the code tells about its *picture*. For the label compare the
            average of the class with the average of all.
        what the label leaves:
                (pairs.diagonal() - _sum_within(pairs, labels) + _size(labels).log()).mean()
            This is I(x; z | c), what the code tells beyond the label. I(z; c) is the rest.
        sign flipped: -_information(pairs, labels)
            The sign is turned: log q(z|c) comes first, minus log q(z).
        sum over the draws: _information(pairs, labels) * len(labels)
            Average over the draws; you have their sum.
        bits for nats: _information(pairs, labels) / math.log(2)
            These are bits. The course measures in nats, with the natural logarithm.
    """,
    also_right=(by_a_loop, by_one_hot, lambda p, c: _information(p.double(), c)),
)
