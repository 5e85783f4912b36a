"""The likelihoods p(x|z): what a decoder's outputs mean for the pixels."""

import torch
from torch import nn
from torch.distributions import Bernoulli, Independent

from ..distributions import StableContinuousBernoulli, gaussian


class BernoulliLikelihood(nn.Module):
    """Binary pixels, from logits.

    log p is computed without ever forming a probability that rounds to 0 or 1.
    """

    def forward(self, h):
        return Independent(Bernoulli(logits=h, validate_args=False), 1, validate_args=False)


class ContinuousBernoulliLikelihood(nn.Module):
    """A density on [0, 1] for grey pixels (Loaiza-Ganem and Cunningham 2019, equation 6)."""

    def forward(self, h):
        return Independent(
            StableContinuousBernoulli(logits=h, validate_args=False), 1, validate_args=False
        )


class GaussianLikelihood(nn.Module):
    """Grey pixels with one learned variance for all of them.

    `logvar` is a parameter, starting at sigma = 1.
    """

    def __init__(self):
        super().__init__()
        self.logvar = nn.Parameter(torch.zeros(()))

    def forward(self, h):
        return gaussian(h, self.logvar.expand_as(h))


LIKELIHOODS = {
    "bernoulli": BernoulliLikelihood,
    "gaussian": GaussianLikelihood,
    "continuous_bernoulli": ContinuousBernoulliLikelihood,
}
