"""Right answers to the exercises of notebook 05 that are written otherwise than the solution."""

import math

import numpy as np
import torch
from scipy.stats import norm
from torch.distributions import Normal


def _grid_by_loops(n):
    place = [float(norm.ppf((i + 0.5) / n)) for i in range(n)]
    return torch.tensor(
        [[place[column], place[n - 1 - row]] for row in range(n) for column in range(n)]
    )


def _grid_by_meshgrid(n):
    steps = Normal(0.0, 1.0).icdf(torch.linspace(0.5 / n, 1 - 0.5 / n, n))
    down, right = torch.meshgrid(-steps, steps, indexing="ij")  # the quantiles are symmetric
    return torch.stack([right.reshape(-1), down.reshape(-1)], dim=-1)


def _slerp_in_numpy(a, b, t):
    a, b = np.asarray(a, float), np.asarray(b, float)
    angle = math.acos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1))
    return np.sin((1 - t) * angle) / np.sin(angle) * a + np.sin(t * angle) / np.sin(angle) * b


ALSO_RIGHT = {
    "quantile_grid": [_grid_by_loops, _grid_by_meshgrid],
    "ancestral_sample": [
        lambda decode, mean, stddev, noise, uniforms: torch.where(
            uniforms < decode(noise * stddev + mean), 1.0, 0.0
        ),
        lambda decode, mean, stddev, noise, uniforms: (
            decode(mean + stddev * noise) - uniforms > 0
        ).int(),
        lambda decode, mean, stddev, noise, uniforms: torch.stack(
            [(u < decode(mean + stddev * e)).double() for e, u in zip(noise, uniforms)]
        ),
    ],
    "spherical": [_slerp_in_numpy],
}
