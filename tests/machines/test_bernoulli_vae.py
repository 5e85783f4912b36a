"""Latents that are bits: the exact sums against brute force, and the score-function gradient
against the exact one.
"""

import itertools

import numpy as np
import pytest
import torch

from vaeteach.data import load
from vaeteach.distributions import kl
from vaeteach.machines import (
    all_states,
    average_posterior_bits,
    build_bernoulli_vae,
    exact_bits,
    leave_one_out,
    relaxed,
)
from vaeteach.models import elbo, iwae_bound
from vaeteach.training import fit


@pytest.fixture(scope="module")
def small():
    """A VAE of four pixels and three bits with large weights, and all images."""
    model, g = (
        build_bernoulli_vae(torch.zeros(1, 4), 3, hidden=(5,)).double(),
        torch.Generator().manual_seed(0),
    )
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn(p.shape, generator=g, dtype=torch.float64))
    return model, all_states(4, torch.float64)


def test_exact_sums_agree_with_brute_force(small):
    model, images = small
    exact = exact_bits(model, images)
    for i, x in enumerate(images):
        joint, log_q = [], []
        for z in itertools.product([0.0, 1.0], repeat=3):
            z = torch.tensor(z, dtype=torch.float64)
            joint.append((model.prior().log_prob(z) + model.decode(z).log_prob(x)).item())
            log_q.append(model.encode(x).log_prob(z).item())
        joint, log_q = np.array(joint), np.array(log_q)
        assert exact.log_marginal[i].item() == pytest.approx(np.logaddexp.reduce(joint), abs=1e-10)
        assert exact.elbo[i].item() == pytest.approx(
            np.sum(np.exp(log_q) * (joint - log_q)), abs=1e-10
        )
    assert (exact.gap > 0).all()
    assert exact.log_marginal.logsumexp(0).item() == pytest.approx(0, abs=1e-10)


def test_average_posterior_is_the_mean_over_images(small):
    model, images = small
    table = torch.stack(
        [model.encode(x).log_prob(all_states(3, torch.float64)).exp() for x in images]
    ).mean(0)
    assert torch.allclose(average_posterior_bits(model, images), table, atol=1e-12)


def test_the_score_gradient_is_unbiased(small):
    model, images = small
    # batches of one image many times: each gives the mean of so many independent estimates
    x, copies, batches = images[5:6], 100, 200
    parameters = list(model.parameters())
    exact = torch.autograd.grad(exact_bits(model, x).elbo.sum(), parameters)
    exact = torch.cat([g.flatten() for g in exact])
    g = torch.Generator().manual_seed(0)
    estimates = []
    for _ in range(batches):
        value = leave_one_out(model, x.expand(copies, -1), 3, seed=g).value.mean()
        parts = torch.autograd.grad(value, parameters)
        estimates.append(torch.cat([part.flatten() for part in parts]))
    estimates = torch.stack(estimates)
    error = estimates.std(0) / batches**0.5
    assert ((estimates.mean(0) - exact).abs() < 4.5 * error + 1e-9).all()
    assert (exact.abs() > 10 * error).sum() > 20  # and the gradient is not just lost in the noise


def test_without_the_score_the_encoder_feels_the_kl_alone(small):
    model, images = small
    weights = list(model.encoder.parameters())
    through = torch.autograd.grad(elbo(model, images).value.sum(), weights)
    only_kl = torch.autograd.grad(-kl(model.encode(images), model.prior()).sum(), weights)
    assert all(torch.allclose(a, b) for a, b in zip(through, only_kl))


def test_value_adds_up_and_estimates_the_exact_bound(small):
    model, images = small
    bound = leave_one_out(model, images, 20_000)
    assert torch.allclose(bound.value, bound.log_likelihood - bound.kl)
    assert torch.allclose(bound.value, exact_bits(model, images).elbo, atol=0.05)


def test_importance_weighted_bound_closes_on_the_sum(small):
    model, images = small
    assert torch.allclose(
        iwae_bound(model, images, 20_000), exact_bits(model, images).log_marginal, atol=0.1
    )


@pytest.mark.parametrize("learn", [True, False])
def test_digits_train_and_the_learned_prior_is_the_average_posterior(learn):
    digits = load("digits").binarized()
    model = build_bernoulli_vae(digits, 8, learn_prior=learn)
    fit(model, digits, epochs=15, batch_size=64, lr=2e-2, objective=leave_one_out, progress=False)
    with torch.no_grad():
        assert exact_bits(model, digits.test).log_marginal.mean() > -21.5
    average = average_posterior_bits(model, digits.train) @ all_states(8)
    if learn:
        assert (
            (model.prior().mean - average).abs().max()
            < 0.05
            < (model.prior().mean - 0.5).abs().max()
        )
    else:
        assert torch.equal(model.prior().mean, torch.full((8,), 0.5))


def test_bad_input_gets_a_sentence():
    with pytest.raises(ValueError, match="two are needed"):
        leave_one_out(build_bernoulli_vae(torch.zeros(1, 4), 2), torch.zeros(1, 4), n_samples=1)
    with pytest.raises(ValueError, match="latent_dim must be a whole number of at least 1"):
        build_bernoulli_vae(torch.zeros(1, 4), 0)
    with pytest.raises(ValueError, match="between 1 and 16"):
        exact_bits(build_bernoulli_vae(torch.zeros(1, 4), 20), torch.zeros(1, 4))


def test_relaxed_bits_become_bits_as_the_temperature_falls(small):
    """At a low temperature the mean over much noise is the likelihood of sampled bits."""
    model, images = small
    x = images[5:6].expand(4000, -1)
    log_likelihood = exact_bits(model, images[5:6]).elbo + kl(
        model.encode(images[5:6]), model.prior()
    )
    cold = relaxed(model, x, temperature=0.01, seed=1).log_likelihood
    error = cold.std().item() / len(cold) ** 0.5
    assert (cold.mean() - log_likelihood).abs().item() < 4 * error
    # warm bits are between zero and one: another decoder input, another value
    warm = relaxed(model, x, temperature=1.0, seed=1).log_likelihood
    assert (warm.mean() - log_likelihood).abs().item() > 6 * error


def test_relaxed_bits_hand_the_likelihood_to_the_encoder(small):
    model, images = small
    bound = relaxed(model, images)
    assert torch.allclose(bound.value, bound.log_likelihood - bound.kl)
    gradients = torch.autograd.grad(bound.log_likelihood.sum(), list(model.encoder.parameters()))
    assert all(bool(g.isfinite().all()) and g.abs().max() > 0 for g in gradients)
    with pytest.raises(ValueError, match="temperature must be a positive number"):
        relaxed(model, images, temperature=0)
