"""What every distribution of the course must pass, written once: it normalises, samples follow it,
gradients are right.

A `Case` says where a distribution lives and gives one; `integral`, `chi_square` and
`gradient_errors` are the oracles.
They know nothing of the families: a quadrature rule and a partition into cells for the plane, the
box and the sphere.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy import stats

from vaeteach.distributions import draw


@dataclass(frozen=True)
class Case:
    """A named distribution over two dimensions (or the sphere). build(parameters) -> Distribution,
    batch ().
    """

    name: str
    space: str  # "plane", "box" or "sphere"
    build: Callable
    parameters: tuple = ()  # float64 tensors, the arguments of build
    reach: float = 12.0  # of the quadrature on the plane; infinite for heavy tails

    def __call__(self):
        return self.build(*self.parameters)


def nodes(space, reach=12.0, n=401):
    """Points (N, D) and weights (N,) of a quadrature rule on the space, in float64."""
    if space == "plane":
        t, step = torch.linspace(-1, 1, n, dtype=torch.float64), 2 / (n - 1)
        z, dz = reach * t, torch.full_like(t, reach * step)
        # the double exponential rule: algebraic tails become doubly exponential ones
        if math.isinf(reach):
            t, half = 4 * t, math.pi / 2
            z, dz = (half * t.sinh()).sinh(), 4 * step * half * t.cosh() * (half * t.sinh()).cosh()
        return torch.cartesian_prod(z, z), torch.outer(dz, dz).reshape(-1)
    points, weights = (torch.tensor(v) for v in np.polynomial.legendre.leggauss(n // 2))
    if space == "box":
        z, w = (points + 1) / 2, weights / 2
        return torch.cartesian_prod(z, z), torch.outer(w, w).reshape(-1)
    # the sphere: Gauss in height, trapezoid about it
    angle = torch.arange(n, dtype=torch.float64) * 2 * math.pi / n
    height, angle = (v.reshape(-1) for v in torch.meshgrid(points, angle, indexing="ij"))
    radius = (1 - height.square()).sqrt()
    sphere = torch.stack([radius * angle.cos(), radius * angle.sin(), height], -1)
    return sphere, weights.repeat_interleave(n) * 2 * math.pi / n


@torch.no_grad()
def integral(case, n=401):
    """The mass that the density claims, by quadrature: 1 if it normalises."""
    z, weight = nodes(case.space, case.reach, n)
    return float((case().log_prob(z).double().exp() * weight).sum())


def to_square(z, space):
    """Coordinates (N, 2) in which cells are rectangles: the plane itself, the box, (height, angle)
    on the sphere.
    """
    if space != "sphere":
        return z.double().numpy()
    return torch.stack([z[:, 2], torch.atan2(z[:, 1], z[:, 0])], -1).double().numpy()


@torch.no_grad()
def chi_square(case, samples=20_000, cells=8, inner=24, seed=0):
    """The p-value of "samples follow log_prob": counts in cells x cells against the density
    integrated over each.

    Cell borders are quantiles of the sampled coordinates of a *separate* draw, so that cells hold
    comparable counts; the density of each cell comes from Gauss-Legendre inside it, what lies
    outside all cells is one more cell.
    """
    distribution = case()
    edges = []
    pilot = to_square(draw(distribution, (samples,), seed + 1), case.space)
    for axis in range(2):
        inner_edges = np.quantile(pilot[:, axis], np.linspace(0.002, 0.998, cells + 1))
        edges.append(np.unique(inner_edges))
    expected = np.zeros((len(edges[0]) - 1, len(edges[1]) - 1))
    points, weights = np.polynomial.legendre.leggauss(inner)
    for i in range(expected.shape[0]):
        for j in range(expected.shape[1]):
            x = edges[0][i] + (edges[0][i + 1] - edges[0][i]) * (points + 1) / 2
            y = edges[1][j] + (edges[1][j + 1] - edges[1][j]) * (points + 1) / 2
            area = np.outer(weights, weights) * np.diff(edges[0])[i] * np.diff(edges[1])[j] / 4
            grid = torch.tensor(np.stack(np.meshgrid(x, y, indexing="ij"), -1).reshape(-1, 2))
            density = (
                distribution.log_prob(from_square(grid, case.space)).double().exp().detach().numpy()
            )
            expected[i, j] = (density * area.reshape(-1)).sum()
    fresh = to_square(draw(distribution, (samples,), seed), case.space)
    counts = np.histogram2d(fresh[:, 0], fresh[:, 1], bins=edges)[0].ravel()
    expected = samples * expected.ravel()
    counts, expected = (
        np.append(counts, samples - counts.sum()),
        np.append(expected, samples - expected.sum()),
    )
    few = expected < 5  # chi-square wants five a cell: pool the sparse ones
    counts = np.append(counts[~few], counts[few].sum())
    expected = np.append(expected[~few], expected[few].sum())
    if expected[-1] < 5:
        counts = np.append(counts[:-2], counts[-2:].sum())
        expected = np.append(expected[:-2], expected[-2:].sum())
    # the density claims more than all the mass in the cells: no sampler can follow it
    if (expected <= 0).any():
        return 0.0
    statistic = ((counts - expected) ** 2 / expected).sum()
    return float(stats.chi2.sf(statistic, len(counts) - 1))


def from_square(square, space):
    """The inverse of `to_square` (area-preserving on the sphere: Archimedes' hat-box theorem)."""
    if space != "sphere":
        return square
    height, angle = square.unbind(-1)
    radius = (1 - height.square()).clamp(min=0).sqrt()
    return torch.stack([radius * angle.cos(), radius * angle.sin(), height], -1)


def gradient_errors(function, parameters, step=1e-6):
    """Largest |autograd - central difference| over all parameters, relative to 1 + the gradient;
    all float64.
    """
    worst = 0.0
    leaves = [p.detach().clone().double().requires_grad_() for p in parameters]
    gradients = torch.autograd.grad(function(*leaves), leaves, allow_unused=True)
    for which, leaf in enumerate(leaves):
        gradient = torch.zeros_like(leaf) if gradients[which] is None else gradients[which]
        for i in range(leaf.numel()):
            value = []
            for sign in (1, -1):
                moved = [p.detach().clone() for p in leaves]
                moved[which].view(-1)[i] += sign * step
                value.append(float(function(*moved).detach()))
            difference = (value[0] - value[1]) / (2 * step)
            here = float(gradient.reshape(-1)[i])
            worst = max(worst, abs(here - difference) / (1 + abs(here)))
    return worst
