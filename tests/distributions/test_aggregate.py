"""The aggregate posterior's density and samples, against torch's mixture and cell by cell."""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare
from small_posteriors import as_torch_mixture, posteriors

import vaeteach as vt
from vaeteach.distributions import AggregatePosterior


def test_density_mean_and_variance_are_those_of_torchs_mixture():
    q = posteriors(d=3)
    ours, theirs = AggregatePosterior.of(q), as_torch_mixture(q)
    z = 3 * torch.randn(4, 5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(ours.log_prob(z), theirs.log_prob(z), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(ours.mean, theirs.mean, rtol=0, atol=1e-12)
    torch.testing.assert_close(ours.variance, theirs.variance, rtol=0, atol=1e-12)
    assert (ours.batch_shape, ours.event_shape) == (torch.Size(), torch.Size([3]))


@pytest.mark.parametrize("width", [1e-3, 1e-7])
def test_codes_far_sharper_than_they_are_apart_keep_their_digits(width):
    """Seen where they are: at 1e-3 squares of a million cancel, at 1e-7 of 1e14."""
    generator = torch.Generator().manual_seed(0)
    mu = 3 * torch.randn(50, 2, dtype=torch.float64, generator=generator)
    q = vt.gaussian(mu, torch.full_like(mu, 2 * math.log(width)))
    z = mu + width * torch.randn(50, 2, dtype=torch.float64, generator=generator)
    expected = torch.logsumexp(q.log_prob(z[:, None]), 1) - math.log(50)
    torch.testing.assert_close(AggregatePosterior.of(q).log_prob(z), expected, rtol=0, atol=1e-6)


def test_the_joint_density_is_not_a_product_of_marginals():
    """An even mixture at +-(3, 3), seen at (3, -3): the per-dimension mistake gives -3.22 nats."""
    q = vt.gaussian(torch.tensor([[3.0, 3.0], [-3.0, -3.0]]), torch.zeros(2, 2))
    got = AggregatePosterior.of(q).log_prob(torch.tensor([3.0, -3.0]))
    assert float(got) == pytest.approx(-math.log(2 * math.pi) - 18, abs=1e-5)


def test_grid_rows_are_the_second_latent():
    q = vt.gaussian(torch.tensor([[1.0, -2.0]]), torch.full((1, 2), -4.0))
    axis = torch.linspace(-3, 3, 61)
    row, column = divmod(int(AggregatePosterior.of(q).log_density_grid(axis).argmax()), 61)
    assert (float(axis[column]), float(axis[row])) == pytest.approx((1.0, -2.0), abs=1e-5)


def test_samples_follow_the_density_cell_by_cell():
    q = posteriors(n=5)
    aggregate = AggregatePosterior.of(q)
    z = vt.draw(aggregate, (20_000,), seed=3).numpy()
    edges = np.linspace(-6, 6, 13)
    fine = torch.linspace(-6, 6, 12 * 40 + 1, dtype=torch.float64)
    middles = (fine[1:] + fine[:-1]) / 2
    mass = (
        aggregate.log_density_grid(middles).exp().reshape(12, 40, 12, 40).sum((1, 3))
        * (12 / 480) ** 2
    )
    counts = np.histogram2d(z[:, 1], z[:, 0], bins=[edges, edges])[0].ravel()
    expected = mass.numpy().ravel() * len(z)
    keep = expected > 8
    counts = np.append(counts[keep], len(z) - counts[keep].sum())
    expected = np.append(expected[keep], len(z) - expected[keep].sum())
    assert chisquare(counts, expected).pvalue > 1e-3


@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 4), (5000,)])
def test_samples_have_the_shape_asked_for_and_leave_the_global_state_alone(shape):
    before = torch.random.get_rng_state()
    z = vt.draw(AggregatePosterior.of(posteriors()), shape, seed=0)
    assert z.shape == shape + (2,)
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(z, vt.draw(AggregatePosterior.of(posteriors()), shape, seed=0))


def test_every_component_is_drawn_equally_often():
    q = vt.gaussian(10.0 * torch.arange(4.0).reshape(4, 1), torch.full((4, 1), -6.0))
    z = vt.draw(AggregatePosterior.of(q), (8000,), seed=1)
    assert (
        chisquare(torch.bincount((z.flatten() / 10).round().long(), minlength=4).numpy()).pvalue
        > 1e-3
    )


@settings(deadline=None, max_examples=40)
@given(
    n=st.integers(1, 6),
    d=st.integers(1, 5),
    scale=st.floats(1e-3, 1e3),
    logvar=st.floats(-30, 12),
    seed=st.integers(0, 99),
)
def test_log_prob_in_float32_stays_near_float64(n, d, scale, logvar, seed):
    q = posteriors(n, d, seed, torch.float32)
    mu, v = q.mu * scale, q.logvar + logvar
    z = vt.draw(vt.gaussian(mu, v), (3,), seed)
    got = AggregatePosterior.of(vt.gaussian(mu, v)).log_prob(z)
    want = AggregatePosterior.of(vt.gaussian(mu.double(), v.double())).log_prob(z.double())
    assert got.shape == (3, n) and torch.isfinite(got).all()
    torch.testing.assert_close(got.double(), want, rtol=1e-3, atol=1e-2)


def test_sixty_thousand_codes_against_many_points_take_little_memory():
    code = """
import resource, torch, vaeteach as vt
from vaeteach.distributions import AggregatePosterior
torch.set_num_threads(1)
g = torch.Generator().manual_seed(0)
q = vt.gaussian(torch.randn(60_000, 2, generator=g), torch.zeros(60_000, 2))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
# at once: 0.5 GB a copy
value = AggregatePosterior.of(q).log_prob(torch.randn(1_000, 2, generator=g))
assert value.shape == (1_000,)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    pytest.importorskip("resource")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 300  # megabytes


def test_a_grid_needs_two_latents():
    with pytest.raises(ValueError, match="two latents"):
        AggregatePosterior.of(posteriors(d=3)).log_density_grid(torch.linspace(-1, 1, 3))


def test_posteriors_need_one_batch_axis():
    with pytest.raises(ValueError, match=r"\(N,\)"):
        AggregatePosterior.of(vt.gaussian(torch.zeros(2), torch.zeros(2)))
