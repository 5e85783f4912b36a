"""Exercise 6.3: the share of the prior's samples that falls into holes."""

import math

import torch

from ..exercise import Exercise


def _planes(seed=0):
    cases = []
    for points, limit, number in ((3, 1.0, 0), (21, 3.0, 1), (41, 4.0, 2)):
        axis = torch.linspace(-limit, limit, points)
        x, y = torch.meshgrid(axis, axis, indexing="xy")
        log_p = -(x**2 + y**2) / 2 - math.log(2 * math.pi)
        g = torch.Generator().manual_seed(number + seed)
        log_q = log_p + 3 * torch.randn(points, points, generator=g)
        cases.append((log_q, log_p, float(axis[1] - axis[0]) ** 2))
    return cases


def _hole(log_q, log_p):
    return log_q - log_p < -2


def mass_by_choice(log_q, log_p, cell):
    return cell * torch.exp(log_p[log_p - log_q > 2]).sum()


def mass_by_where(log_q, log_p, cell):
    return float(torch.where(log_q + 2 < log_p, log_p.exp() * cell, torch.zeros_like(log_p)).sum())


mass_in_holes = Exercise(
    name="mass_in_holes",
    solution=lambda log_q, log_p, cell: (log_p.exp() * _hole(log_q, log_p)).sum() * cell,
    inputs=_planes,
    praise="that share of the prior's samples falls into holes.",
    mistakes="""
        mass of q for mass of p: (log_q.exp() * _hole(log_q, log_p)).sum() * cell
            You summed q over the holes, where it is small by definition; new pictures are drawn
            from the prior.
        cells counted: _hole(log_q, log_p).float().mean()
            This is the share of the grid's cells. A far cell counts as much as one in the middle:
            weight by p.
        area for mass: _hole(log_q, log_p).sum() * cell
            This is the area of the holes; weight each cell by the prior's density.
        cell size forgotten: (log_p.exp() * _hole(log_q, log_p)).sum()
            A density becomes a mass only when it is multiplied by the area of the cell.
        crowds for holes: (log_p.exp() * (log_p - log_q < -2)).sum() * cell
            The inequality is the wrong way round: you found where q exceeds p.
        everything but the holes: (log_p.exp() * ~_hole(log_q, log_p)).sum() * cell
            This is the mass outside the holes.
        log-density for density: (log_p * _hole(log_q, log_p)).sum() * cell
            You summed log p; exponentiate it first.
    """,
    also_right=(mass_by_choice, mass_by_where),
)
