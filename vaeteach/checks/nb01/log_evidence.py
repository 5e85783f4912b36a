"""Exercise 1.2: the evidence as a mean."""

import math

import numpy as np
import torch

from ..exercise import Exercise


def log_likelihoods(seed=0):
    g = torch.Generator().manual_seed(6 + seed)
    return [
        (torch.tensor([[-1.0], [-3.0]]),),
        (-20 + 4 * torch.randn(6, 3, generator=g),),
        (-800 + 20 * torch.randn(40, 5, generator=g),),
        # one image fits well beside another that fits badly
        (torch.tensor([-20.0, -1000.0]) + torch.randn(8, 2, generator=g),),
    ]


def _largest_out(log_likelihood):
    top = log_likelihood.max(0).values
    return top + torch.log(torch.mean(torch.exp(log_likelihood - top), 0))


log_evidence = Exercise(
    name="log_evidence",
    solution=lambda log_likelihood: (
        torch.logsumexp(log_likelihood, 0) - math.log(len(log_likelihood))
    ),
    inputs=log_likelihoods,
    praise="the log of the mean likelihood, and no underflow.",
    mistakes="""
        mean of the logs: log_likelihood.mean(0)
            This is the mean of log p(x|z). The evidence is the log of the mean of p(x|z): the log
            comes last.
        1/S forgotten: torch.logsumexp(log_likelihood, 0)
            This is the log of the sum. Divide by the number of samples, which subtracts log S.
        exp underflowed: log_likelihood.exp().mean(0).log()
            Right on paper; but exp(-800) is zero in floating point. Use torch.logsumexp.
        mean over the images: torch.logsumexp(log_likelihood, 1) - math.log(log_likelihood.shape[1])
            You averaged over the images. The samples stand along axis 0.
        over everything:
                torch.logsumexp(log_likelihood.flatten(), 0) - math.log(log_likelihood.numel())
            Samples and images went into one mean. Keep one number an image.
        log S added: torch.logsumexp(log_likelihood, 0) + math.log(len(log_likelihood))
            The sign of log S is flipped: log(sum / S) = log(sum) - log S.
        divided outside the log: torch.logsumexp(log_likelihood, 0) / len(log_likelihood)
            The division by S belongs inside the logarithm; outside it becomes minus log S.
        the best sample: log_likelihood.max(0).values
            This is the likelihood of the best z. The evidence is an average over all of them.
        one maximum for all images:
                log_likelihood.max() + (log_likelihood - log_likelihood.max()).exp().mean(0).log()
            You take out the largest of all numbers, and an image far below it still underflows.
            Each image (column) needs a maximum of its own, as torch.logsumexp takes it.
    """,
    also_right=(
        _largest_out,
        lambda ll: torch.log_softmax(ll, 0).neg()[0] + ll[0] - np.log(len(ll)),
        lambda ll: np.logaddexp.reduce(ll.double().numpy(), axis=0) - np.log(len(ll)),
        lambda ll: ll.sub_(math.log(len(ll))).logsumexp(0),
        lambda ll: [float(c.double().logsumexp(0)) - math.log(len(c)) for c in ll.T],
    ),
)
