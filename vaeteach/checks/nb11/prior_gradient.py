"""Exercise 11.2: the gradient of a prior of bits."""

import torch
from torch.distributions import Bernoulli

from ..exercise import Exercise


def _samples(seed=0):
    g = torch.Generator().manual_seed(1 + seed)
    rows = [(torch.zeros(1), torch.tensor([[1.0], [1.0], [0.0], [1.0]]))]
    for batch, units in ((5, 3), (40, 4)):
        rows.append(
            (torch.randn(units, generator=g), (torch.rand(batch, units, generator=g) > 0.3).float())
        )
    return rows


def _prior_gradient(logits, h):
    return h.mean(0) - logits.sigmoid()


def by_autograd(logits, h):
    logits = logits.clone().requires_grad_()
    Bernoulli(logits=logits).log_prob(h).sum(1).mean().backward()
    return logits.grad


prior_gradient = Exercise(
    name="prior_gradient",
    solution=_prior_gradient,
    inputs=_samples,
    praise="zero exactly where the prior is the average of the posterior's samples.",
    mistakes="""
        sign flipped: logits.sigmoid() - h.mean(0)
            With this sign the prior runs away from the average posterior: you have the gradient of
            -log p.
        logits for probabilities: h.mean(0) - logits
            A log-odds is compared with an average of bits. Turn it into a probability first:
            sigmoid.
        sum over the batch: (h - logits.sigmoid()).sum(0)
            This is the gradient of the sum over the batch; the mean of log p(h) is asked for.
        gradient by the probability:
                (h.mean(0) - logits.sigmoid()) / (logits.sigmoid() * (1 - logits.sigmoid()))
            This is the derivative by the probability. By the log-odds, the chain rule multiplies
            with p (1 - p).
        one factor p (1 - p) too many:
                (h.mean(0) - logits.sigmoid()) * logits.sigmoid() * (1 - logits.sigmoid())
            The factor p (1 - p) cancels: d log p(h) / d logit is h - p and no more.
        the average alone: h.mean(0)
            That is where the prior should end, not the direction to it: subtract where it is now.
        mean over the units: (h - logits.sigmoid()).mean(1)
            You averaged over the units of each image. The images stand along axis 0; keep one
            number a unit.
    """,
    also_right=(
        by_autograd,
        lambda logits, h: (h - torch.sigmoid(logits)).mean(dim=0),
        lambda logits, h: h.sub_(logits.sigmoid_()).mean(0),
    ),
)
