"""Encoder, decoder and VAE: shapes, seeds, exact pixels, and a sentence for what does not fit."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from vaeteach import build_vae, elbo, iwae_bound, load
from vaeteach.distributions import gaussian
from vaeteach.models import VAE


@pytest.fixture(scope="module")
def digits():
    return load("digits").binarized()


@given(
    st.integers(1, 4),
    st.integers(1, 6),
    st.integers(1, 9),
    st.sampled_from(["gaussian", "continuous_bernoulli"]),
)
def test_every_distribution_has_one_event_axis(batch, latent, pixels, likelihood):
    model = build_vae(torch.rand(3, pixels), latent_dim=latent, likelihood=likelihood, hidden=(4,))
    x = torch.rand(batch, pixels)
    q, p = model.encode(x), model.decode(torch.zeros(7, batch, latent))
    assert (q.batch_shape, q.event_shape) == ((batch,), (latent,))
    assert (p.batch_shape, p.event_shape) == ((7, batch), (pixels,))
    assert model.prior().event_shape == (latent,)
    assert all(term.shape == (batch,) for term in elbo(model, x))


def test_the_bound_adds_up_and_repeats(digits):
    model = build_vae(digits)
    before = torch.get_rng_state()
    bound = elbo(model, digits.test, beta=1.0, seed=3)
    assert torch.equal(bound.value, bound.log_likelihood - bound.kl)
    assert torch.equal(bound.value, elbo(model, digits.test, seed=3).value)
    assert not torch.equal(bound.value, elbo(model, digits.test, seed=4).value)
    heavy = elbo(model, digits.test, beta=4.0, seed=3)
    assert torch.allclose(heavy.value, bound.log_likelihood - 4 * bound.kl)
    assert torch.equal(before, torch.get_rng_state())


def test_bernoulli_log_likelihood_by_hand():
    model = build_vae(torch.zeros(1, 2), latent_dim=1, hidden=())
    with torch.no_grad():
        model.decoder.net[0].weight.zero_()
        # probabilities 1/2 and 1, from logits
        model.decoder.net[0].bias.copy_(torch.tensor([0.0, 200.0]))
        log_prob = model.decode(torch.zeros(1, 1)).log_prob(torch.tensor([[1.0, 0.0]]))
    # log(1/2) - 200: no probability rounds to 1
    assert log_prob.item() == pytest.approx(-0.693147 - 200.0, rel=1e-6)


def test_sampling_is_seeded_and_hidden_from_the_global_state(digits):
    model = build_vae(digits)
    before = torch.get_rng_state()
    assert torch.equal(model.sample(5, seed=1), model.sample(5, seed=1))
    assert model.sample(5, seed=1).shape == (5, 64) and not model.sample(2).requires_grad
    assert torch.equal(
        build_vae(digits, seed=2).encoder.net[0].weight,
        build_vae(digits, seed=2).encoder.net[0].weight,
    )
    assert not torch.equal(
        build_vae(digits, seed=2).encoder.net[0].weight, model.encoder.net[0].weight
    )
    assert torch.equal(before, torch.get_rng_state())


def test_the_whole_model_moves_to_double_precision(digits):
    model = build_vae(digits).double()
    assert elbo(model, digits.test[:3].double()).value.dtype == torch.float64


def test_wrong_shapes_and_settings_get_a_sentence(digits):
    model = build_vae(digits)
    with pytest.raises(ValueError, match="64 pixels.*Flatten"):
        model.encode(torch.zeros(2, 8, 8))
    with pytest.raises(ValueError, match="2 dimensions"):
        model.decode(torch.zeros(2, 3))
    with pytest.raises(TypeError, match="list"):
        model.encode([[0.0] * 64])
    for wrong in (0, -1, 1.5, True, "2"):
        with pytest.raises(ValueError, match="latent_dim"):
            build_vae(digits, latent_dim=wrong)
    with pytest.raises(ValueError, match="'poisson'.*'bernoulli'"):
        build_vae(digits, likelihood="poisson")
    with pytest.raises(ValueError, match="posterior"):
        build_vae(digits, posterior="cauchy")
    with pytest.raises(ValueError, match="hidden"):
        build_vae(digits, hidden=(0,))
    with pytest.raises(ValueError, match="same space"):
        elbo(VAE(model.encoder, model.decoder, build_vae(digits, latent_dim=3).prior), digits.test)


def test_grey_and_broken_pixels_are_refused_under_a_bernoulli(digits):
    model = build_vae(digits)
    with pytest.raises(ValueError, match="grey.*binarise"):
        elbo(model, load("digits").test)
    broken = digits.test.clone()
    broken[3, 5] = torch.nan
    with pytest.raises(ValueError, match="NaN"):
        elbo(model, broken)


def test_the_importance_weighted_bound_does_not_depend_on_its_chunks(digits):
    model, x = build_vae(digits), digits.test[:4]
    whole = iwae_bound(model, x, 60, seed=0)
    parts = iwae_bound(model, x, 60, seed=0, chunk=4 * 64 * 20)
    assert whole.shape == (4,) and torch.allclose(whole, parts, atol=1e-4)
    for wrong in (0, -3, 2.5):
        with pytest.raises(ValueError, match="n_samples"):
            iwae_bound(model, x, wrong)


def test_a_prior_is_any_module_that_returns_a_distribution(digits):
    class Shifted(nn.Module):
        def forward(self):
            return gaussian(torch.full((2,), 3.0), torch.zeros(2))

    model = build_vae(digits, prior=Shifted())
    assert torch.allclose(
        elbo(model, digits.test).kl, build_elbo_kl_by_hand(model, digits.test, 3.0), atol=1e-4
    )


def build_elbo_kl_by_hand(model, x, mean):
    q = model.encode(x)  # KL(N(mu, s^2) || N(mean, 1)) = 1/2 sum (mu - mean)^2 + s^2 - 1 - log s^2
    return 0.5 * ((q.mu - mean) ** 2 + q.logvar.exp() - 1 - q.logvar).sum(1)


@pytest.mark.parametrize("logit", [-30.0, -1.0, -0.11, -0.09, -1e-4, 0.0, 1e-3, 0.5, 20.0])
def test_the_mean_of_a_continuous_bernoulli_by_quadrature(logit):
    model = build_vae(torch.rand(1, 1), latent_dim=1, hidden=(), likelihood="continuous_bernoulli")
    p = model.decoder.likelihood(torch.tensor([[logit]]))
    x = np.linspace(0, 1, 20_001)
    density = np.exp(logit * x - max(logit, 0.0))  # proportional to lambda^x (1 - lambda)^(1 - x)
    expected = np.trapezoid(x * density, x) / np.trapezoid(density, x)
    assert p.mean.item() == pytest.approx(expected, abs=2e-5)
    values = torch.linspace(0, 1, 20_001)[:, None]
    assert torch.trapezoid(p.log_prob(values).exp(), values[:, 0]).item() == pytest.approx(
        1, abs=1e-4
    )
