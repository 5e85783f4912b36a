"""Encoder, decoder and VAE: shapes, seeds, exact pixels, and a sentence for what does not fit."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from vaeteach import build_vae, elbo
from vaeteach.distributions import gaussian
from vaeteach.models import VAE


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
