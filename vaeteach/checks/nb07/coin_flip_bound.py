"""Exercise 7.1: a floor for every bound."""

import math

import torch

from ..exercise import Exercise


def floor_by_half(pixels):
    return pixels * math.log(0.5)


def floor_by_torch(pixels):
    return (
        torch.distributions.Bernoulli(0.5 * torch.ones(pixels)).log_prob(torch.ones(pixels)).sum()
    )


coin_flip_bound = Exercise(
    name="coin_flip_bound",
    solution=lambda pixels: -pixels * math.log(2),
    inputs=lambda seed=0: [(1,), (64,), (784 + seed % 100,)],
    rtol=1e-5,  # 0.6931 is not log 2
    praise="no bound of a trained model on binary images may lie below it.",
    mistakes="""
        sign forgotten: pixels * math.log(2)
            A log-probability is never positive: log(1/2) is negative.
        bits for nats: -pixels
            This is in bits. Nats need the natural logarithm.
        one pixel only: -math.log(2)
            This is one pixel. They are independent, so their log-probabilities add up.
        probability for its log: 0.5**pixels
            This is the probability of an image; the bound is on its logarithm.
        half a nat a pixel: -pixels * 0.5
            1/2 is the probability; its logarithm is what adds up.
        log of the number of pixels: -math.log(pixels)
            Each pixel costs log 2; multiply by their number.
        decimal logarithm: -pixels * math.log10(2)
            log10 gives decimal digits; nats need the natural logarithm, math.log.
    """,
    also_right=(
        floor_by_half,
        floor_by_torch,
        lambda pixels: torch.log(torch.tensor(0.5)) * pixels,
    ),
)
