"""Checks of notebook 01: the joint from two factors, the evidence as a mean, how many samples
really count.
"""

import math

import torch
from torch.distributions import Bernoulli, Independent

from ..distributions import gaussian
from .exercise import Exercise, Mistake


def _models():
    g = torch.Generator().manual_seed(5)
    cases = []
    for b, d, p in ((1, 1, 2), (3, 2, 5), (6, 4, 9)):
        weight = torch.randn(p, d, generator=g)
        z, x = torch.randn(b, d, generator=g), (torch.rand(b, p, generator=g) < 0.5).float()

        def decode(z, weight=weight):
            return Independent(Bernoulli(logits=z @ weight.T), 1)

        cases.append((x, z, decode, gaussian(torch.full((d,), 0.3), torch.full((d,), -0.5))))
    return cases


log_joint = Exercise(
    name="log_joint",
    solution=lambda x, z, decode, prior: decode(z).log_prob(x) + prior.log_prob(z),
    inputs=_models,
    praise="likelihood times prior is a sum of logs, one number an image.",
    mistakes=(
        Mistake(
            "prior forgotten",
            lambda x, z, decode, prior: decode(z).log_prob(x),
            "This is the likelihood alone. The joint also asks how probable z was: add log p(z).",
        ),
        Mistake(
            "prior alone",
            lambda x, z, decode, prior: prior.log_prob(z),
            "This is log p(z). The joint also holds log p(x|z).",
        ),
        Mistake(
            "minus for plus",
            lambda x, z, decode, prior: decode(z).log_prob(x) - prior.log_prob(z),
            "A product of densities is a sum of logs: add log p(z).",
        ),
        Mistake(
            "logs multiplied",
            lambda x, z, decode, prior: decode(z).log_prob(x) * prior.log_prob(z),
            "Densities multiply, their logarithms add.",
        ),
        Mistake(
            "without logs",
            lambda x, z, decode, prior: (decode(z).log_prob(x) + prior.log_prob(z)).exp(),
            "This is the joint density itself; its logarithm is asked for (on many pixels the"
            " density underflows).",
        ),
        Mistake(
            "summed over the batch",
            lambda x, z, decode, prior: (decode(z).log_prob(x) + prior.log_prob(z)).sum(),
            "You summed over the batch. Return one number an image.",
        ),
        Mistake(
            "mean over the batch",
            lambda x, z, decode, prior: (decode(z).log_prob(x) + prior.log_prob(z)).mean(),
            "You averaged over the batch. Return one number an image.",
        ),
        Mistake(
            "mean over the pixels",
            lambda x, z, decode, prior: decode(z).log_prob(x) / x.shape[-1] + prior.log_prob(z),
            "You divided the likelihood by the number of pixels. That makes the prior count many"
            " times as much.",
        ),
        Mistake(
            "prior at x",
            lambda x, z, decode, prior: decode(z).log_prob(x) + prior.log_prob(x[:, : z.shape[1]]),
            "The prior is a density over latents: evaluate it at z.",
        ),
    ),
)


def _log_likelihoods():
    g = torch.Generator().manual_seed(6)
    return [
        (torch.tensor([[-1.0], [-3.0]]),),
        (-20 + 4 * torch.randn(6, 3, generator=g),),
        (-800 + 20 * torch.randn(40, 5, generator=g),),
    ]


log_evidence = Exercise(
    name="log_evidence",
    solution=lambda log_likelihood: (
        torch.logsumexp(log_likelihood, 0) - math.log(len(log_likelihood))
    ),
    inputs=_log_likelihoods,
    praise="the log of the mean likelihood, and no underflow.",
    mistakes=(
        Mistake(
            "mean of the logs",
            lambda ll: ll.mean(0),
            "This is the mean of log p(x|z). The evidence is the log of the mean of p(x|z): the log"
            " comes last.",
        ),
        Mistake(
            "1/S forgotten",
            lambda ll: torch.logsumexp(ll, 0),
            "This is the log of the sum. Divide by the number of samples, which subtracts log S.",
        ),
        Mistake(
            "exp underflowed",
            lambda ll: ll.exp().mean(0).log(),
            "Right on paper; but exp(-800) is zero in floating point. Use torch.logsumexp.",
        ),
        Mistake(
            "mean over the images",
            lambda ll: torch.logsumexp(ll, 1) - math.log(ll.shape[1]),
            "You averaged over the images. The samples stand along axis 0.",
        ),
        Mistake(
            "over everything",
            lambda ll: torch.logsumexp(ll.flatten(), 0) - math.log(ll.numel()),
            "Samples and images went into one mean. Keep one number an image.",
        ),
        Mistake(
            "log S added",
            lambda ll: torch.logsumexp(ll, 0) + math.log(len(ll)),
            "The sign of log S is flipped: log(sum / S) = log(sum) - log S.",
        ),
        Mistake(
            "divided outside the log",
            lambda ll: torch.logsumexp(ll, 0) / len(ll),
            "The division by S belongs inside the logarithm; outside it becomes minus log S.",
        ),
        Mistake(
            "the best sample",
            lambda ll: ll.max(0).values,
            "This is the likelihood of the best z. The evidence is an average over all of them.",
        ),
    ),
)


def _ess(log_w):
    weight = torch.softmax(log_w, 0)
    return 1 / weight.square().sum(0)


effective_samples = Exercise(
    name="effective_samples",
    solution=_ess,
    inputs=_log_likelihoods,
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
    ),
)
