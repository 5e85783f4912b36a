"""Independent bits as a distribution, and their KL, from log-odds."""

import torch
from torch import Tensor
from torch.distributions import Bernoulli, Independent, register_kl


class Bits(Independent):
    """Independent bits of log-odds ``logits`` (..., n): batch (...,), event (n,)."""

    def __init__(self, logits: Tensor):
        self.logits = logits
        super().__init__(Bernoulli(logits=logits, validate_args=False), 1, validate_args=False)

    def log_prob(self, value):
        # as torch's own, but a table of images and codes takes one product and not six passes
        return (value * self.logits).sum(-1) - log1pexp(self.logits).sum(-1)

    def expand(self, batch_shape, _instance=None):
        return Bits(self.logits.expand(torch.Size(batch_shape) + self.event_shape))


def bernoulli(logits: Tensor) -> Bits:
    """Independent bits with the given log-odds: see ``Bits``."""
    return Bits(logits)


@register_kl(Bits, Bits)
def _kl_bits(q: Bits, p: Bits) -> Tensor:
    """Sum of q (a - b) - log(1 + e^a) + log(1 + e^b) over the bits, (B,).

    a and b are the log-odds of q and p. torch's own KL of two Bernoullis wants equal batch shapes
    and is infinite where a probability rounds to zero.
    """
    a, b = q.logits, p.logits
    return (a.sigmoid() * (a - b) - log1pexp(a) + log1pexp(b)).sum(-1).clamp(min=0)


def log1pexp(x: Tensor) -> Tensor:
    """log(1 + exp(x)), the log of the sum over one bit, for each number of x."""
    # torch's own threshold, 20, is wrong by 2e-9
    return torch.nn.functional.softplus(x, threshold=40)
