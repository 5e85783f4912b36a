"""Rules of integration over one or two latents, and log p(x|z) at every point of the grid.

Which interval, how many points, what to say when the usual ones do not do. `exact` does the sums.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch.distributions import Bernoulli, ContinuousBernoulli, constraints

from ..distributions import Gaussian, draw, support_contains
from ..models import pixel_mask, require_possible
from ..support import whole_number

LIMIT = 6.0  # the standard normal leaves 2e-9 of its mass outside [-6, 6]
MOST_NODES = 2**21  # of the largest grid, reached when a very wide box is needed


class Grid(NamedTuple):
    """Nodes (S, D), the log of their weights (S,), the D axes, a sentence if it is unusual."""

    nodes: torch.Tensor
    log_weight: torch.Tensor
    axes: tuple
    note: str


def grid_for(model, x, points=201, box=None, reach=5):
    """The grid on which to integrate over the latents of `model`.

    Wide enough for its prior and for q(z|x). Trapezoid rule on [-6, 6]^D, widened at the same
    spacing where needed; Gauss-Legendre on [0, 1]^D for a prior that lives there. reach: how many
    standard deviations of each q(z|x) must lie inside. Raises ValueError for D > 2 and for a wrong
    `points` or `box`.
    """
    prior = model.prior()
    shape = tuple(prior.event_shape)
    if len(shape) != 1 or shape[0] > 2:
        raise ValueError(
            "Exact integration needs 1 or 2 latents, this model has"
            f" {shape[0] if len(shape) == 1 else shape}: a grid of {points} points an axis would"
            f" have {points}^D nodes. Estimate log p(x) from below with iwae_bound(model, x,"
            " n_samples=1000), or build the model with latent_dim=2."
        )
    points = whole_number(points, "points, the grid points an axis,", least=3)
    q = model.encode(x)
    if support_contains(constraints.unit_interval, prior.support):
        rules, note = [_legendre(points, x.dtype)] * shape[0], ""
    else:
        low, high = _box(prior, q, shape[0], box, reach)
        rules = [
            _trapezoid(a, b, points, shape[0], box is None, x.dtype) for a, b in zip(low, high)
        ]
        note = (
            _widened(low, high, rules)
            if box is None and (min(low) < -LIMIT or max(high) > LIMIT)
            else ""
        )
        note = " ".join(filter(None, [note, _too_coarse(q, rules)]))
    axes, log_weights = zip(*rules)
    nodes = torch.cartesian_prod(*axes).reshape(-1, shape[0])
    log_weight = sum(
        w.reshape([-1] + [1] * (shape[0] - 1 - d)) for d, w in enumerate(log_weights)
    ).flatten()
    mass = float(torch.logsumexp(prior.log_prob(nodes).double() + log_weight, 0).exp())
    if not abs(mass - 1) < 1e-3:
        note += (
            f"{' ' if note else ''}On this grid the prior integrates to {mass:.4f}; log p(x) is off"
            " accordingly."
        )
    return Grid(nodes, log_weight, axes, note)


def pairwise_log_prob(p, x, observed=None):
    """log p(x_b|z_s), (S, B), nats.

    For every latent s of the decoder's distribution p, batch (S,), and every image. Bernoulli,
    continuous Bernoulli and Gaussian pixels are exponential families, log p(x) = log p(0) + eta . x
    (- x^2 / 2 sigma^2), so all pairs are one matrix product, in double precision; others are
    broadcast. observed: Boolean mask of pixels, (P,) or (B, P): the others count nothing.
    """
    require_possible(p, x)
    x, base = x.double(), p.base_dist
    seen = torch.ones_like(x[0]) if observed is None else pixel_mask(observed, x).to(x.dtype)
    if isinstance(base, (Bernoulli, ContinuousBernoulli)):
        at_zero, eta, precision = base.log_prob(torch.zeros_like(base.logits)), base.logits, None
    elif isinstance(p, Gaussian):
        precision = (-p.logvar).exp().double()
        at_zero, eta = base.log_prob(torch.zeros_like(p.mu)), p.mu * precision
    else:
        rows = [
            base.log_prob(row.to(base.mean.dtype)).double() * m
            for row, m in zip(x, seen.expand_as(x))
        ]
        return torch.stack([row.sum(-1) for row in rows], 1)
    # (S,), or (S, B) with a mask an image
    at_zero = at_zero.double() @ (seen if seen.ndim == 1 else seen.T)
    log_prob = eta.double() @ (x * seen).T + (at_zero[:, None] if seen.ndim == 1 else at_zero)
    return log_prob if precision is None else log_prob - 0.5 * precision @ (x.square() * seen).T


def _box(prior, q, latent_dim, box, reach):
    """Ends of each axis: `box`, or [-6, 6], wider where the prior (6 stddevs) or a q needs it."""
    if box is not None:
        low, high = map(float, box)
        if not -math.inf < low < high < math.inf:
            raise ValueError(f"box must be (low, high) with low < high, both finite; got {box!r}.")
        return [low] * latent_dim, [high] * latent_dim
    ends = [(-LIMIT, LIMIT)] * latent_dim
    for (mean, stddev), width in ((_spread(prior), 6), ((q.mean, q.stddev), reach)):
        low = (mean - width * stddev).reshape(-1, latent_dim)
        high = (mean + width * stddev).reshape(-1, latent_dim)
        slack = 1e-3  # a box a hair wider than usual is not worth a word
        ends = [
            (
                min(a, float(l)) if float(l) < a - slack else a,
                max(b, float(h)) if float(h) > b + slack else b,
            )
            for (a, b), l, h in zip(ends, low.amin(0), high.amax(0))
        ]
    return [max(-60.0, a) for a, _ in ends], [min(60.0, b) for _, b in ends]


def _spread(prior):
    """Mean and stddev of a prior, from samples where the family does not give them."""
    try:
        mean, stddev = prior.mean, prior.variance.sqrt()
        if torch.isfinite(mean).all() and torch.isfinite(stddev).all():
            return mean, stddev
    except (NotImplementedError, AttributeError):
        pass
    z = draw(prior, (4096,))
    return z.median(0).values, (z.quantile(0.975, 0) - z.quantile(0.025, 0)) / 3.92


def _trapezoid(low, high, points, latent_dim, keep_spacing, dtype):
    if keep_spacing:
        wanted = round((high - low) / (2 * LIMIT) * (points - 1)) + 1
        points = max(points, min(wanted, round(MOST_NODES ** (1 / latent_dim))))
    log_weight = torch.full((points,), math.log((high - low) / (points - 1)), dtype=torch.float64)
    log_weight[[0, -1]] -= math.log(2)
    return torch.linspace(low, high, points, dtype=dtype), log_weight


def _legendre(points, dtype):
    u, w = np.polynomial.legendre.leggauss(points)
    return (
        torch.as_tensor((u + 1) / 2, dtype=dtype),
        torch.as_tensor(w / 2, dtype=torch.float64).log(),
    )


def _widened(low, high, rules):
    ranges = " x ".join(f"[{a:.1f}, {b:.1f}]" for a, b in zip(low, high))
    return (
        f"Integrated over {ranges} in place of [-6, 6], because the prior or a q(z|x) has mass"
        f" outside ({' x '.join(str(len(axis)) for axis, _ in rules)} points)."
    )


def _too_coarse(q, rules):
    """How far the trapezoid rule is off: 2 exp(-2 (pi s / h)^2) for width s, spacing h."""
    spacing, narrowest = max(float(axis[1] - axis[0]) for axis, _ in rules), float(q.stddev.min())
    if narrowest > 0.6 * spacing:
        return ""
    return (
        f"The narrowest q(z|x) has a standard deviation of {narrowest:.2g} and the grid points"
        f" stand {spacing:.2g} apart: ask for more points, at least"
        f" {math.ceil(len(rules[0][0]) * spacing / max(narrowest, 1e-9))}."
    )
