"""The aggregate posterior against torch's own mixtures, quadrature, and cases that can be counted
by hand.
"""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal, StudentT

import vaeteach as vt
from vaeteach.codes import moments_of, surgery_of
from vaeteach.distributions import AggregatePosterior


@pytest.fixture(scope="module")
def data():
    return vt.load("digits").binarized()


@pytest.fixture(scope="module", params=[2, 8])
def trained(request, data):
    model = vt.build_vae(data, request.param, hidden=(32,))
    return model, vt.fit(model, data, epochs=6, batch_size=64, lr=8e-3, progress=False)


def posteriors(n=7, d=2, seed=0, dtype=torch.float64):
    g = torch.Generator().manual_seed(seed)
    return vt.gaussian(
        2 * torch.randn(n, d, generator=g, dtype=dtype),
        torch.randn(n, d, generator=g, dtype=dtype) - 1,
    )


def as_torch_mixture(q):
    return MixtureSameFamily(Categorical(torch.ones(q.batch_shape, dtype=q.mean.dtype)), q)


def test_density_mean_and_variance_are_those_of_torchs_mixture():
    q = posteriors(d=3)
    ours, theirs = AggregatePosterior.of(q), as_torch_mixture(q)
    z = 3 * torch.randn(4, 5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(ours.log_prob(z), theirs.log_prob(z), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(ours.mean, theirs.mean, rtol=0, atol=1e-12)
    torch.testing.assert_close(ours.variance, theirs.variance, rtol=0, atol=1e-12)
    assert (ours.batch_shape, ours.event_shape) == (torch.Size(), torch.Size([3]))


def test_the_joint_density_is_not_a_product_of_marginals():
    """An even mixture at +-(3, 3), seen at (3, -3): the per-dimension mistake gives -3.22 nats."""
    q = vt.gaussian(torch.tensor([[3.0, 3.0], [-3.0, -3.0]]), torch.zeros(2, 2))
    got = AggregatePosterior.of(q).log_prob(torch.tensor([3.0, -3.0]))
    assert float(got) == pytest.approx(-math.log(2 * math.pi) - 18, abs=1e-5)


def test_density_integrates_to_one(trained, data):
    model, _ = trained
    if model.prior().event_shape != (2,):
        pytest.skip("a plane is needed")
    axis = torch.linspace(-8, 8, 321)
    density = vt.AggregatePosterior(model, data.train[:300]).log_density_grid(axis).exp()
    assert float(density.double().sum() * (axis[1] - axis[0]) ** 2) == pytest.approx(1, abs=1e-4)


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


def test_total_variance_of_a_trained_model(trained, data):
    model, _ = trained
    m = vt.moments(model, data.train)
    torch.testing.assert_close(m.variance, m.within + m.between, rtol=0, atol=1e-6)
    theirs = as_torch_mixture(model.encode(data.train))
    torch.testing.assert_close(m.mean, theirs.mean, rtol=0, atol=1e-6)
    torch.testing.assert_close(m.variance, theirs.variance, rtol=1e-6, atol=1e-6)
    z = vt.draw(vt.AggregatePosterior(model, data.train), (100_000,), seed=0)
    error = (z - m.mean).square().std(0) / len(z) ** 0.5
    assert ((z.var(0) - m.variance).abs() < 4 * error).all()


def test_moments_by_hand():
    q = vt.gaussian(torch.tensor([[1.0], [3.0]]), torch.log(torch.tensor([[0.5], [1.5]])))
    m = moments_of(q)
    assert [float(part) for part in m] == pytest.approx([2.0, 1.0, 1.0, 2.0])


@pytest.mark.parametrize("epoch", [0, 1, -1])
def test_the_kl_splits_into_information_and_marginal_kl(trained, data, epoch):
    model, history = trained
    now = {k: v.clone() for k, v in model.state_dict().items()}
    model.load_state_dict(history.snapshots[epoch].state)
    s = vt.surgery(model, data.train, seed=5)
    model.load_state_dict(now)
    assert abs(s.mean_kl - s.mutual_information - s.marginal_kl) < 3 * s.sum_error
    assert (
        -3 * s.mutual_information_error
        < s.mutual_information
        < s.log_n
        == math.log(len(data.train))
    )
    assert s.marginal_kl > -3 * s.marginal_kl_error
    assert s.sum_error < 0.1


def test_surgery_agrees_with_quadrature_in_one_dimension():
    q = posteriors(n=4, d=1)
    p = vt.gaussian(torch.zeros(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64))
    axis = torch.linspace(-14, 14, 20_001, dtype=torch.float64)
    each = torch.stack([Normal(m, s).log_prob(axis) for m, s in zip(q.mean[:, 0], q.stddev[:, 0])])
    mixture = torch.logsumexp(each, 0) - math.log(4)
    information = torch.trapezoid(each.exp() * (each - mixture), axis).mean()
    marginal = torch.trapezoid(mixture.exp() * (mixture - Normal(0.0, 1.0).log_prob(axis)), axis)
    s = surgery_of(q, p, seed=0, n_samples=40_000)
    assert abs(s.mutual_information - float(information)) < 3.5 * s.mutual_information_error
    assert abs(s.marginal_kl - float(marginal)) < 3.5 * s.marginal_kl_error
    assert s.mean_kl == pytest.approx(float(information + marginal), abs=1e-9)
    assert s.mutual_information_error < 0.01 and s.marginal_kl_error < 0.02


def test_information_is_log_n_for_codes_that_do_not_overlap_and_zero_for_equal_ones():
    p = vt.gaussian(torch.zeros(2), torch.zeros(2))
    apart = vt.gaussian(
        100.0 * torch.arange(16.0).reshape(16, 1).expand(16, 2), torch.full((16, 2), -4.0)
    )
    assert surgery_of(apart, p).mutual_information == pytest.approx(math.log(16), abs=1e-4)
    alike = surgery_of(vt.gaussian(torch.zeros(16, 2), torch.zeros(16, 2)), p)
    assert alike[:3] == pytest.approx((0, 0, 0), abs=1e-5)


def test_a_random_part_of_the_images_gives_the_same_within_its_own_error():
    q, p = posteriors(n=400), vt.gaussian(torch.zeros(2).double(), torch.zeros(2).double())
    full = surgery_of(q, p, n_samples=40_000)
    misses = []
    for seed in range(30):
        part = surgery_of(q, p, seed=seed, n_samples=200)
        error = math.hypot(part.marginal_kl_error, full.marginal_kl_error)
        misses.append((part.marginal_kl - full.marginal_kl) / error)
    assert part.mean_kl == pytest.approx(full.mean_kl)
    assert abs(np.mean(misses)) < 3.5 / 30**0.5 and 0.6 < np.std(misses) < 1.5


def test_other_families_need_no_code_of_their_own():
    g = torch.Generator().manual_seed(0)
    q = Independent(
        StudentT(5.0, torch.randn(9, 2, generator=g), 0.1 + torch.rand(9, 2, generator=g)), 1
    )
    p = vt.gaussian(torch.zeros(2), torch.zeros(2))
    z = torch.randn(11, 2, generator=g)
    ours, theirs = AggregatePosterior.of(q), as_torch_mixture(q)
    torch.testing.assert_close(ours.log_prob(z), theirs.log_prob(z))
    torch.testing.assert_close(ours.variance, theirs.variance)
    # no closed form: the sampled KL is the sum of its parts at the same samples
    s = surgery_of(q, p)
    assert s.mean_kl == pytest.approx(s.mutual_information + s.marginal_kl, abs=1e-5)


def test_active_units_counts_dimensions_whose_means_vary():
    class Constructed:
        def encode(self, x):
            return vt.gaussian(x * torch.tensor([1.0, 0.05, 0.2]), torch.zeros(len(x), 3))

    x = torch.randn(4000, 3, generator=torch.Generator().manual_seed(0))
    assert vt.active_units(Constructed(), x).tolist() == [True, False, True]


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
from vaeteach.aggregate import AggregatePosterior
torch.set_num_threads(1)
g = torch.Generator().manual_seed(0)
q = vt.gaussian(torch.randn(60_000, 2, generator=g), torch.zeros(60_000, 2))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
value = AggregatePosterior.of(q).log_prob(torch.randn(1_000, 2, generator=g))  # at once: 0.5 GB a copy
assert value.shape == (1_000,)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    pytest.importorskip("resource")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 300  # megabytes


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (None, "tensor of shape"),
        (torch.zeros(64), "tensor of shape"),
        (torch.zeros(0, 64), "N >= 1"),
        (torch.zeros(3, 63), "pixels"),
        (torch.full((3, 64), float("nan")), "NaN"),
    ],
)
@pytest.mark.parametrize(
    "function", [vt.AggregatePosterior, vt.moments, vt.surgery, vt.active_units]
)
def test_bad_images_get_a_sentence(data, function, x, says):
    with pytest.raises(ValueError, match=says):
        function(vt.build_vae(data, 2), x)


def test_a_grid_needs_two_latents():
    with pytest.raises(ValueError, match="two latents"):
        AggregatePosterior.of(posteriors(d=3)).log_density_grid(torch.linspace(-1, 1, 3))


def test_posteriors_need_one_batch_axis():
    with pytest.raises(ValueError, match=r"\(N,\)"):
        AggregatePosterior.of(vt.gaussian(torch.zeros(2), torch.zeros(2)))
