"""The rules of integration: how exact, how wide, how large."""

import math
import subprocess
import sys

import pytest
import torch
from exact_models import Fixed, trained_on
from torch import nn
from torch.distributions import Beta, Independent, StudentT

from vaeteach import VAE, bound_gap, build_vae, load, log_marginal, posterior_grid, quadrature_error
from vaeteach.distributions import draw, gaussian
from vaeteach.exact import integrals as exact


def test_201_points_are_exact_to_1e_6_and_21_are_not(model, data):
    x = data.test[:60]
    assert quadrature_error(model.double(), x.double()).max() < 1e-6
    # float32 rounding of numbers near 20 nats
    assert quadrature_error(model.float(), x).max() < 5e-6
    assert (log_marginal(model, x, 21) - log_marginal(model, x)).abs().max() > 1e-3


def test_relu_layers_stall(data):
    smooth, kinked = (
        quadrature_error(
            trained_on(data, hidden=(64,), activation=a).double(), data.test[:60].double()
        ).max()
        for a in (nn.Tanh, nn.ReLU)
    )
    assert smooth < 1e-6 < 1e-5 < kinked


@pytest.mark.parametrize("likelihood", ["bernoulli", "continuous_bernoulli", "gaussian"])
def test_matrix_product_agrees_with_the_likelihoods_own_log_prob(data, likelihood):
    model = build_vae(data, hidden=(16,), likelihood=likelihood)
    x = data.test[:5] if likelihood == "bernoulli" else load("digits").test[:5]
    z = draw(model.prior(), (50,))
    with torch.no_grad():
        p = model.decode(z)
        direct = torch.stack([p.log_prob(row) for row in x], 1)
    from vaeteach.exact import pairwise_log_prob

    assert torch.allclose(pairwise_log_prob(p, x).float(), direct, atol=2e-4, rtol=1e-5)


def test_another_likelihood_takes_the_general_road(data):
    class Laplace(nn.Module):
        def forward(self, h):
            return Independent(torch.distributions.Laplace(h, 1.0), 1)

    model = build_vae(data, hidden=(16,))
    model.decoder.likelihood = Laplace()
    x = load("digits").test[:3]
    z = draw(model.prior(), (200_000,))
    with torch.no_grad():
        weight = model.decode(z).log_prob(x[:1])
        estimate = torch.logsumexp(weight, 0) - math.log(len(z))
        error = (weight - estimate).exp().std() / math.sqrt(len(z))
    assert abs(float(log_marginal(model, x)[0] - estimate)) < 4 * float(error)


def test_box_widens_for_a_far_prior_and_says_so(data, capsys):
    """Moving prior and decoder together changes nothing about p(x)."""
    model = build_vae(data, hidden=(16,), seed=2)
    with torch.no_grad():
        model.encoder.net[-1].weight.mul_(0.01)
    x = data.test[:8]
    before = log_marginal(model, x)
    assert capsys.readouterr().out == ""
    shift = torch.tensor([7.0, -3.0])
    with torch.no_grad():
        model.decoder.net[0].bias -= model.decoder.net[0].weight @ shift
    moved = VAE(model.encoder, model.decoder, Fixed(gaussian(shift, torch.zeros(2))))
    assert torch.allclose(log_marginal(moved, x), before, atol=1e-4)
    assert "in place of [-6, 6]" in capsys.readouterr().out
    assert "in place of" in posterior_grid(moved, x).note
    log_marginal(moved, x, box=(-5, 5))
    assert "the prior integrates to" in capsys.readouterr().out


def test_narrow_posteriors_ask_for_a_finer_grid(data, capsys):
    model = build_vae(data, hidden=(16,))
    with torch.no_grad():
        model.encoder.net[-1].bias[2:] = -9.0
    log_marginal(model, data.test[:3])
    assert "ask for more points" in capsys.readouterr().out


def test_heavy_tails_are_covered_or_mentioned(data, capsys):
    model = build_vae(data, hidden=(16,))
    for df in (1.5, 5.0):
        model.prior = Fixed(Independent(StudentT(torch.full((2,), df)), 1))
        value = log_marginal(model, data.test[:3])
        assert torch.isfinite(value).all()
    assert "the prior integrates to" in capsys.readouterr().out


def test_prior_on_the_unit_square(data):
    """Against simple Monte Carlo from the prior."""
    model = build_vae(data, hidden=(16,), seed=4)
    model.prior = Fixed(Independent(Beta(torch.tensor([2.0, 2.0]), torch.tensor([1.0, 3.0])), 1))
    x = data.test[:4]
    z = draw(model.prior(), (100_000,))
    with torch.no_grad():
        weight = torch.stack([model.decode(z).log_prob(row) for row in x])
    estimate = weight.logsumexp(1) - math.log(len(z))
    error = (weight - estimate[:, None]).exp().std(1) / math.sqrt(len(z))
    assert ((log_marginal(model, x) - estimate).abs() < 5 * error).all()


def test_bad_masks_boxes_and_sizes_get_a_sentence(data):
    model, x = build_vae(data, hidden=(8,)), data.test[:2]
    with pytest.raises(ValueError, match="Boolean mask"):
        log_marginal(model, x, observed=torch.ones(64))
    with pytest.raises(ValueError, match="Boolean mask"):
        log_marginal(model, x, observed=torch.ones(63, dtype=bool))
    with pytest.raises(ValueError, match="low < high"):
        log_marginal(model, x, box=(3, -3))
    with pytest.raises(ValueError, match="at a time"):
        posterior_grid(model, data.train, points=801)


def test_memory_stays_under_500_mb():
    """Of the whole process: the 10,000 images of a large test set on 28x28 pixels, a quarter of the
    grid each way.
    """
    code = """
import resource, torch
from vaeteach import build_vae, log_marginal
from vaeteach.distributions import generator
x = (torch.rand(3000, 784, generator=generator(0)) < 0.3).float()
model = build_vae(x, hidden=(32,))
log_marginal(model, x[:1], points=11)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
log_marginal(model, x, points=71)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3)
"""
    if sys.platform == "win32":
        pytest.skip("resource usage is read the Unix way")
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    unit = 1e-3 if sys.platform == "darwin" else 1.0
    assert float(out.split()[-1]) * unit < 500


def test_blocks_do_not_change_the_result(model, data, monkeypatch):
    x = data.test[:7]
    whole = log_marginal(model, x), bound_gap(model, x)
    monkeypatch.setattr(exact, "_BLOCK", 7 * 1000)
    assert torch.allclose(whole[0], log_marginal(model, x), atol=1e-6)
    assert torch.allclose(whole[1], bound_gap(model, x), atol=1e-5)
