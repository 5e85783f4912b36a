"""Exercise 2.2: the gap of the bound from K importance weights, without a grid."""

import math

import torch

from ..exercise import Exercise


def _log_weights(seed=0):
    g = torch.Generator().manual_seed(2 + seed)
    return [
        (torch.tensor([[-2.0], [-4.0]]),),
        (-20 + 3 * torch.randn(5, 3, generator=g),),
        (-900 + 10 * torch.randn(50, 4, generator=g),),  # exp underflows here
    ]


def _log_mean(log_w):
    return torch.logsumexp(log_w, 0) - math.log(len(log_w))


def _gap(log_w):
    return _log_mean(log_w) - log_w.mean(0)


gap_from_weights = Exercise(
    name="gap_from_weights",
    solution=_gap,
    inputs=_log_weights,
    praise="what Jensen loses, from the weights alone.",
    mistakes="""
        sign flipped: -_gap(log_w)
            This is minus the gap. By Jensen the log of the mean is the larger of the two.
        1/K forgotten: torch.logsumexp(log_w, 0) - log_w.mean(0)
            This is the log of the sum. A mean also divides by K, which subtracts log K.
        log K added: torch.logsumexp(log_w, 0) + math.log(len(log_w)) - log_w.mean(0)
            The sign of log K is flipped: log(sum / K) = log(sum) - log K.
        exp underflowed: log_w.exp().mean(0).log() - log_w.mean(0)
            Right on paper, but exp(-900) is 0 in floating point and its log minus infinity.
            torch.logsumexp factors the largest weight out first.
        the bound alone: _log_mean(log_w)
            This is the estimate of log p(x), the importance-weighted bound. Subtract the ELBO, the
            mean of the log weights.
        the ELBO alone: log_w.mean(0)
            The mean of the log weights is the ELBO. The gap is what log p(x) has more.
        wrong axis: _gap(log_w.T)
            You averaged over the images. The samples stand along axis 0.
        the best sample: log_w.max(0).values - log_w.mean(0)
            You took the largest weight for log p(x); it is the log of the *mean* of all K.
        mean over the batch: _gap(log_w).mean()
            You averaged over the batch. One number for each image is asked for.
        spread of the log weights: log_w.std(0)
            The gap comes from the spread of the weights, but it is not their standard deviation.
    """,
    also_right=(
        lambda log_w: -(log_w - torch.logsumexp(log_w, 0) + math.log(len(log_w))).mean(0),
        lambda log_w: (log_w - log_w.mean(0)).exp().mean(0).log(),
    ),
)
