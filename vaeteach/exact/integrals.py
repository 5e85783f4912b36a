"""The exact answer, by quadrature, for models with one or two latents.

log p(x), p(z|x), and what the ELBO leaves out. On the line and in the plane the integral over z is
a sum over a grid. For smooth integrands that vanish at the ends of the interval the trapezoid rule
converges faster than any power of the spacing (Trefethen and Weideman 2014, SIAM Review 56, section
5), so 201 points an axis leave about 1e-6 nats; decoders with ReLU have kinks and leave about 1e-3.
Everything is summed in log space and in double precision, block by block, so that memory stays
small.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch.distributions import kl_divergence

from ..distributions import support_contains
from ..models import VAE, Elbo
from .quadrature import grid_for, pairwise_log_prob

_BLOCK = 2**22  # numbers in one block of (grid nodes, images): 32 MB in double precision


@dataclass(frozen=True)
class PosteriorGrid:
    """The exact posterior p(z|x) of B images on a grid.

    axes: D tensors of coordinates, (n,) each; log_density: (B, n) or (B, n, n), nats, the first
    axis after B is z_1; log_weight: the same without B, so that exp(log_density + log_weight) sums
    to 1; log_marginal: log p(x), (B,); note: a sentence where the grid is wider than [-6, 6] or
    does not hold the whole prior, else empty.
    """

    axes: tuple
    log_density: torch.Tensor
    log_weight: torch.Tensor
    log_marginal: torch.Tensor
    note: str = ""

    @property
    def density(self):
        return self.log_density.exp()

    @property
    def nodes(self):
        """The grid's points, (S, D), in the order of log_density.flatten(1)."""
        return torch.cartesian_prod(*self.axes).reshape(-1, len(self.axes)).double()

    @property
    def mean(self):
        """E[z|x], (B, D)."""
        return self._mass() @ self.nodes

    @property
    def stddev(self):
        """Standard deviation of p(z|x) along each axis, (B, D)."""
        mass, nodes = self._mass(), self.nodes
        return (mass @ nodes.square() - (mass @ nodes).square()).clamp(min=0).sqrt()

    def kl_from(self, q):
        """KL(q || p(z|x)) of each image, nats, (B,): the gap that q leaves.

        q: batch (B,), event (D,). By quadrature, with q normalised over the grid.
        """
        with torch.no_grad():
            log_q = q.log_prob(self.nodes.to(q.mean.dtype)[:, None]).T.double()
            mass = torch.softmax(log_q + self.log_weight.flatten(), 1)
            return (mass * (log_q - self.log_density.flatten(1))).sum(1)

    def _mass(self):
        return (self.log_density + self.log_weight).exp().flatten(1)


def log_marginal(
    model: VAE, x: torch.Tensor, points: int = 201, observed: torch.Tensor | None = None, box=None
) -> torch.Tensor:
    """The exact log-likelihood log p(x) = log of the integral of p(x|z) p(z) over z, in nats.

    Shape (B,). model: a VAE with D <= 2 latents. x: images, (B, P). points: grid points an axis
    over [-6, 6]; where the prior or a q(z|x) has mass outside, the box is widened at the same
    spacing, and a printed line says so. observed: a Boolean mask of pixels, (P,) or (B, P); the
    others are summed out, which gives log p(x_observed). box: (low, high) of every axis, in place
    of the automatic one. Raises ValueError for D > 2, fewer than 3 points, and pixels that the
    likelihood cannot have.
    """
    with torch.no_grad():
        grid = _announced(grid_for(model, x, points, box))
        total = torch.full((len(x),), -math.inf, dtype=torch.float64)
        for nodes, log_joint in _blocks(model, x, grid, observed):
            total = torch.logaddexp(
                total, torch.logsumexp(log_joint + grid.log_weight[nodes, None], 0)
            )
        return total.to(x.dtype)


def posterior_grid(
    model: VAE, x: torch.Tensor, points: int = 201, observed: torch.Tensor | None = None, box=None
) -> PosteriorGrid:
    """The exact posterior p(z|x) = p(x|z) p(z) / p(x) on a grid: a PosteriorGrid.

    Arguments as in `log_marginal`. Raises as `log_marginal`, and ValueError where the result would
    not fit in 400 MB.
    """
    with torch.no_grad():
        grid = grid_for(model, x, points, box)
        if len(x) * len(grid.nodes) > 5e7:
            raise ValueError(
                f"posterior_grid: {len(x)} images on {len(grid.nodes)} grid points need"
                f" {len(x) * len(grid.nodes) * 8 / 1e9:.1f} GB; ask for at most"
                f" {5e7 / len(grid.nodes):.0f} at a time."
            )
        log_joint = torch.empty(len(x), len(grid.nodes), dtype=torch.float64)
        for nodes, block in _blocks(model, x, grid, observed):
            log_joint[:, nodes] = block.T
        evidence = torch.logsumexp(log_joint + grid.log_weight, 1)
        shape = tuple(len(axis) for axis in grid.axes)
        density = log_joint.sub_(evidence[:, None]).reshape(-1, *shape)
        return PosteriorGrid(
            grid.axes, density, grid.log_weight.reshape(shape), evidence.to(x.dtype), grid.note
        )


def expected_elbo(model: VAE, x: torch.Tensor, points: int = 201) -> Elbo:
    """The ELBO without sampling noise: E_q[log p(x|z)] - KL(q || p), the first by quadrature.

    Elbo, each (B,), nats. The KL is the closed form where torch's registry has one, else by the
    same quadrature. Raises as `log_marginal`. Source: Kingma and Welling 2014, equation 3.
    """
    with torch.no_grad():
        log_likelihood, divergence, _ = _under_q(model, x, points)
        try:
            divergence = kl_divergence(model.encode(x), model.prior())
        except NotImplementedError:
            pass
        return Elbo(log_likelihood, divergence, log_likelihood - divergence)


def bound_gap(model: VAE, x: torch.Tensor, points: int = 201) -> torch.Tensor:
    """What the ELBO leaves out.

    KL(q(z|x) || p(z|x)) = E_q[log q(z|x) - log p(x|z) - log p(z)] + log p(x), nats, (B,). Every
    term by quadrature, none from a closed form. Not negative, but for rounding. Raises as
    `log_marginal`. Source: Kingma and Welling 2014, equation 1.
    """
    with torch.no_grad():
        log_likelihood, divergence, evidence = _under_q(model, x, points)
        return divergence - log_likelihood + evidence


def quadrature_error(model: VAE, x: torch.Tensor, points: int = 201) -> torch.Tensor:
    """How far to trust `log_marginal`: |log p(x) less that on a grid twice as fine|, (B,)."""
    return (log_marginal(model, x, points) - log_marginal(model, x, 2 * points - 1)).abs()


def two_humped(posterior: PosteriorGrid) -> int:
    """Row of the image whose posterior over one latent is most evenly split into two humps.

    Humps count where the valley between them is below half of the lower one, which is a quarter of
    the other or more.
    posterior: a PosteriorGrid with one axis. None where no posterior has two such humps.
    """
    best, score = None, -1.0
    for row, p in enumerate(posterior.density.numpy()):
        for valley in np.flatnonzero((p[1:-1] < p[:-2]) & (p[1:-1] <= p[2:])) + 1:
            lower, higher = sorted((p[:valley].max(), p[valley:].max()))
            lesser = min(p[:valley].sum(), p[valley:].sum()) / p.sum()
            if lesser > score and p[valley] < 0.5 * lower and lower > 0.25 * higher:
                best, score = row, lesser
    return best


def _announced(grid):
    if grid.note:
        print(grid.note)
    return grid


def _blocks(model, x, grid, observed=None):
    """Pairs (slice of grid nodes, log p(x, z) (n, B) in double precision), block by block."""
    log_prior = model.prior().log_prob(grid.nodes).double()
    step = max(1, _BLOCK // max(x.shape))
    for start in range(0, len(grid.nodes), step):
        nodes = slice(start, start + step)
        yield (
            nodes,
            pairwise_log_prob(model.decode(grid.nodes[nodes]), x, observed)
            + log_prior[nodes, None],
        )


def _under_q(model, x, points):
    """E_q[log p(x|z)], E_q[log q(z|x) - log p(z)], log p(x), each (B,), in one pass."""
    # averages under q need its tails
    grid, q = _announced(grid_for(model, x, points, reach=7)), model.encode(x)
    if not (
        support_contains(q.support, model.prior().support)
        and support_contains(model.prior().support, q.support)
    ):
        raise ValueError(
            "q(z|x) and the prior must have the same support to be integrated on one grid; choose a"
            " posterior family and a prior that live on the same space."
        )
    log_prior = model.prior().log_prob(grid.nodes).double()[:, None]
    mass, log_likelihood, divergence = torch.zeros(3, len(x), dtype=torch.float64)
    evidence = torch.full((len(x),), -math.inf, dtype=torch.float64)
    for nodes, log_joint in _blocks(model, x, grid):
        log_weight = grid.log_weight[nodes, None]
        evidence = torch.logaddexp(evidence, torch.logsumexp(log_joint + log_weight, 0))
        log_q = q.log_prob(grid.nodes[nodes, None]).double()
        weight = (log_q + log_weight).exp()
        mass += weight.sum(0)
        for total, term in (
            (log_likelihood, log_joint - log_prior[nodes]),
            (divergence, log_q - log_prior[nodes]),
        ):
            total += torch.where(weight > 0, weight * term, 0.0).sum(0)
    return (
        (log_likelihood / mass).to(x.dtype),
        (divergence / mass).to(x.dtype),
        evidence.to(x.dtype),
    )
