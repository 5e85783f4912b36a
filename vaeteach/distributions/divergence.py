"""The KL divergence: exact where registered, else estimated, refused where infinite."""

from torch import Generator, Tensor
from torch.distributions import Distribution, constraints, kl_divergence

from .randomness import draw


def kl(
    q: Distribution, p: Distribution, z: Tensor | None = None, seed: int | Generator = 0
) -> Tensor:
    """KL(q || p) in nats, one number per example: shape (B,).

    Exact where torch's registry knows the pair; elsewhere the unbiased single-sample estimate
    log q(z) - log p(z) with z ~ q. z: a sample of q, shape (B, D), or several, (S, B, D), giving
    (S, B); drawn here with `seed` if it is not given and is needed. Raises TypeError for what is no
    Distribution, ValueError where the event shapes differ or where q has mass outside the support
    of p (the KL is then infinite).
    """
    for name, given in (("q", q), ("p", p)):
        if not isinstance(given, Distribution):
            made = "; call it, as in model.prior()" if callable(given) else ""
            raise TypeError(
                f"kl: {name} must be a Distribution, got a {type(given).__name__}{made}."
            )
    if q.event_shape != p.event_shape:
        raise ValueError(
            f"kl: q is a distribution over {_describe(q)}, p over {_describe(p)}; "
            "they must live on the same space. Give the prior the encoder's latent dimension."
        )
    if not support_contains(p.support, q.support):
        raise ValueError(
            f"kl: q has mass where the prior has none ({_name(q)} against {_name(p)}), so KL(q ||"
            " p) is infinite. Choose a posterior whose support lies inside the prior's."
        )
    try:
        return kl_divergence(q, p)
    except NotImplementedError:
        z = draw(q, seed=seed) if z is None else z
        return q.log_prob(z) - p.log_prob(z)


def support_contains(outer, inner):
    """Whether a support `inner` lies inside `outer` and has the same dimension as a set.

    The second half matters for the sphere: it lies inside R^3, but a density on a surface and one
    in space are densities of different things, and the KL between them is infinite.
    """
    outer, inner = _kind(outer), _kind(inner)
    return outer == inner or inner in _INSIDE.get(outer, ())


_INSIDE = {"reals": ("half line", "interval", "unit interval"), "half line": ("unit interval",)}


def _kind(constraint):
    """A word for a support, the same for one dimension and for independent copies of it."""
    while True:
        if isinstance(constraint, constraints.independent):
            constraint = constraint.base_constraint
        elif hasattr(constraint, "base_constraint"):  # a mixture has the support of its components
            constraint = constraint.base_constraint
        else:
            break
    if isinstance(constraint, type(constraints.unit_interval)) and hasattr(
        constraint, "lower_bound"
    ):
        unit = (constraint.lower_bound, constraint.upper_bound) == (0.0, 1.0)
        return "unit interval" if unit else "interval"
    if constraint in (constraints.real, constraints.real_vector):
        return "reals"
    if constraint in (constraints.positive, constraints.nonnegative):
        return "half line"
    return getattr(constraint, "name", type(constraint).__name__)


def _describe(d):
    return (
        f"{d.event_shape[0]} dimensions"
        if len(d.event_shape) == 1
        else f"events of shape {tuple(d.event_shape)}"
    )


def _name(d):
    return type(getattr(d, "base_dist", d)).__name__
