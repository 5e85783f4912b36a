"""The two gradient estimators against exact values, and the start from the mean picture."""

import math

import pytest
import torch

from vaeteach import build_vae, draw, elbo, fit, kl, load
from vaeteach.checks import gradient_variances
from vaeteach.distributions import gaussian
from vaeteach.training import start_from_mean


@pytest.fixture(scope="module")
def data():
    return load("digits").binarized()


def test_variances_of_both_estimators_for_a_square():
    """f(z) = z^2, z ~ N(m, s^2): reparameterised variance 4 s^2; score function m^4/s^2 + 14 m^2 +
    15 s^2 - 4 m^2.

    E[f^2 score^2] = E[z^4 (z-m)^2] / s^4, expanded in central moments: (m^4 s^2 + 6 m^2 3 s^4 + 15
    s^6) / s^4.
    """
    m, s = 0.7, 1.3
    exact = 4 * s**2, m**4 / s**2 + 18 * m**2 + 15 * s**2 - (2 * m) ** 2
    noise = torch.randn(400_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    measured = gradient_variances.solution(torch.square, lambda z: 2 * z, m, s, noise)
    assert float(measured[0]) == pytest.approx(exact[0], rel=0.02)
    assert float(measured[1]) == pytest.approx(exact[1], rel=0.04)


def test_the_draw_carries_the_gradient_and_a_cut_one_does_not():
    mu, logvar = (
        torch.tensor([[0.3, -1.0]]).requires_grad_(),
        torch.tensor([[0.2, -0.5]]).requires_grad_(),
    )
    z = draw(gaussian(mu, logvar), seed=0)
    by_mu, by_logvar = torch.autograd.grad(z.sum(), (mu, logvar))
    assert torch.equal(by_mu, torch.ones(1, 2))
    assert torch.allclose(by_logvar, (z - mu).detach() / 2)  # d(exp(v/2) e)/dv = (z - mu) / 2
    assert not gaussian(mu, logvar).sample().requires_grad


def test_with_the_draw_cut_only_the_kl_reaches_the_encoder(data):
    model, x = build_vae(data, 2), data.train[:50]
    q = model.encode(x)
    cut = (model.decode(draw(q, seed=0).detach()).log_prob(x) - kl(q, model.prior())).mean()
    price = -kl(model.encode(x), model.prior()).mean()
    encoder = list(model.encoder.parameters())
    for a, b in zip(
        torch.autograd.grad(cut, encoder, retain_graph=True), torch.autograd.grad(price, encoder)
    ):
        assert torch.allclose(a, b, atol=1e-7)


def without_mean(model):
    torch.nn.init.zeros_(model.decoder.net[-1].bias)
    return model


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian", "continuous_bernoulli"])
def test_start_from_mean(data, likelihood):
    images = data if likelihood == "bernoulli" else load("digits")
    started = build_vae(images, 2, likelihood=likelihood)
    plain = without_mean(build_vae(images, 2, likelihood=likelihood))
    # build_vae has done it; on a model of one's own the function does the same
    bias = started.decoder.net[-1].bias.clone()
    assert torch.equal(start_from_mean(plain, images).decoder.net[-1].bias, bias)
    without_mean(plain)
    with torch.no_grad():
        started.decoder.net[-1].weight.zero_()
        mean = started.decode(torch.zeros(1, 2)).mean[0]
        assert torch.allclose(mean, images.train.mean(0).clamp(0.01, 0.99), atol=2e-3)
        bounds = [float(elbo(model, images.test).value.mean()) for model in (plain, started)]
    assert bounds[1] > bounds[0]
    for a, b in zip(plain.encoder.parameters(), started.encoder.parameters()):
        assert torch.equal(a, b)  # nothing else was touched


def test_the_start_saves_steps_and_codes_on_large_pictures(tmp_path, monkeypatch):
    """Ten latents of 28x28 pictures are in use after a few epochs only from the start of build_vae:
    the mean picture, and hidden units that are awake.
    """
    monkeypatch.setenv("VAETEACH_CACHE", str(tmp_path))
    glyphs = load("glyphs", n=2500).binarized()

    def usual(model):
        with torch.no_grad():
            for layer in [*model.encoder.net[:-1], *model.decoder.net[:-1]]:
                if isinstance(layer, torch.nn.Linear):
                    layer.weight /= 2
                    layer.bias /= 2
        return without_mean(model)

    kl, bound = {}, {}
    for name, prepare in (("usual", usual), ("ours", lambda model: model)):
        history = fit(prepare(build_vae(glyphs, 10)), glyphs, epochs=3, progress=False)
        kl[name], bound[name] = history.last("kl"), history.last()
    assert kl["ours"] > 5 > 2 > kl["usual"] and bound["ours"] > bound["usual"] + 10


def test_the_hidden_units_pass_on_what_they_get():
    """From layer to layer the signal keeps its size; with torch's own start it halves in each."""
    x = (torch.rand(400, 100, generator=torch.Generator().manual_seed(0)) < 0.5).float()
    net = build_vae(x, hidden=(100, 100, 100, 100)).encoder.net
    with torch.no_grad():
        first, fourth = (float(net[: 2 * n](x).std(0).mean()) for n in (1, 4))
    assert 0.4 < first < 0.8 and 0.6 < fourth / first < 1.2


def test_start_from_mean_refuses_what_it_does_not_know(data):
    model = build_vae(data, 2)
    with pytest.raises(ValueError, match="ends in a linear layer"):
        start_from_mean(model, torch.rand(5, 63))
    model.decoder.likelihood = torch.nn.Identity()
    with pytest.raises(ValueError, match="parameter_of_mean.*has a Identity"):
        start_from_mean(model, data)


def test_a_mean_over_pixels_is_beta_p(data):
    """(1/P) log p - KL and log p - P KL have gradients that differ by the factor P alone."""
    model, x, p = build_vae(data, 2), data.train[:40], data.pixels
    parameters = list(model.parameters())
    terms = elbo(model, x, seed=0)
    mean = torch.autograd.grad((terms.log_likelihood / p - terms.kl).mean(), parameters)
    weighted = torch.autograd.grad(elbo(model, x, beta=p, seed=0).value.mean(), parameters)
    for a, b in zip(mean, weighted):
        assert torch.allclose(p * a, b, rtol=1e-4, atol=1e-5)


def test_cross_entropy_on_grey_pixels_has_the_mass_that_the_notebook_states():
    pi = torch.linspace(0.001, 0.999, 201, dtype=torch.float64)
    x = torch.linspace(0, 1, 4001, dtype=torch.float64)
    mass = torch.trapezoid(pi[:, None] ** x * (1 - pi[:, None]) ** (1 - x), x)
    exact = torch.where(pi == 0.5, 0.5, (2 * pi - 1) / torch.logit(pi))
    assert torch.allclose(mass, exact, rtol=1e-4) or (mass - exact).abs().nan_to_num().max() < 1e-4
    assert mass.max() == pytest.approx(0.5, abs=1e-4) and mass.argmax() == 100
    assert (mass[:100].diff() > 0).all()  # less and less towards the ends
    assert math.isclose(float(mass[0]), float(mass[-1]), rel_tol=1e-6)
