"""Exercise 15.4: what a learned prior gains, in bits an image."""

import math

import torch

from ..exercise import Exercise


def _averages_and_priors(seed=0):
    g, cases = torch.Generator().manual_seed(1 + seed), []
    for codes in (2, 4, 27):
        q = torch.randn(codes, generator=g).mul(1.5).softmax(0)
        cases.append((q, torch.randn(codes, generator=g).log_softmax(0)))
    q = torch.tensor([0.5, 0.0, 0.5, 0.0])  # codes that no image has
    return [*cases, (q, torch.tensor([0.4, 0.1, 0.4, 0.1]).log())]


def _gain(average, log_prior):
    return (average * (log_prior + math.log(len(average)))).sum() / math.log(2)


def _as_a_fall(average, log_prior):
    log_q = torch.special.xlogy(average, average).sum()
    before = log_q + math.log(len(average))
    after = log_q - (average * log_prior).sum()
    return (before - after) / math.log(2)


bits_gained = Exercise(
    name="bits_gained",
    solution=_gain,
    inputs=_averages_and_priors,
    praise="the fall of the marginal KL, and nothing else.",
    mistakes="""
        nats for bits: _gain(average, log_prior) * math.log(2)
            This is in nats. A bit is log 2 nats: divide.
        multiplied by log 2: _gain(average, log_prior) * math.log(2) ** 2
            To turn nats into bits divide by log 2.
        sign flipped: -_gain(average, log_prior)
            Before minus after: where the new prior is better, the gain is positive.
        the price under the new prior: -(average * log_prior).sum() / math.log(2)
            This is what a code costs now. Subtract it from what it cost under the uniform prior.
        the marginal KL that is left:
                (torch.special.xlogy(average, average).sum() - (average * log_prior).sum()) /
                math.log(2)
            This is the marginal KL that is left under the new prior. Asked is how far it fell.
        all that could be gained:
                (torch.special.xlogy(average, average).sum() + math.log(len(average))) / math.log(2)
            This is the marginal KL under the uniform prior: the most that any prior can gain.
        averaged over all codes alike: (log_prior + math.log(len(average))).mean() / math.log(2)
            You took every code equally often. Images use them with the shares in `average`.
        averaged under the new prior:
                (log_prior.exp() * (log_prior + math.log(len(average)))).sum() / math.log(2)
            You averaged over codes drawn from the new prior. The images have theirs from q.
    """,
    also_right=(
        _as_a_fall,
        lambda average, log_prior: (
            math.log2(len(average)) + (average * log_prior).sum() / math.log(2)
        ),
        lambda average, log_prior: sum(
            share * (math.log2(len(average)) + value / math.log(2))
            for share, value in zip(average, log_prior)
        ),
    ),
)
