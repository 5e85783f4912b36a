"""Gaussians with a diagonal covariance, the KL divergence, and random draws that leave torch's global state alone.

One rule runs through the package: the event dimension lives *inside* the distribution, so every `log_prob` and
every `kl` is one number per example, shape (B,), in nats. Summing too late (per dimension, then over a mixture)
is the commonest mistake in public code for these models, and this rule leaves no place for it.
"""

import math
import threading
from contextlib import contextmanager

import torch
from torch.distributions import Distribution, Independent, Normal, constraints, kl_divergence, register_kl

_global_rng = threading.RLock()  # two threads that borrow torch's global generator must not interleave
_SERIES_BELOW = 1e-2  # below this |v|, expm1(v) - v loses digits that its series keeps


class Gaussian(Independent):
    """N(mu, diag exp(logvar)) over the last axis, keeping the log-variance it was made from.

    torch's Normal keeps only the standard deviation exp(logvar / 2), which underflows to zero in float32 below
    logvar = -207 and whose square does so below -103; the log-variance itself stays exact.
    """

    def __init__(self, mu, logvar):
        mu, logvar = torch.broadcast_tensors(mu, logvar)
        self.mu, self.logvar = mu, logvar
        super().__init__(Normal(mu, (logvar / 2).exp(), validate_args=False), 1, validate_args=False)

    def expand(self, batch_shape, _instance=None):
        shape = torch.Size(batch_shape) + self.event_shape
        return Gaussian(self.mu.expand(shape), self.logvar.expand(shape))

    def log_prob(self, value):
        standardised = (value - self.mu) / self.base_dist.scale
        return -0.5 * (standardised.square() + self.logvar + math.log(2 * math.pi)).sum(-1)


def gaussian(mu, logvar):
    """The Gaussian N(mu, diag exp(logvar)) with independent dimensions.

    mu, logvar: tensors of shape (..., D), alike or broadcastable; logvar is the log of the *variance*.
    Returns a Distribution with batch shape (...) and event shape (D,); `.mu` and `.logvar` are kept on it.
    Raises TypeError for what is not a tensor, ValueError for shapes that do not go together.
    """
    for name, value in (("mu", mu), ("logvar", logvar)):
        if not torch.is_tensor(value):
            raise TypeError(f"gaussian: {name} must be a tensor of shape (..., D), got {type(value).__name__}.")
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


def _excess(v):
    """(exp(v) - 1 - v) / 2 >= 0, the price of a log-variance that is off by v; accurate near 0, no early overflow."""
    series = v.square() * (1 / 4 + v * (1 / 12 + v * (1 / 48 + v * (1 / 240 + v / 1440))))
    direct = torch.where(v > 1, (v.clamp(min=1) - math.log(2)).exp() - (1 + v) / 2, (v.clamp(max=1).expm1() - v) / 2)
    return torch.where(v.abs() < _SERIES_BELOW, series, direct)


def kl_standard_normal(mu, logvar):
    """KL(N(mu, exp(logvar)) || N(0, 1)) for each dimension on its own, in nats.

    1/2 (mu^2 + sigma^2 - 1 - log sigma^2), written as mu^2/2 + (expm1(v) - v)/2 with v = log sigma^2 and as its
    series where |v| < 0.01: the textbook form turns negative in float32 when v is near 0.
    mu, logvar: shape (B, D) (or any that broadcast). Returns the same shape: sum over the last axis for one number
    per example. Source: Kingma and Welling 2014, appendix B (there with the opposite sign, as minus the KL).
    """
    return (mu * math.sqrt(0.5)).square() + _excess(logvar)


@register_kl(Gaussian, Gaussian)
def _kl_gaussian(q, p):
    """Sum over D of the KL of the standardised pair: shift p to N(0, 1), where q has mean (mu_q - mu_p) / sigma_p."""
    return kl_standard_normal((q.mu - p.mu) / p.base_dist.scale, q.logvar - p.logvar).sum(-1)


def kl(q, p, z=None, seed=0):
    """KL(q || p) in nats, one number per example: shape (B,).

    Exact where torch's registry knows the pair; elsewhere the unbiased single-sample estimate
    log q(z) - log p(z) with z ~ q. z: a sample of q, shape (B, D), or several, (S, B, D), giving (S, B); drawn here
    with `seed` if it is not given and is needed. Raises ValueError where the event shapes differ or where q has
    mass outside the support of p (the KL is then infinite).
    """
    if q.event_shape != p.event_shape:
        raise ValueError(
            f"kl: q is a distribution over {_describe(q)}, p over {_describe(p)}; "
            "they must live on the same space. Give the prior the encoder's latent dimension."
        )
    if not support_contains(p.support, q.support):
        raise ValueError(
            f"kl: q has mass where the prior has none ({_name(q)} against {_name(p)}), so KL(q || p) is "
            "infinite. Choose a posterior whose support lies inside the prior's."
        )
    try:
        return kl_divergence(q, p)
    except NotImplementedError:
        z = draw(q, seed=seed) if z is None else z
        return q.log_prob(z) - p.log_prob(z)


def support_contains(outer, inner):
    """Whether a constraint `inner` (a support) lies inside `outer`, for the supports that occur in this package."""
    outer, inner = _kind(outer), _kind(inner)
    return outer == inner or outer == "reals" or (outer == "half line" and inner == "unit interval")


def _kind(constraint):
    while isinstance(constraint, constraints.independent):
        constraint = constraint.base_constraint
    if isinstance(constraint, type(constraints.unit_interval)) and hasattr(constraint, "lower_bound"):
        if (constraint.lower_bound, constraint.upper_bound) == (0.0, 1.0):
            return "unit interval"
    if constraint in (constraints.real, constraints.real_vector):
        return "reals"
    if constraint in (constraints.positive, constraints.nonnegative):
        return "half line"
    return getattr(constraint, "name", type(constraint).__name__)


def _describe(d):
    return f"{d.event_shape[0]} dimensions" if len(d.event_shape) == 1 else f"events of shape {tuple(d.event_shape)}"


def _name(d):
    return type(getattr(d, "base_dist", d)).__name__


def generator(seed):
    """A torch.Generator: `seed` itself if it is one (it moves on), else a new one started from the integer."""
    if isinstance(seed, torch.Generator):
        return seed
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        raise TypeError(f"seed must be an integer or a torch.Generator, got {type(seed).__name__}.")
    return torch.Generator().manual_seed(int(seed))


@contextmanager
def borrowed_rng(seed):
    """Inside, torch's global generator is started from `seed`; afterwards it is as it was before.

    For torch code that takes no generator (module initialisation, most `rsample`s).
    """
    start = seed if isinstance(seed, int) else int(torch.randint(2**62, (), generator=generator(seed)))
    with _global_rng:
        before = torch.random.get_rng_state()
        torch.random.default_generator.manual_seed(start)
        try:
            yield
        finally:
            torch.random.set_rng_state(before)


def draw(distribution: Distribution, shape=(), seed=0):
    """A sample of shape `shape + batch + event`, reparameterised where the family allows it.

    seed: an integer (the same call gives the same numbers) or a torch.Generator (which moves on). Torch's global
    random state is left as it was. For a Gaussian this is mu + sigma * eps (Kingma and Welling 2014, equation 4).
    """
    shape = torch.Size(shape)
    if isinstance(distribution, Gaussian):
        mu, scale = distribution.mu, distribution.base_dist.scale
        noise = torch.randn(shape + mu.shape, generator=generator(seed), dtype=mu.dtype)
        return mu + scale * noise
    with borrowed_rng(seed):
        return distribution.rsample(shape) if distribution.has_rsample else distribution.sample(shape)
