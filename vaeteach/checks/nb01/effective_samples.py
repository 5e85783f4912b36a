"""Exercise 1.3: how many samples count."""

import torch

from ..exercise import Exercise, Mistake
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
    mistakes=(
        Mistake(
            "not normalised",
            lambda log_w: 1 / log_w.exp().square().sum(0),
            "The weights must add up to one before they are squared: torch.softmax(log_w, 0).",
        ),
        Mistake(
            "inverse", lambda log_w: 1 / _ess(log_w), "This is one over the effective sample size."
        ),
        Mistake(
            "squares forgotten",
            lambda log_w: 1 / torch.softmax(log_w, 0).sum(0),
            "Normalised weights always add up to one. Square them before the sum.",
        ),
        Mistake(
            "square of the sum missing",
            lambda log_w: (
                (log_w - log_w.max(0).values).exp().sum(0)
                / (log_w - log_w.max(0).values).exp().square().sum(0)
            ),
            "The numerator is the *square* of the sum of weights.",
        ),
        Mistake(
            "as a share",
            lambda log_w: _ess(log_w) / len(log_w),
            "This is the share of the samples; their number is asked for.",
        ),
        Mistake(
            "largest weight",
            lambda log_w: 1 / torch.softmax(log_w, 0).max(0).values,
            "One over the largest weight is another measure; use the sum of squares.",
        ),
        Mistake(
            "wrong axis",
            lambda log_w: 1 / torch.softmax(log_w, 1).square().sum(1),
            "You normalised over the images. The samples stand along axis 0.",
        ),
        Mistake(
            "one maximum for all images",
            lambda w: (w - w.max()).exp().sum(0).square() / (w - w.max()).exp().square().sum(0),
            "You take out the largest of all numbers, and an image far below it still underflows to"
            " 0/0. Take the maximum of each image (column).",
        ),
    ),
    also_right=(
        _ratio,
        lambda log_w: torch.exp(2 * torch.logsumexp(log_w, 0) - torch.logsumexp(2 * log_w, 0)),
        lambda log_w: torch.linalg.norm(torch.softmax(log_w, 0), dim=0) ** -2,
        lambda log_w: 1 / torch.distributions.Categorical(logits=log_w.T).probs.square().sum(1),
    ),
)
