"""Wake-sleep: what it learns, against the theory of a rare cause; each phase moves its own half."""

import numpy as np
import pytest
import torch

from vaeteach.data import load
from vaeteach.machines import HelmholtzMachine, WakeSleep, all_states


def rare_cause(n, share, seed=0):
    """Images with one binary cause: 12 pixels that are mostly on where it is on, mostly off where
    it is off.
    """
    g = torch.Generator().manual_seed(seed)
    cause = (torch.rand(n, 1, generator=g) < share).float()
    return (torch.rand(n, 12, generator=g) < 0.1 + 0.8 * cause).float()


@pytest.mark.parametrize("n_samples", [1, 8])
def test_a_rare_cause_is_found_and_a_frozen_prior_pays_what_theory_says(n_samples):
    x, share = rare_cause(2000, 0.1), 0.1
    learned, frozen = (HelmholtzMachine([12, 1], learn_prior=learn) for learn in (True, False))
    for machine in (learned, frozen):
        WakeSleep(machine, x, lr=3e-2, batch_size=250, n_samples=n_samples).train(80)
    p = learned.prior().mean.item()
    assert min(p, 1 - p) == pytest.approx(share, abs=0.03)
    average = (learned.average_posterior(x) @ all_states(1)).item()
    # the wake phase moves the prior onto the average posterior
    assert p == pytest.approx(average, abs=0.02)
    assert torch.equal(frozen.prior_logits, torch.zeros(1))
    # KL of the true prior from 1/2
    price = np.log(2) + share * np.log(share) + (1 - share) * np.log(1 - share)
    loss = (learned.exact(x).log_marginal - frozen.exact(x).log_marginal).mean().item()
    if n_samples > 1:  # plain wake-sleep loses more, since its dreams follow the frozen prior
        assert loss == pytest.approx(price, abs=0.06)
    assert loss > price - 0.06


@pytest.fixture(scope="module")
def digits():
    return load("digits").binarized()


def test_wake_sleep_learns_digits(digits):
    bounds = []
    machine = HelmholtzMachine([64, 8])
    WakeSleep(machine, digits.train, lr=2e-2).train(
        30, on_epoch=lambda epoch: bounds.append(machine.exact(digits.test).elbo.mean().item())
    )
    p = (digits.train.sum(0) + 0.5) / (len(digits.train) + 1)
    pixels = torch.distributions.Bernoulli(p).log_prob(digits.test).sum(1).mean()
    exact = machine.exact(digits.test)
    assert len(bounds) == 31 and bounds[-1] > pixels + 3
    assert (exact.gap > -1e-4).all()
    prior = machine.prior().mean
    average = machine.average_posterior(digits.train) @ all_states(8)
    assert (prior - average).abs().max() < 0.06 < (prior - 0.5).abs().max()


def test_a_wake_step_visits_every_image_once_an_epoch(digits):
    x = digits.train[:100]
    trainer = WakeSleep(HelmholtzMachine([64, 3]), x, batch_size=32)
    seen = torch.cat([trainer.wake() for _ in range(4)])
    assert sorted(map(tuple, seen.tolist())) == sorted(map(tuple, x.tolist()))
    assert trainer.steps == 4


def test_each_phase_moves_only_its_own_half(digits):
    machine = HelmholtzMachine([64, 4, 2])
    trainer = WakeSleep(machine, digits.train[:64])

    def snapshot(parts):
        return [p.detach().clone() for part in parts for p in part.parameters()]

    generative, recognition = snapshot([machine.generative]), snapshot([machine.recognition])
    trainer.wake()
    assert all(map(torch.equal, recognition, snapshot([machine.recognition])))
    assert not any(map(torch.equal, generative, snapshot([machine.generative])))
    generative, prior = snapshot([machine.generative]), machine.prior_logits.detach().clone()
    assert (prior != 0).all()
    trainer.sleep()
    assert all(map(torch.equal, generative, snapshot([machine.generative])))
    assert torch.equal(prior, machine.prior_logits)
    assert not any(map(torch.equal, recognition, snapshot([machine.recognition])))


def test_same_seed_same_numbers_and_the_global_generator_stays(digits):
    before = torch.get_rng_state()
    one, two = HelmholtzMachine([64, 5], seed=1), HelmholtzMachine([64, 5], seed=1)
    for machine in (one, two):
        WakeSleep(machine, digits.train[:200], seed=3).train(2)
    assert torch.equal(one.prior_logits, two.prior_logits)
    assert torch.equal(one.sample(3, seed=1), two.sample(3, seed=1))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_rate_that_explodes_is_stopped(digits):
    trainer = WakeSleep(HelmholtzMachine([64, 3]), digits.train[:64], lr=float("inf"))
    with pytest.raises(ArithmeticError, match="smaller lr"):
        trainer.train(50)
