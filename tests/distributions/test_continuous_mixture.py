"""The infinite mixture, beside cases whose answer is known without a sum over nodes."""

import math

import pytest
import torch

from vaeteach.distributions import ContinuousMixture, draw, gaussian

AXIS = torch.linspace(-8, 8, 81, dtype=torch.float64)
NODES = torch.cartesian_prod(AXIS, AXIS)
MATRIX = torch.tensor([[1.0, -0.5], [0.3, 0.8], [0.0, 1.2]], dtype=torch.float64)
SHIFT = torch.tensor([0.5, -1.0, 0.0], dtype=torch.float64)
NOISE = torch.tensor([0.2, -0.4, 0.1], dtype=torch.float64)  # log-variances


def standard(dimensions=2):
    zeros = torch.zeros(dimensions, dtype=torch.float64)
    return gaussian(zeros, zeros)


def linear():
    """z = A u + b + noise: its density is a Gaussian with covariance A A^T + diag s^2."""
    given = lambda u: gaussian(u @ MATRIX.T + SHIFT, NOISE)  # noqa: E731
    return ContinuousMixture(standard(), given, NODES, -NODES.square().sum(1) / 2)


def test_a_linear_map_of_a_gaussian_has_the_density_that_algebra_gives():
    p = linear()
    covariance = MATRIX @ MATRIX.T + torch.diag(NOISE.exp())
    known = torch.distributions.MultivariateNormal(SHIFT, covariance)
    z = 2 * torch.randn(50, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert torch.allclose(p.log_prob(z), known.log_prob(z), atol=1e-9)
    assert p.log_prob(z.reshape(5, 10, 3)).shape == (5, 10)
    assert torch.allclose(p.mean, SHIFT, atol=1e-9)
    assert torch.allclose(p.variance, covariance.diagonal(), atol=1e-9)


def test_samples_have_the_moments_of_the_density():
    z = draw(linear(), (40_000,), 1)
    error = 4 * linear().variance.sqrt() / math.sqrt(len(z))
    assert bool(((z.mean(0) - linear().mean).abs() < error).all())
    assert torch.allclose(z.T.cov(), MATRIX @ MATRIX.T + torch.diag(NOISE.exp()), atol=0.06)


def test_many_points_are_worked_off_in_parts():
    p = linear()
    z = draw(p, (700,), 2)
    assert torch.equal(p.log_prob(z)[600:], p.log_prob(z[600:]))


def test_single_precision_keeps_its_digits():
    """A far point under a narrow component: the expanded square would cancel in float32."""
    given = lambda u: gaussian(u.sum(-1, keepdim=True) + 30, torch.full((1,), -6.0))  # noqa: E731
    nodes = torch.zeros(1, 2)
    p = ContinuousMixture(gaussian(nodes[0], nodes[0]), given, nodes, torch.zeros(1))
    z = torch.tensor([[30.1]])
    exact = torch.distributions.Normal(30.0, math.exp(-3)).log_prob(torch.tensor(30.1))
    assert float(p.log_prob(z)) == pytest.approx(float(exact), abs=2e-4)
