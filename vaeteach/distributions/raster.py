"""Binary pixels in reading order, each of which may depend on those before it."""

import torch
from torch.distributions import Bernoulli, Distribution, constraints


class RasterBernoulli(Distribution):
    """Binary pixels in reading order.

    Each one's logit a sum of what z says and of what the pixels before it say. logits: (..., P)
    from z; context: a function of pixels (..., P) whose output i uses pixels before i only.
    """

    arg_constraints = {}
    support = constraints.independent(constraints.boolean, 1)

    def __init__(self, logits, context):
        self.logits, self.context = logits, context
        super().__init__(logits.shape[:-1], logits.shape[-1:], validate_args=False)

    def log_prob(self, value):
        return (
            Bernoulli(logits=self.logits + self.context(value), validate_args=False)
            .log_prob(value)
            .sum(-1)
        )

    def _in_order(self, choose, shape=()):
        x = torch.zeros(torch.Size(shape) + self.logits.shape)
        for i in range(x.shape[-1]):
            x[..., i] = choose(torch.sigmoid(self.logits[..., i] + self.context(x)[..., i]))
        return x

    @torch.no_grad()
    def sample(self, sample_shape=()):
        return self._in_order(torch.bernoulli, sample_shape)

    @property
    @torch.no_grad()
    def mean(self):
        """Pixel means with each earlier pixel at its own mean; exact ones sum over all pictures."""
        return self._in_order(lambda probability: probability)
