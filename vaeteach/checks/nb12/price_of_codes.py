"""Exercise 12.2: the two parts of the price."""

import torch

from ..exercise import Exercise
from .best_prior import tables


def _priced_tables(seed=0):
    g = torch.Generator().manual_seed(1 + seed)
    return [
        (q, p / p.sum())
        for (q,) in tables(seed)
        for p in [torch.rand(q.shape[1], generator=g) + 0.2]
    ]


def _price(q, p):
    average = q.mean(0)
    return (q * (q / average).log()).sum(1).mean(), (average * (average / p).log()).sum()


def by_difference(q, p):
    whole = (q * (torch.log(q) - torch.log(p))).sum(dim=1).mean()
    average = q.mean(dim=0)
    marginal = torch.sum(average * torch.log(average / p))
    return whole - marginal, marginal


def by_entropies(q, p):
    average = q.mean(0)
    entropy = -(average * average.log()).sum()
    return entropy + (q * q.log()).sum(1).mean(), -entropy - average @ p.log()


price_of_codes = Exercise(
    name="price_of_codes",
    solution=_price,
    inputs=_priced_tables,
    praise="they add up to the mean KL: what a code says, and what the wrong prior adds.",
    mistakes="""
        the whole KL twice:
                ((q * (q / p).log()).sum(1).mean(), (q.mean(0) * (q.mean(0) / p).log()).sum())
            Your first number is the whole mean KL. The mutual information compares q with its
            average, not with p.
        the wrong order: _price(q, p)[::-1]
            Both numbers are right, in the wrong order: mutual information first, marginal KL
            second.
        sum over the images: ((q * (q / q.mean(0)).log()).sum(), _price(q, p)[1])
            The mutual information is a mean over the images; you have their sum.
        mean over the codes:
                ((q * (q / q.mean(0)).log()).mean(), (q.mean(0) * (q.mean(0) / p).log()).mean())
            A KL is a sum over the codes, weighted by q; you took the plain mean.
        the marginal KL the wrong way round: (_price(q, p)[0], (p * (p / q.mean(0)).log()).sum())
            This is KL(p || average). Codes are drawn from the average posterior, so it stands in
            front.
        bits for nats: tuple(part / torch.tensor(2.0).log() for part in _price(q, p))
            These are bits. The course measures in nats, with the natural logarithm.
        sign flipped: tuple(-part for part in _price(q, p))
            Both are divergences and cannot be negative: log of q over the reference, weighted by q.
    """,
    also_right=(
        by_difference,
        by_entropies,
        lambda q, p: torch.stack(_price(q.double(), p.double())),
    ),
)
