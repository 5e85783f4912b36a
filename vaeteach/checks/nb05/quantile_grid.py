"""Exercise 5.1: a grid through the prior's quantiles."""

import torch
from torch.distributions import Normal
from torch.special import ndtri

from ..exercise import Exercise


def _grid(steps):
    """Points (n * n, 2) in reading order: the first row has the largest second coordinate."""
    n = len(steps)
    return torch.stack([steps.repeat(n), steps.flip(0).repeat_interleave(n)], 1)


def _middles(n):
    return (torch.arange(n) + 0.5) / n


def _grid_by_loops(n):
    from statistics import NormalDist

    place = [NormalDist().inv_cdf((i + 0.5) / n) for i in range(n)]
    return torch.tensor(
        [[place[column], place[n - 1 - row]] for row in range(n) for column in range(n)]
    )


def _grid_by_meshgrid(n):
    steps = Normal(0.0, 1.0).icdf(torch.linspace(0.5 / n, 1 - 0.5 / n, n))
    down, right = torch.meshgrid(-steps, steps, indexing="ij")  # the quantiles are symmetric
    return torch.stack([right.reshape(-1), down.reshape(-1)], dim=-1)


quantile_grid = Exercise(
    name="quantile_grid",
    solution=lambda n: _grid(ndtri(_middles(n))),
    inputs=lambda seed=0: [(1,), (2,), (3,), (6 + seed % 10,)],
    praise="every cell of the grid holds the same share of the prior.",
    mistakes="""
        upside down: _grid(ndtri(_middles(n))) * torch.tensor([1.0, -1.0])
            The first row of pictures is at the top, where the second coordinate is largest.
        rows and columns exchanged:
                torch.cartesian_prod(ndtri(_middles(n)), ndtri(_middles(n))).reshape(-1, 2)
            Reading order: along a row of pictures the first coordinate grows, and from row to row
            the second falls.
        order of the coordinates exchanged: _grid(ndtri(_middles(n))).flip(1)
            The columns are exchanged: z_1 goes to the right and stands first.
        equal steps: _grid(torch.linspace(-3, 3, n))
            These are equal steps. The cells at the rim then hold hardly any of the prior: use its
            quantiles.
        quantiles from 0 on: _grid(ndtri(torch.arange(n) / n))
            The quantile of 0 is minus infinity. Take the middles of the n intervals, (i + 1/2) / n.
        quantiles from 0 to 1: _grid(ndtri(torch.linspace(0, 1, n)))
            The quantiles of 0 and 1 are infinite. Take the middles of the n intervals, (i + 1/2) /
            n.
        n + 1 intervals: _grid(ndtri(torch.arange(1, n + 1) / (n + 1)))
            With i / (n + 1) the cells at the rim are larger than the others. The middles are (i +
            1/2) / n.
        distribution function for quantile: _grid(Normal(0.0, 1.0).cdf(_middles(n)))
            This is the distribution function. Its inverse is asked for: from probabilities to
            places.
        probabilities for places: _grid(_middles(n))
            These are still probabilities between 0 and 1. The quantile function takes them to the
            latent axis.
    """,
    also_right=(_grid_by_loops, _grid_by_meshgrid),
)
