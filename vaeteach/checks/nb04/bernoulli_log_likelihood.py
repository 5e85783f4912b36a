"""Exercise 4.2: a Bernoulli log-likelihood from logits."""

import numpy as np
import torch
from torch.distributions import Bernoulli, Independent
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, softplus

from ..exercise import Exercise


def _logits(seed=0):
    g = torch.Generator().manual_seed(4 + seed)
    random = torch.randn(4, 6, generator=g), (torch.rand(4, 6, generator=g) < 0.4).float()
    extreme = (
        torch.tensor([[200.0, -200.0, 3.0], [-150.0, 150.0, -2.0]]),
        torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
    )
    return [(torch.tensor([[2.0, -1.0]]), torch.tensor([[1.0, 0.0]])), random, extreme]


def _log_probability(logits, x):
    return x * logits - softplus(logits)


def _through_probabilities(logits, x, small=0.0):
    p = torch.sigmoid(logits)
    return (x * torch.log(p + small) + (1 - x) * torch.log(1 - p + small)).sum(-1)


bernoulli_log_likelihood = Exercise(
    name="bernoulli_log_likelihood",
    solution=lambda logits, x: _log_probability(logits, x).sum(-1),
    inputs=_logits,
    atol=1e-4,
    praise="one number per image, and sure pixels do no harm.",
    mistakes="""
        sign flipped: -_log_probability(logits, x).sum(-1)
            This is the cross-entropy, minus the log-likelihood. A log-probability is never above 0.
        mean for sum: _log_probability(logits, x).mean(-1)
            The pixels are independent, so their log-probabilities are added. A mean over P pixels
            makes beta P.
        summed over the batch: _log_probability(logits, x).sum()
            Sum over the pixels, the last axis, only: one number per image, shape (B,).
        mean over everything: _log_probability(logits, x).mean()
            This is one mean over images and pixels. Sum over the last axis, and leave the images
            apart.
        not summed: _log_probability(logits, x)
            These are the single pixels. Add them up over the last axis: one number per image.
        summed over the wrong axis: _log_probability(logits, x).sum(0)
            You added up the images. Add up the pixels, which stand along the last axis.
        black and white exchanged: _log_probability(logits, 1 - x).sum(-1)
            Here a pixel of 1 is paid log(1 - pi). A logit is the log-odds of the pixel being 1.
        white pixels only: (x * (logits - softplus(logits))).sum(-1)
            Pixels that are 0 say something, too: add (1 - x) log(1 - pi).
        through probabilities: _through_probabilities(logits, x)
            Right for mild logits, but sigmoid(200) rounds to 1 and log(1 - 1) is minus infinity.
            Stay with the logits: x * logits - softplus(logits).
        logarithm patched by a small number: _through_probabilities(logits, x, 1e-8)
            The small number inside the logarithm hides the rounding and changes the answer where
            the model is surely wrong. Stay with the logits.
        logits taken for probabilities:
                (x * torch.log(logits) + (1 - x) * torch.log(1 - logits)).sum(-1)
            The decoder gives logits, any real numbers; their logarithm is not a log-probability.
    """,
    also_right=(
        lambda logits, x: -binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1),
        lambda logits, x: Independent(Bernoulli(logits=logits), 1).log_prob(x),
        lambda logits, x: (x * logsigmoid(logits) + (1 - x) * logsigmoid(-logits)).sum(dim=-1),
        lambda logits, x: logsigmoid((2 * x - 1) * logits).sum(-1),
        lambda logits, x: -np.logaddexp(0, (1 - 2 * x.numpy()) * logits.numpy()).sum(1),
        lambda logits, x: (x * logits - logits.relu() - (-logits.abs()).exp().log1p()).sum(1),
    ),
)
