"""Exercise 10.2: the Fréchet distance in one dimension."""

import math

import torch

from ..exercise import Exercise, Mistake


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
    mistakes=(
        Mistake(
            "square root taken",
            lambda mean_a, std_a, mean_b, std_b: (
                ((mean_a - mean_b) ** 2 + (std_a - std_b) ** 2) ** 0.5
            ),
            "This is the distance; the formula, and what papers report, is its square.",
        ),
        Mistake(
            "difference of variances",
            lambda mean_a, std_a, mean_b, std_b: (
                (mean_a - mean_b) ** 2 + (std_a**2 - std_b**2) ** 2
            ),
            "The square is of the difference of the standard deviations: v_a + v_b - 2 sqrt(v_a"
            " v_b).",
        ),
        Mistake(
            "cross term forgotten",
            lambda mean_a, std_a, mean_b, std_b: (mean_a - mean_b) ** 2 + std_a**2 + std_b**2,
            "Two equal Gaussians must have distance 0. The term - 2 sqrt(v_a v_b) is missing.",
        ),
        Mistake(
            "cross term halved",
            lambda mean_a, std_a, mean_b, std_b: (
                (mean_a - mean_b) ** 2 + std_a**2 + std_b**2 - std_a * std_b
            ),
            "The cross term has a factor 2: v_a + v_b - 2 sqrt(v_a v_b).",
        ),
        Mistake(
            "no root in the cross term",
            lambda mean_a, std_a, mean_b, std_b: (
                (mean_a - mean_b) ** 2 + std_a**2 + std_b**2 - 2 * std_a**2 * std_b**2
            ),
            "The cross term takes the root of the product of the variances, which is the product of"
            " the std.",
        ),
        Mistake(
            "mean not squared",
            lambda mean_a, std_a, mean_b, std_b: abs(mean_a - mean_b) + (std_a - std_b) ** 2,
            "The means enter squared, as the widths do.",
        ),
        Mistake(
            "means only",
            lambda mean_a, std_a, mean_b, std_b: (mean_a - mean_b) ** 2,
            "Two Gaussians with the same mean and different widths are not at distance 0. Add the"
            " trace.",
        ),
        Mistake(
            "widths only",
            lambda mean_a, std_a, mean_b, std_b: (std_a - std_b) ** 2,
            "The widths are right. Add the squared distance of the means.",
        ),
        Mistake(
            "KL divergence",
            lambda mean_a, std_a, mean_b, std_b: float(
                torch.distributions.kl_divergence(
                    torch.distributions.Normal(mean_a, std_a),
                    torch.distributions.Normal(mean_b, std_b),
                )
            ),
            "This is KL(a || b), which is not symmetric. The Frechet distance is made of squared"
            " distances.",
        ),
    ),
    also_right=(
        _by_trace,
        lambda mean_a, std_a, mean_b, std_b: abs(complex(mean_a - mean_b, std_a - std_b)) ** 2,
        lambda mean_a, std_a, mean_b, std_b: (
            torch.tensor([mean_a - mean_b, std_a - std_b]).square().sum()
        ),
    ),
)
