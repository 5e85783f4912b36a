"""The likelihoods p(x|z): what a decoder's outputs h mean for the pixels.

Each knows `parameter_of_mean(m)`, the h at which a pixel has mean m in (0, 1): where a decoder
starts.
"""

import torch
from torch import nn
from torch.distributions import Bernoulli, Independent

from ..distributions import StableContinuousBernoulli, gaussian


class BernoulliLikelihood(nn.Module):
    """Binary pixels, from logits: no probability is formed that rounds to 0 or 1."""

    def forward(self, h):
        return Independent(Bernoulli(logits=h, validate_args=False), 1, validate_args=False)

    def parameter_of_mean(self, m):
        return torch.logit(m)

    def page_output(self):
        """What a page needs to know of this likelihood: its name there, and fixed parameters."""
        return {"family": "bernoulli"}


class ContinuousBernoulliLikelihood(nn.Module):
    """A density on [0, 1] for grey pixels (Loaiza-Ganem and Cunningham 2019, equation 6)."""

    def forward(self, h):
        return Independent(
            StableContinuousBernoulli(logits=h, validate_args=False), 1, validate_args=False
        )

    def parameter_of_mean(self, m):
        # the mean has no inverse in closed form; it rises with h, so bisection finds it
        low, high = torch.full_like(m, -200.0), torch.full_like(m, 200.0)
        for _ in range(40):
            h = (low + high) / 2
            below = self(h).mean < m
            low, high = torch.where(below, h, low), torch.where(below, high, h)
        return h

    def page_output(self):
        """What a page needs to know of this likelihood: its name there, and fixed parameters."""
        return {"family": "continuous_bernoulli"}


class GaussianLikelihood(nn.Module):
    """Grey pixels with one learned variance; `logvar` is a parameter, at first 0."""

    def __init__(self):
        super().__init__()
        self.logvar = nn.Parameter(torch.zeros(()))

    def reset_parameters(self):
        nn.init.zeros_(self.logvar)

    def forward(self, h):
        return gaussian(h, self.logvar.expand_as(h))

    def parameter_of_mean(self, m):
        return m

    def page_output(self):
        """What a page needs to know of this likelihood: its name there, and fixed parameters."""
        return {"family": "gaussian", "logvar": float(self.logvar.detach())}


LIKELIHOODS = {
    "bernoulli": BernoulliLikelihood,
    "gaussian": GaussianLikelihood,
    "continuous_bernoulli": ContinuousBernoulliLikelihood,
}
