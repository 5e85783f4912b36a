"""Exercise 10.2: the Fréchet distance in one dimension."""

import math

import torch

from ..exercise import Exercise


def _pairs_of_gaussians(seed=0):
    return [(0.0, 1.0, 0.0, 1.0), (0.0, 2.0, 0.0, 5.0), (1.0 + seed % 10, 0.5, -2.0, 3.0)]


def _by_trace(mean_a, std_a, mean_b, std_b):
    v_a, v_b = std_a**2, std_b**2
    return (mean_a - mean_b) ** 2 + v_a + v_b - 2 * math.sqrt(v_a * v_b)


frechet_1d = Exercise(
    name="frechet_1d",
    solution=lambda mean_a, std_a, mean_b, std_b: (mean_a - mean_b) ** 2 + (std_a - std_b) ** 2,
    inputs=_pairs_of_gaussians,
    praise="in one dimension the trace is (s_a - s_b)^2.",
    mistakes="""
        square root taken: ((mean_a - mean_b) ** 2 + (std_a - std_b) ** 2) ** 0.5
            This is the distance; the formula, and what papers report, is its square.
        difference of variances: (mean_a - mean_b) ** 2 + (std_a**2 - std_b**2) ** 2
            The square is of the difference of the standard deviations: v_a + v_b - 2 sqrt(v_a v_b).
        cross term forgotten: (mean_a - mean_b) ** 2 + std_a**2 + std_b**2
            Two equal Gaussians must have distance 0. The term - 2 sqrt(v_a v_b) is missing.
        cross term halved: (mean_a - mean_b) ** 2 + std_a**2 + std_b**2 - std_a * std_b
            The cross term has a factor 2: v_a + v_b - 2 sqrt(v_a v_b).
        no root in the cross term:
                (mean_a - mean_b) ** 2 + std_a**2 + std_b**2 - 2 * std_a**2 * std_b**2
            The cross term takes the root of the product of the variances, which is the product of
            the std.
        mean not squared: abs(mean_a - mean_b) + (std_a - std_b) ** 2
            The means enter squared, as the widths do.
        means only: (mean_a - mean_b) ** 2
            Two Gaussians with the same mean and different widths are not at distance 0. Add the
            trace.
        widths only: (std_a - std_b) ** 2
            The widths are right. Add the squared distance of the means.
        KL divergence:
                float(torch.distributions.kl_divergence(torch.distributions.Normal(mean_a, std_a),
                torch.distributions.Normal(mean_b, std_b)))
            This is KL(a || b), which is not symmetric. The Frechet distance is made of squared
            distances.
    """,
    also_right=(
        _by_trace,
        lambda mean_a, std_a, mean_b, std_b: abs(complex(mean_a - mean_b, std_a - std_b)) ** 2,
        lambda mean_a, std_a, mean_b, std_b: (
            torch.tensor([mean_a - mean_b, std_a - std_b]).square().sum()
        ),
    ),
)
