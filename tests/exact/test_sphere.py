"""Integration over the sphere: against closed forms, and against samples of the prior."""

import math

import pytest
import torch

import vaeteach as vt
from vaeteach.exact import exact_log_marginal
from vaeteach.exact.sphere import sphere_nodes


@pytest.mark.parametrize("k", [0.0, 1.0, 12.0])
def test_the_rule_integrates_an_exponential(k):
    """The integral of exp(k . z) over the sphere is 4 pi sinh(k) / k in every direction."""
    z, weight = sphere_nodes()
    expected = 4 * math.pi * (math.sinh(k) / k if k else 1.0)
    for axis in torch.eye(3):
        found = float((weight * (k * z @ axis).double().exp()).sum())
        assert found == pytest.approx(expected, rel=1e-6)


def on_the_sphere():
    model = vt.build_vae(
        torch.zeros(2, 6), 3, vt.SpherePrior(), posterior="von_mises_fisher", hidden=(8,), seed=3
    )
    with torch.no_grad():
        for parameter in model.decoder.parameters():
            parameter *= 3
    return model


def test_log_p_is_the_mean_over_samples_of_the_prior():
    model = on_the_sphere()
    x = (torch.rand(5, 6, generator=torch.Generator().manual_seed(1)) > 0.5).float()
    with torch.no_grad():
        p = model.decode(vt.draw(model.prior(), (40_000,), 0))
        likelihood = torch.stack([p.log_prob(row) for row in x], 1).double().exp()
    error = likelihood.std(0) / 200
    exact = exact_log_marginal(model, x).exp()
    assert bool(((exact - likelihood.mean(0)).abs() < 4 * error).all())
    assert float((error / exact).max()) < 0.05  # the samples could tell


def test_elsewhere_it_is_the_plane_or_nothing():
    x = torch.zeros(3, 6)
    flat = vt.build_vae(x, 2, hidden=(8,))
    assert torch.equal(exact_log_marginal(flat, x), vt.log_marginal(flat, x))
    assert exact_log_marginal(vt.build_vae(x, 3, hidden=(8,)), x).isnan().all()
