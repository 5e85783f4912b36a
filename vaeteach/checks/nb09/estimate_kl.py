"""Exercise 9.1: a KL that nobody has a formula for."""

import torch

from ...distributions import gaussian
from ..exercise import Exercise


def _pairs(seed=0):
    cases = []
    for number, (samples, batch, dims) in enumerate([(1, 1, 1), (3, 2, 2), (50, 4, 3)]):
        g = torch.Generator().manual_seed(number + seed)
        q = gaussian(
            torch.randn(batch, dims, generator=g), torch.randn(batch, dims, generator=g) - 1
        )
        p = gaussian(torch.full((dims,), 0.5), torch.full((dims,), 0.7))
        z = q.mu + q.stddev * torch.randn(samples, batch, dims, generator=g)
        cases.append((q, p, z))
    return cases


def _loop_over_samples(q, p, z):
    return sum(q.log_prob(one) - p.log_prob(one) for one in z) / len(z)


estimate_kl = Exercise(
    name="estimate_kl",
    solution=lambda q, p, z: (q.log_prob(z) - p.log_prob(z)).mean(0),
    inputs=_pairs,
    praise="one number an image, for any pair of densities that you can evaluate.",
    mistakes="""
        sign flipped: (p.log_prob(z) - q.log_prob(z)).mean(0)
            The KL is the mean of log q - log p under q. Yours is its negative.
        sum over the samples: (q.log_prob(z) - p.log_prob(z)).sum(0)
            You added the samples up. An expectation is a mean, here over axis 0.
        mean over the batch too: (q.log_prob(z) - p.log_prob(z)).mean()
            One number came out for all images. Average over the samples, axis 0, and keep one
            number an image.
        mean over the images: (q.log_prob(z) - p.log_prob(z)).mean(-1)
            You averaged over the last axis, which holds the images. The samples stand along axis 0.
        the prior forgotten: q.log_prob(z).mean(0)
            This is minus the entropy of q. The cross term - log p(z) is missing.
        the encoder forgotten: -p.log_prob(z).mean(0)
            This is the cross entropy, the price without the refund log q(z).
        log of the mean ratio: (q.log_prob(z) - p.log_prob(z)).exp().mean(0).log()
            You averaged the ratio and then took the log. The KL is the mean of the log ratio.
    """,
    also_right=(_loop_over_samples,),
)
