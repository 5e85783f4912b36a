"""Exercise 11.4: what fair bits cost at most."""

import torch
from torch.distributions import Bernoulli, kl_divergence

from ..exercise import Exercise


def _priors(seed=0):
    return [
        (torch.tensor([0.9]),),
        (torch.tensor([0.5, 0.2]),),
        (torch.tensor([0.7, 0.99, 0.35, 0.5, 0.61]) ** (1 + seed % 5),),
    ]


def _price_of_one_half(p):
    return (p * torch.log(2 * p) + (1 - p) * torch.log(2 * (1 - p))).sum()


price_of_one_half = Exercise(
    name="price_of_one_half",
    solution=_price_of_one_half,
    inputs=_priors,
    praise="zero for fair bits, log 2 a unit at the most.",
    mistakes="""
        the KL the wrong way round: -(0.5 * torch.log(2 * p) + 0.5 * torch.log(2 * (1 - p))).sum()
            This is KL(1/2 || p). The codes follow p and are paid at the price of 1/2, so p stands
            in front.
        off states forgotten: (p * torch.log(2 * p)).sum()
            A unit that is off has a price as well: add (1 - p) log((1 - p) / (1/2)).
        entropy for KL: -(p * torch.log(p) + (1 - p) * torch.log(1 - p)).sum()
            This is the entropy of the prior. The KL from 1/2 is log 2 minus the entropy, for each
            unit.
        sign flipped: -_price_of_one_half(p)
            A price that is negative: the KL is the mean of log p - log 1/2 under p, and never below
            zero.
        bits for nats: _price_of_one_half(p) / torch.tensor(2.0).log()
            This is in bits (log to base 2). Everything here is in nats: the natural logarithm.
        mean over the units: _price_of_one_half(p) / len(p)
            The units are independent, so their prices add up: sum, not mean.
        one number a unit: p * torch.log(2 * p) + (1 - p) * torch.log(2 * (1 - p))
            These are the prices of the single units. Add them up to the price of a code.
        1/2 left out: (p * torch.log(p) + (1 - p) * torch.log(1 - p)).sum()
            This is minus the entropy: the logarithm of the frozen prior, log 1/2, is missing.
    """,
    also_right=(
        lambda p: kl_divergence(Bernoulli(p), Bernoulli(torch.full_like(p, 0.5))).sum(),
        lambda p: len(p) * torch.tensor(2.0).log() - Bernoulli(p).entropy().sum(),
    ),
)
