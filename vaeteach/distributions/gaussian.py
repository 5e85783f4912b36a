"""Diagonal Gaussians and their KL, from log-variances, so that nothing underflows."""

import math

import torch
from torch.distributions import Independent, Normal, register_kl

_SERIES_BELOW = 1e-2  # below this |v|, expm1(v) - v loses digits that its series keeps


class Gaussian(Independent):
    """N(mu, diag exp(logvar)) over the last axis, keeping the log-variance it was made from.

    torch's Normal keeps only the standard deviation exp(logvar / 2), which underflows to zero in
    float32 below logvar = -207 and whose square does so below -103; the log-variance itself stays
    exact.
    """

    def __init__(self, mu, logvar):
        mu, logvar = torch.broadcast_tensors(mu, logvar)
        self.mu, self.logvar = mu, logvar
        super().__init__(
            Normal(mu, (logvar / 2).exp(), validate_args=False), 1, validate_args=False
        )

    def expand(self, batch_shape, _instance=None):
        shape = torch.Size(batch_shape) + self.event_shape
        return Gaussian(self.mu.expand(shape), self.logvar.expand(shape))

    def log_prob(self, value):
        standardised = (value - self.mu) / self.base_dist.scale
        return -0.5 * (standardised.square() + self.logvar + math.log(2 * math.pi)).sum(-1)


def gaussian(mu: torch.Tensor, logvar: torch.Tensor) -> Gaussian:
    """The Gaussian N(mu, diag exp(logvar)) with independent dimensions.

    mu, logvar: tensors of shape (..., D), alike or broadcastable; logvar is the log of the
    *variance*.
    Returns a Distribution with batch shape (...) and event shape (D,); `.mu` and `.logvar` are kept
    on it.
    Raises TypeError for what is not a tensor, ValueError for shapes that do not go together.
    """
    for name, value in (("mu", mu), ("logvar", logvar)):
        if not torch.is_tensor(value):
            raise TypeError(
                f"gaussian: {name} must be a tensor of shape (..., D), got {type(value).__name__}."
            )
        if value.ndim == 0:
            raise ValueError(
                f"gaussian: {name} needs a last axis of D dimensions, got a single number; "
                f"write {name}.reshape(1) for D = 1."
            )
    try:
        return Gaussian(mu, logvar)
    except RuntimeError:
        raise ValueError(
            f"gaussian: mu has shape {tuple(mu.shape)} and logvar {tuple(logvar.shape)}; "
            "they must be alike, one log-variance for each mean."
        ) from None


class _Excess(torch.autograd.Function):
    """(exp(v) - 1 - v) / 2 >= 0, the price of a log-variance that is off by v.

    Accurate near 0, no early overflow. Its derivative is (exp(v) - 1) / 2. Left to autograd, the
    branches below cost five per cent of a small training.
    """

    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        series = v.square() * (1 / 4 + v * (1 / 12 + v * (1 / 48 + v * (1 / 240 + v / 1440))))
        direct = torch.where(v > 1, (v - math.log(2)).exp() - (1 + v) / 2, (v.expm1() - v) / 2)
        return torch.where(v.abs() < _SERIES_BELOW, series, direct)

    @staticmethod
    def backward(ctx, gradient):
        (v,) = ctx.saved_tensors
        return gradient * (v.expm1() / 2)


def kl_standard_normal(mu: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
    """KL(N(mu, exp(logvar)) || N(0, 1)) for each dimension on its own, in nats.

    1/2 (mu^2 + sigma^2 - 1 - log sigma^2), written as mu^2/2 + (expm1(v) - v)/2 with v = log
    sigma^2 and as its series where |v| < 0.01: the textbook form turns negative in float32 when v
    is near 0. mu, logvar: shape (B, D) (or any that broadcast). Returns the same shape: sum over
    the last axis for one number per example. Source: Kingma and Welling 2014, appendix B (there
    with the opposite sign, as minus the KL).
    """
    return (mu * math.sqrt(0.5)).square() + _Excess.apply(logvar)


@register_kl(Gaussian, Gaussian)
def _kl_gaussian(q, p):
    """Sum over D of the KL of the pair shifted so that p is N(0, 1)."""
    return kl_standard_normal((q.mu - p.mu) / p.base_dist.scale, q.logvar - p.logvar).sum(-1)
