"""The density at the end of a diffusion, beside mixtures whose density is known."""

import math

import pytest
import torch

import vaeteach as vt
from vaeteach.distributions.probability_flow import with_divergence


@pytest.fixture(scope="module")
def q():
    mu = torch.tensor([[1.0, -0.5], [-1.2, 0.3], [0.2, 1.4]], dtype=torch.float64)
    return vt.gaussian(mu, torch.full_like(mu, -1.5))


def flow_of(q, steps):
    return vt.ProbabilityFlow(lambda z, t: vt.perfect_pull(q, z, t), q.mu[0] * 0, steps)


def test_the_perfect_pull_gives_the_density_of_the_codes(q):
    p = vt.AggregatePosterior.of(q)
    z = vt.draw(p, (200,), seed=1)
    errors = [(flow_of(q, n).log_prob(z) - p.log_prob(z)).abs().max() for n in (8, 16, 32)]
    assert errors[2] < 1e-5
    assert errors[0] > 10 * errors[1] > 100 * errors[2]  # order four would be 16 each


def test_the_perfect_pull_carries_noise_to_codes(q):
    z = vt.draw(flow_of(q, 16), (4000,), seed=2)
    fresh = vt.draw(vt.AggregatePosterior.of(q), (4000,), seed=3)
    spread = fresh.std(0) * (2 / len(z)) ** 0.5
    assert bool(((z.mean(0) - fresh.mean(0)).abs() < 4 * spread).all())
    assert torch.allclose(z.T.cov(), fresh.T.cov(), atol=0.06)


def test_one_gaussian_is_stretched_by_its_standard_deviation():
    """Of N(m, s^2) the equation has a solution by hand: z_0 = m + s z_1."""
    m, s = torch.tensor([[0.7, -0.4, 0.1]]).double(), torch.tensor([[0.5, 1.3, 0.9]]).double()
    flow = flow_of(vt.gaussian(m, 2 * s.log()), 32)
    noise = torch.randn(6, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert torch.allclose(flow.from_noise(noise), m + s * noise, atol=1e-5)
    places = flow.path(m + s * noise, backwards=False)
    assert len(places) == 33 and torch.allclose(places[-1], noise, atol=1e-5)


def test_the_divergence_is_the_trace_of_the_jacobian():
    def field(z):
        return torch.stack([z[..., 0] ** 2 * z[..., 1], z[..., 1].sin() + z[..., 0]], -1)

    z = torch.randn(5, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    value, divergence = with_divergence(field, z)
    assert torch.equal(value, field(z))
    assert torch.allclose(divergence, 2 * z[:, 0] * z[:, 1] + z[:, 1].cos())


def test_without_a_pull_it_is_its_base_and_shapes_are_kept():
    zeros = torch.zeros(2)
    flow = vt.ProbabilityFlow(lambda z, t: 0 * z, zeros, 4)
    z = vt.draw(flow, (4, 3), seed=0)
    assert z.shape == (4, 3, 2) and flow.log_prob(z).shape == (4, 3)
    assert torch.allclose(flow.log_prob(z), vt.gaussian(zeros, zeros).log_prob(z), atol=1e-6)
    wide = vt.gaussian(zeros + 1, zeros + math.log(4))
    other = vt.ProbabilityFlow(flow.pull, zeros, 4, base=wide)
    assert torch.allclose(other.log_prob(z), wide.log_prob(z), atol=1e-6)
