"""The RBM against brute force over every (v, h), against scikit-learn, and against annealed
importance sampling.
"""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from vaeteach.data import load
from vaeteach.machines import RBM, annealed_log_partition, contrastive_divergence


def random_rbm(n_visible, n_hidden, seed=0, scale=1.0):
    rbm, g = RBM(n_visible, n_hidden).double(), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in rbm.parameters():
            p.copy_(scale * torch.randn(p.shape, generator=g, dtype=torch.float64))
    return rbm


def brute_force(rbm):
    """States and the table p(v, h) from the definition alone, in numpy and Python loops."""
    w, a, b = (p.detach().numpy() for p in (rbm.weight, rbm.visible_bias, rbm.hidden_bias))
    vs = np.array(list(itertools.product([0.0, 1.0], repeat=len(a))))
    hs = np.array(list(itertools.product([0.0, 1.0], repeat=len(b))))
    weight = np.array([[np.exp(a @ v + b @ h + v @ w @ h) for h in hs] for v in vs])
    return vs, hs, weight


def test_everything_exact_agrees_with_brute_force():
    rbm = random_rbm(4, 3)
    vs, hs, weight = brute_force(rbm)
    z, v = weight.sum(), torch.tensor(vs)
    assert rbm.log_partition().item() == pytest.approx(np.log(z), abs=1e-12)
    assert rbm.log_prob(v).detach().numpy() == pytest.approx(np.log(weight.sum(1) / z), abs=1e-12)
    assert rbm.hidden_log_prob().detach().numpy() == pytest.approx(
        np.log(weight.sum(0) / z), abs=1e-12
    )
    assert rbm.hidden_marginal().detach().numpy() == pytest.approx(
        weight.sum(0) / z @ hs, abs=1e-12
    )
    p, on = weight.sum(0) / z, weight.sum(0) / z @ hs
    alone = np.prod(np.where(hs == 1, on, 1 - on), axis=1)
    assert rbm.total_correlation().item() == pytest.approx(p @ np.log(p / alone), abs=1e-12)
    posterior = weight / weight.sum(1, keepdims=True)
    assert rbm.hidden(v).mean.detach().numpy() == pytest.approx(posterior @ hs, abs=1e-12)
    rows = v[[1, 5, 5, 14]]
    average = posterior[[1, 5, 5, 14]].mean(0)
    assert rbm.average_posterior(rows).detach().numpy() == pytest.approx(average @ hs, abs=1e-12)
    assert rbm.aggregate_log_prob(rows).detach().numpy() == pytest.approx(
        np.log(average), abs=1e-12
    )


def test_energy_is_the_exponent_of_the_joint():
    rbm = random_rbm(3, 2)
    vs, hs, weight = brute_force(rbm)
    for i, v in enumerate(vs):
        energies = rbm.energy(torch.tensor(np.repeat(v[None], len(hs), 0)), torch.tensor(hs))
        assert (-energies).exp().detach().numpy() == pytest.approx(weight[i], rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 7), st.integers(1, 7), st.integers(0, 50), st.floats(0.0, 30.0))
def test_the_log_probabilities_of_all_images_add_up_to_one(n_visible, n_hidden, seed, scale):
    rbm = random_rbm(n_visible, n_hidden, seed, scale)
    v = torch.tensor(list(itertools.product([0.0, 1.0], repeat=n_visible)), dtype=torch.float64)
    assert rbm.log_prob(v).logsumexp(0).item() == pytest.approx(0, abs=1e-9)


def transition(rbm):
    """T[v, v'] = sum_h p(h|v) p(v'|h), from the brute-force joint."""
    _, _, weight = brute_force(rbm)
    return weight / weight.sum(1, keepdims=True) @ (weight / weight.sum(0)).T


def test_gibbs_step_follows_the_exact_transition_and_is_in_detailed_balance():
    rbm = random_rbm(4, 3, seed=1)
    vs, _, weight = brute_force(rbm)
    t, p, n = transition(rbm), weight.sum(1) / weight.sum(), 20_000
    flow = p[:, None] * t
    assert flow == pytest.approx(flow.T, abs=1e-14)
    for i, v in enumerate(vs):
        after = rbm.gibbs(torch.tensor(v).expand(n, -1), 1, seed=i).numpy()
        counts = np.bincount((after @ [8, 4, 2, 1]).astype(int), minlength=16)
        assert stats.chisquare(counts, n * t[i]).pvalue > 1e-3 / len(vs)


def test_two_gibbs_steps_are_the_square_of_one():
    rbm = random_rbm(3, 2, seed=2)
    t, n = transition(rbm), 40_000
    after = rbm.gibbs(torch.zeros(n, 3, dtype=torch.float64), 2, seed=0).numpy()
    counts = np.bincount((after @ [4, 2, 1]).astype(int), minlength=8)
    assert stats.chisquare(counts, n * (t @ t)[0]).pvalue > 1e-3


def test_samples_have_the_exact_pixel_means():
    rbm = random_rbm(5, 3, seed=3)
    vs, _, weight = brute_force(rbm)
    exact = weight.sum(1) / weight.sum() @ vs
    pictures = rbm.sample(20_000, seed=0)
    error = pictures.std(0).numpy() / np.sqrt(len(pictures))
    assert np.all(abs(pictures.mean(0).numpy() - exact) < 4.5 * error)


def test_beyond_sixteen_hidden_units_samples_come_from_a_chain_that_agrees():
    rbm = random_rbm(5, 17, seed=4, scale=0.5)
    v = torch.tensor(list(itertools.product([0.0, 1.0], repeat=5)), dtype=torch.float64)
    exact = rbm.log_prob(v).exp() @ v
    pictures = rbm.sample(4000, steps=50, seed=0)
    assert torch.allclose(pictures.mean(0), exact, atol=0.03)


def test_the_gradient_of_the_likelihood_is_average_posterior_minus_marginal():
    rbm = random_rbm(6, 4, seed=5)
    v = (
        torch.rand(10, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64) > 0.5
    ).double()
    rbm.log_prob(v).mean().backward()
    assert torch.allclose(
        rbm.hidden_bias.grad, rbm.average_posterior(v) - rbm.hidden_marginal(), atol=1e-12
    )


@pytest.mark.parametrize("probability", [0.5, 0.2])
def test_the_hidden_biases_alone_set_every_marginal(probability):
    rbm = random_rbm(5, 4)
    pinned = rbm.requires_grad_(False).with_hidden_marginal(probability)
    vs, hs, weight = brute_force(pinned)
    assert (weight.sum(0) / weight.sum()) @ hs == pytest.approx([probability] * 4, abs=1e-5)
    assert torch.equal(pinned.weight, rbm.weight)
    assert torch.equal(pinned.visible_bias, rbm.visible_bias)
    assert not torch.equal(pinned.hidden_bias, rbm.hidden_bias)


def test_one_update_with_long_chains_is_the_exact_gradient_within_sampling_error():
    rbm, n = random_rbm(4, 3, seed=6, scale=0.7), 40_000
    v = (
        torch.rand(n, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64) > 0.3
    ).double()
    rbm.log_prob(v).mean().backward()
    before = [p.detach().clone() for p in rbm.parameters()]
    contrastive_divergence(rbm, v, epochs=1, batch_size=n, lr=1.0, k=50)
    for p, old in zip(rbm.parameters(), before):
        assert torch.allclose(p.detach() - old, p.grad, atol=5 * 0.5 / np.sqrt(n))


@pytest.fixture(scope="module")
def digits():
    return load("digits").binarized()


@pytest.fixture(scope="module")
def trained(digits):
    rbm = RBM(64, 12)
    return contrastive_divergence(rbm, digits.train, epochs=40, persistent=True)


def independent_pixels(digits):
    p = (digits.train.sum(0) + 0.5) / (len(digits.train) + 1)
    return torch.distributions.Bernoulli(p).log_prob(digits.test).sum(1).mean()


def test_held_out_likelihood_beats_independent_pixels_and_is_no_worse_than_scikit_learn(
    digits, trained
):
    from sklearn.neural_network import BernoulliRBM

    ours = trained.log_prob(digits.test)
    assert ours.mean() > independent_pixels(digits) + 3
    sklearn = []
    for seed in range(3):  # the same exact measure for theirs: their weights in our sum
        other = BernoulliRBM(12, learning_rate=0.1, batch_size=10, n_iter=40, random_state=seed)
        other.fit(digits.train.numpy())
        weights = {
            "weight": other.components_.T,
            "hidden_bias": other.intercept_hidden_,
            "visible_bias": other.intercept_visible_,
        }
        rbm = RBM(64, 12)
        rbm.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
        theirs = other._free_energy(digits.test.numpy())
        assert rbm.free_energy(digits.test).detach().numpy() == pytest.approx(theirs, abs=1e-3)
        sklearn.append(rbm.log_prob(digits.test).mean().item())
    assert ours.mean().item() > np.median(sklearn) - 0.1


@pytest.mark.parametrize("k", [1, 5])
def test_contrastive_divergence_learns_too(digits, k):
    rbm = contrastive_divergence(RBM(64, 12), digits.train, epochs=10, k=k)
    assert rbm.log_prob(digits.test).mean() > independent_pixels(digits) + 3


def test_training_moves_the_implied_prior_onto_the_average_posterior(digits, trained):
    def distance(rbm):
        return (rbm.hidden_marginal() - rbm.average_posterior(digits.train)).abs().max().item()

    marginals = []
    contrastive_divergence(RBM(64, 12), digits.train, epochs=1, on_epoch=marginals.append)
    assert marginals == [0, 1]
    assert distance(trained) < 0.15
    moved = (trained.hidden_marginal() - 0.5).abs().max().item()
    assert moved > 0.1  # and not because both stayed at one half


def test_annealed_importance_sampling_finds_log_z(digits, trained):
    p = (digits.train.sum(0) + 0.5) / (len(digits.train) + 1)
    exact = trained.log_partition().item()
    for base in (None, p.logit()):
        estimate, error = annealed_log_partition(trained, base=base)
        assert abs(estimate - exact) < 0.5
        assert abs(estimate - exact) < 4 * error + 0.01


def test_annealed_importance_sampling_beyond_the_sum_over_hidden_units():
    rbm = random_rbm(10, 24, scale=0.4)  # 2^24 hidden states are refused, 2^10 visible ones add up
    estimate, error = annealed_log_partition(rbm, steps=500, chains=300)
    assert abs(estimate - rbm.log_partition().item()) < min(0.5, 4 * error + 0.01)
    with pytest.raises(ValueError, match="between 1 and 16"):
        rbm.hidden_log_prob()
    with pytest.raises(ValueError, match="annealed importance sampling"):
        RBM(64, 24).log_partition()


def test_same_seed_same_numbers_and_the_global_generator_stays(digits):
    before = torch.get_rng_state()
    one, two, three = (RBM(64, 5, seed=s) for s in (1, 1, 2))
    for rbm in (one, two):
        contrastive_divergence(rbm, digits.train[:200], epochs=1, seed=3)
    assert torch.equal(one.weight, two.weight) and not torch.equal(one.weight, three.weight)
    assert torch.equal(one.sample(3, seed=1), two.sample(3, seed=1))
    assert annealed_log_partition(one, steps=5, chains=5) == annealed_log_partition(
        two, steps=5, chains=5
    )
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: RBM(0, 3), "n_visible must be a whole number of at least 1, got 0"),
        (lambda: RBM(3, 2.0), "n_hidden must be a whole number of at least 1, got 2.0"),
        (lambda: RBM(4, 2).log_prob(torch.rand(3, 4)), "binarized"),
        (lambda: RBM(4, 2).log_prob(torch.zeros(3, 5)), r"expected \(B, 4\)"),
        (lambda: RBM(4, 2).log_prob(torch.full((3, 4), torch.nan)), "NaN"),
        (lambda: RBM(4, 2).log_prob(torch.zeros(0, 4)), "empty"),
        (lambda: RBM(4, 2).log_prob(torch.zeros(3, 4, dtype=torch.int64)), "floating-point"),
        (lambda: RBM(4, 2).log_prob([[0, 1, 1, 0]]), "list"),
        (
            lambda: contrastive_divergence(RBM(4, 2), torch.zeros(3, 4), epochs=0),
            "epochs must be a whole number of at least 1, got 0",
        ),
        (
            lambda: contrastive_divergence(RBM(4, 2), torch.zeros(3, 4), epochs=1, k=0),
            "k must be a whole number of at least 1, got 0",
        ),
        (
            lambda: annealed_log_partition(RBM(4, 2), steps=0),
            "steps must be a whole number of at least 1, got 0",
        ),
    ],
)
def test_bad_input_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_rate_that_explodes_is_stopped():
    v = (torch.rand(20, 6, generator=torch.Generator().manual_seed(0)) > 0.5).float()
    with pytest.raises(ArithmeticError, match="after 1 updates: use a smaller lr"):
        contrastive_divergence(RBM(6, 3), v, epochs=3, lr=float("inf"))


def test_training_can_be_stopped_from_on_epoch():
    seen = []
    v = torch.zeros(4, 3)
    contrastive_divergence(
        RBM(3, 2), v, epochs=10, on_epoch=lambda epoch: seen.append(epoch) or epoch == 2
    )
    assert seen == [0, 1, 2]
