"""Exercise 2.2: the importance-weighted bound."""

import math

import numpy as np
import torch

from ..exercise import Exercise, Mistake


def _log_weights():
    g = torch.Generator().manual_seed(2)
    return [
        (torch.tensor([[-2.0], [-4.0]]),),
        (-20 + 3 * torch.randn(5, 3, generator=g),),
        (-900 + 40 * torch.randn(50, 4, generator=g),),  # exp underflows here
        (torch.tensor([-20.0, -1000.0]) + torch.randn(6, 2, generator=g),),
    ]


def _weights_by_hand(log_w):
    top = log_w.max(0).values
    return top + (log_w - top).exp().mean(0).log()


importance_bound = Exercise(
    name="importance_bound",
    solution=lambda log_w: torch.logsumexp(log_w, 0) - math.log(len(log_w)),
    inputs=_log_weights,
    praise="the log of the mean weight, taken without leaving log space.",
    mistakes=(
        Mistake(
            "mean of the logs",
            lambda log_w: log_w.mean(0),
            "The mean of the log weights is the ELBO again, however many samples. Take the log of"
            " the mean weight.",
        ),
        Mistake(
            "1/K forgotten",
            lambda log_w: torch.logsumexp(log_w, 0),
            "This is the log of the sum. A mean also divides by K, which subtracts log K.",
        ),
        Mistake(
            "exp underflowed",
            lambda log_w: log_w.exp().mean(0).log(),
            "Right on paper, but exp(-900) is 0 in floating point and its log minus infinity."
            " torch.logsumexp factors the largest weight out first.",
        ),
        Mistake(
            "wrong axis",
            lambda log_w: torch.logsumexp(log_w, 1) - math.log(log_w.shape[1]),
            "You averaged over the images. The samples stand along axis 0.",
        ),
        Mistake(
            "divided by K outside the log",
            lambda log_w: torch.logsumexp(log_w, 0) / len(log_w),
            "Dividing by K must happen inside the logarithm: outside of it, it becomes minus"
            " log K.",
        ),
        Mistake(
            "log K added",
            lambda log_w: torch.logsumexp(log_w, 0) + math.log(len(log_w)),
            "The sign of log K is flipped: log(sum / K) = log(sum) - log K.",
        ),
        Mistake(
            "the best sample",
            lambda log_w: log_w.max(0).values,
            "This is the largest weight; the bound needs the mean of all K.",
        ),
        Mistake(
            "axis kept",
            lambda log_w: torch.logsumexp(log_w, 0, keepdim=True) - math.log(len(log_w)),
            "The numbers are right, but the shape is (1, B); leave out keepdim.",
        ),
        Mistake(
            "one maximum for all images",
            lambda log_w: log_w.max() + (log_w - log_w.max()).exp().mean(0).log(),
            "You take out the largest weight of all images, and an image far below it still"
            " underflows. torch.logsumexp takes a maximum for each image.",
        ),
    ),
    also_right=(
        _weights_by_hand,
        lambda log_w: torch.logsumexp(log_w - math.log(log_w.shape[0]), dim=0),
        lambda log_w: np.logaddexp.reduce(log_w.numpy()) - np.log(len(log_w)),
        lambda log_w: log_w.amax(0) + (log_w - log_w.amax(0)).exp().mean(0).log(),
    ),
)
