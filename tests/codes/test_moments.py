"""The moments of the aggregate posterior, by hand and by sampling."""

import pytest
import torch
from small_posteriors import as_torch_mixture
from torch.distributions import Independent, StudentT

import vaeteach as vt
from vaeteach.codes import moments_of, surgery_of
from vaeteach.distributions import AggregatePosterior


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


def test_density_integrates_to_one(trained, data):
    model, _ = trained
    if model.prior().event_shape != (2,):
        pytest.skip("a plane is needed")
    axis = torch.linspace(-8, 8, 321)
    density = vt.AggregatePosterior(model, data.train[:300]).log_density_grid(axis).exp()
    assert float(density.double().sum() * (axis[1] - axis[0]) ** 2) == pytest.approx(1, abs=1e-4)
