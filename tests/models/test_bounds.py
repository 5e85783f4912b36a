"""The importance-weighted bound: its order, its limit, its variance, and bad input."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vaeteach import build_vae, elbo, fit, iwae_bound, load, log_marginal


@pytest.fixture(scope="module")
def trained():
    data = load("digits").binarized()
    model = build_vae(data, hidden=(64,))
    fit(model, data, epochs=6, progress=False)
    return model, data.test[:60]


def bounds(model, x, k, seeds=30):
    with torch.no_grad():
        return torch.stack([iwae_bound(model, x, k, seed=s).mean() for s in range(seeds)])


def test_one_sample_is_the_elbo_in_expectation(trained):
    model, x = trained
    with torch.no_grad():
        closed = torch.stack([elbo(model, x, seed=s).value.mean() for s in range(400)])
    one = bounds(model, x, 1, 400)
    error = math.hypot(closed.std(), one.std()) / 20
    assert abs(one.mean() - closed.mean()) < 4 * error


def test_rises_with_k_towards_the_exact_value(trained):
    model, x = trained
    exact = log_marginal(model, x).mean()
    runs = {k: bounds(model, x, k, 150) for k in (1, 2, 6)}
    means = [run.mean() for run in runs.values()]
    errors = [run.std() / len(run) ** 0.5 for run in runs.values()]
    for low, high, a, b in zip(means, means[1:], errors, errors[1:]):
        assert high - low > 2.5 * math.hypot(a, b)
    assert all(mean < exact + 3 * error for mean, error in zip(means, errors))
    assert runs[6].std() < runs[1].std()


def test_5000_samples_reach_the_exact_value_within_a_tenth_of_a_nat(trained):
    model, x = trained
    with torch.no_grad():
        assert abs(iwae_bound(model, x, 5000).mean() - log_marginal(model, x).mean()) < 0.1


def test_mean_weight_is_unbiased_for_the_evidence(trained):
    """exp of the bound has mean p(x) for every K: the same number, with and without many
    samples.
    """
    model, x = trained
    exact = log_marginal(model, x[:20])
    with torch.no_grad():
        ratios = torch.stack(
            [(iwae_bound(model, x[:20], 20, seed=s) - exact).exp() for s in range(300)]
        )
    score = (ratios.mean(0) - 1) / (ratios.std(0) / 300**0.5)
    assert score.abs().median() < 2 and score.abs().max() < 6  # the weights have heavy tails


def test_chunks_only_change_the_draws(trained):
    """Small pieces give the same bound within its error, and any number of samples comes out as
    asked.
    """
    model, x = trained
    with torch.no_grad():
        whole = torch.stack([iwae_bound(model, x, 50, seed=s).mean() for s in range(20)])
        pieces = torch.stack(
            [iwae_bound(model, x, 50, seed=s, chunk=x.numel() * 7).mean() for s in range(20)]
        )
    assert abs(whole.mean() - pieces.mean()) < 4 * math.hypot(whole.std(), pieces.std()) / 20**0.5


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 60), st.integers(1, 4), st.integers(0, 1000))
def test_one_number_an_image_and_the_same_call_gives_the_same(k, batch, seed):
    x = (torch.rand(batch, 9, generator=torch.Generator().manual_seed(seed)) < 0.5).float()
    # images with a pixel of one half: the start from the mean picture may be sure of the others
    model = build_vae((torch.arange(2.0)[:, None]).expand(2, 9), hidden=(8,))
    with torch.no_grad():
        first = iwae_bound(model, x, k, seed=seed)
        assert first.shape == (batch,) and torch.equal(first, iwae_bound(model, x, k, seed=seed))
        assert (iwae_bound(model, x, k, seed=seed, chunk=9 * batch * 3) < 0).all()


def test_gradient_of_one_sample_is_that_of_the_sampled_elbo(trained):
    model, x = trained
    parameters = list(model.decoder.parameters())
    first = torch.autograd.grad(iwae_bound(model, x, 1, seed=3).sum(), parameters)
    second = torch.autograd.grad(elbo(model, x, seed=3).log_likelihood.sum(), parameters)
    assert all(torch.allclose(a, b, rtol=1e-3, atol=1e-3) for a, b in zip(first, second))


@pytest.mark.parametrize("k", [0, -3, 2.5, "many", None])
def test_bad_sample_numbers_get_a_sentence(trained, k):
    with pytest.raises(ValueError, match="whole number of at least 1"):
        iwae_bound(*trained, k)


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


def test_the_importance_weighted_bound_does_not_depend_on_its_chunks(digits):
    model, x = build_vae(digits), digits.test[:4]
    whole = iwae_bound(model, x, 60, seed=0)
    parts = iwae_bound(model, x, 60, seed=0, chunk=4 * 64 * 20)
    assert whole.shape == (4,) and torch.allclose(whole, parts, atol=1e-4)
    for wrong in (0, -3, 2.5):
        with pytest.raises(ValueError, match="n_samples"):
            iwae_bound(model, x, wrong)
