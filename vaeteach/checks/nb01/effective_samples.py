"""Exercise 1.3: how many samples count."""

import torch

from ..exercise import Exercise
from .log_evidence import log_likelihoods


def _ess(log_w):
    weight = torch.softmax(log_w, 0)
    return 1 / weight.square().sum(0)


def _ratio(log_w):
    w = (log_w - log_w.max(0).values).exp()
    return w.sum(0) ** 2 / (w**2).sum(0)


effective_samples = Exercise(
    name="effective_samples",
    solution=_ess,
    inputs=log_likelihoods,
    praise="S where all weights are equal, 1 where a single one decides.",
    mistakes="""
        not normalised: 1 / log_w.exp().square().sum(0)
            The weights must add up to one before they are squared: torch.softmax(log_w, 0).
        inverse: 1 / _ess(log_w)
            This is one over the effective sample size.
        squares forgotten: 1 / torch.softmax(log_w, 0).sum(0)
            Normalised weights always add up to one. Square them before the sum.
        square of the sum missing:
                (log_w - log_w.max(0).values).exp().sum(0) / (log_w
                - log_w.max(0).values).exp().square().sum(0)
            The numerator is the *square* of the sum of weights.
        as a share: _ess(log_w) / len(log_w)
            This is the share of the samples; their number is asked for.
        largest weight: 1 / torch.softmax(log_w, 0).max(0).values
            One over the largest weight is another measure; use the sum of squares.
        wrong axis: 1 / torch.softmax(log_w, 1).square().sum(1)
            You normalised over the images. The samples stand along axis 0.
        one maximum for all images:
                (log_w - log_w.max()).exp().sum(0).square() / (log_w
                - log_w.max()).exp().square().sum(0)
            You take out the largest of all numbers, and an image far below it still underflows to
            0/0. Take the maximum of each image (column).
    """,
    also_right=(
        _ratio,
        lambda log_w: torch.exp(2 * torch.logsumexp(log_w, 0) - torch.logsumexp(2 * log_w, 0)),
        lambda log_w: torch.linalg.norm(torch.softmax(log_w, 0), dim=0) ** -2,
        lambda log_w: 1 / torch.distributions.Categorical(logits=log_w.T).probs.square().sum(1),
    ),
)
