"""The Helmholtz machine against brute force over all hidden layers, and wake-sleep against where it
should end.
"""

import itertools

import numpy as np
import pytest
import torch
from scipy import stats

from vaeteach.machines import RBM, HelmholtzMachine, WakeSleep, all_states


def random_machine(sizes, seed=0, scale=1.5):
    machine, g = HelmholtzMachine(sizes).double(), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in machine.parameters():
            p.copy_(scale * torch.randn(p.shape, generator=g, dtype=torch.float64))
    return machine


def bit_log_prob(bits, logits):
    p = 1 / (1 + np.exp(-logits))
    return float(np.log(np.where(np.array(bits) == 1, p, 1 - p)).sum())


def affine(layer, bits):
    return layer.weight.detach().numpy() @ np.array(bits, float) + layer.bias.detach().numpy()


def brute_force(machine, x):
    """log p(x, h) and log q(h | x) for every combination of hidden layers, from the definition in
    Python loops.
    """
    layers = [list(itertools.product([0, 1], repeat=n)) for n in machine.sizes[1:]]
    joint, recognition = [], []
    for hidden in itertools.product(*layers):
        states = [x, *hidden]
        log_p = bit_log_prob(states[-1], machine.prior_logits.detach().numpy())
        log_q = 0.0
        for level, (below, above) in enumerate(zip(states, states[1:])):
            log_p += bit_log_prob(below, affine(machine.generative[level], above))
            log_q += bit_log_prob(above, affine(machine.recognition[level], below))
        joint.append(log_p)
        recognition.append(log_q)
    return np.array(joint), np.array(recognition)


@pytest.mark.parametrize("sizes", [[4, 3], [4, 3, 2], [4, 2, 3, 2]])
def test_exact_marginal_bound_and_gap_agree_with_brute_force(sizes):
    machine = random_machine(sizes)
    x = all_states(4, torch.float64)
    exact = machine.exact(x)
    for row, log_p, bound, gap in zip(x.numpy(), *exact):
        joint, q = brute_force(machine, row)
        log_evidence = np.logaddexp.reduce(joint)
        assert log_p.item() == pytest.approx(log_evidence, abs=1e-10)
        assert bound.item() == pytest.approx(np.sum(np.exp(q) * (joint - q)), abs=1e-10)
        posterior = joint - log_evidence
        assert gap.item() == pytest.approx(np.sum(np.exp(q) * (q - posterior)), abs=1e-10)
    assert exact.log_marginal.logsumexp(0).item() == pytest.approx(0, abs=1e-10)


def test_average_posterior_agrees_with_brute_force():
    machine = random_machine([4, 3, 2], seed=1)
    x = all_states(4, torch.float64)[[0, 3, 3, 9]]
    table = np.zeros((8, 4))
    for row in x.numpy():
        table += np.exp(brute_force(machine, row)[1]).reshape(8, 4) / len(x)
    assert machine.average_posterior(x).numpy() == pytest.approx(table.sum(0), abs=1e-12)


def test_dreams_follow_the_exact_marginal():
    machine, n = random_machine([3, 3, 2], seed=2), 40_000
    expected = machine.exact(all_states(3, torch.float64)).log_marginal.exp().numpy()
    dreams = machine.dream(n, seed=0)
    counts = np.bincount((dreams[0].numpy() @ [4, 2, 1]).astype(int), minlength=8)
    assert stats.chisquare(counts, n * expected).pvalue > 1e-3
    assert [s.shape for s in dreams] == [(n, 3), (n, 3), (n, 2)]
    assert torch.allclose(machine.sample(n, seed=1).mean(0), dreams[0].mean(0), atol=0.015)


def test_recognition_draws_follow_q():
    machine, n = random_machine([3, 2, 2], seed=3), 40_000
    x = torch.tensor([1.0, 0.0, 1.0], dtype=torch.float64)
    expected = np.exp(brute_force(machine, x.numpy())[1])
    _, h1, h2 = machine.recognise(x.expand(n, -1), seed=0)
    counts = np.bincount((torch.cat([h1, h2], 1).numpy() @ [8, 4, 2, 1]).astype(int), minlength=16)
    assert stats.chisquare(counts, n * expected).pvalue > 1e-3


def test_log_joint_and_log_recognition_are_the_brute_force_terms():
    machine = random_machine([3, 2, 2], seed=4)
    states = machine.recognise(all_states(3, torch.float64), seed=0)
    for i, x in enumerate(all_states(3).numpy()):
        which = int(
            torch.cat([states[1][i], states[2][i]])
            @ torch.tensor([8.0, 4, 2, 1], dtype=torch.float64)
        )
        joint, q = brute_force(machine, x)
        assert machine.log_joint(states)[i].item() == pytest.approx(joint[which], abs=1e-10)
        assert machine.log_recognition(states)[i].item() == pytest.approx(q[which], abs=1e-10)


def test_importance_bound_starts_at_the_bound_and_closes_on_the_marginal():
    machine = random_machine([4, 3, 2], seed=5, scale=0.7)
    x = all_states(4, torch.float64)[5:6]
    exact = machine.exact(x)
    singles = machine.importance_bound(x.expand(20_000, -1), 1)
    error = singles.std().item() / np.sqrt(len(singles))
    assert abs(singles.mean().item() - exact.elbo.item()) < 4 * error
    assert machine.importance_bound(x, 20_000).item() == pytest.approx(
        exact.log_marginal.item(), abs=0.05
    )


def test_single_layer_machine_with_the_rbms_posterior_shows_that_the_rbm_is_not_a_directed_model():
    """The RBM's p(h|v) is exact for the RBM's own joint, and has a gap under a directed one with
    the same p(v|h).
    """
    rbm, machine = RBM(4, 2).double(), HelmholtzMachine([4, 2]).double()
    with torch.no_grad():
        rbm.weight.copy_(torch.randn(4, 2, generator=torch.Generator().manual_seed(0)))
        (
            machine.recognition[0].weight.copy_(rbm.weight.T),
            machine.recognition[0].bias.copy_(rbm.hidden_bias),
        )
        (
            machine.generative[0].weight.copy_(rbm.weight),
            machine.generative[0].bias.copy_(rbm.visible_bias),
        )
    assert (machine.exact(all_states(4, torch.float64)).gap > 1e-3).any()


def test_the_priors_wake_gradient_is_average_posterior_minus_prior():
    machine = random_machine([4, 3], seed=6)
    x = all_states(4, torch.float64).repeat(2000, 1)
    states = machine.recognise(x, seed=0)
    machine.log_joint(states).mean().backward()
    average = machine.average_posterior(x) @ all_states(3, torch.float64)
    gap = average - machine.prior_logits.detach().sigmoid()
    assert torch.allclose(machine.prior_logits.grad, gap, atol=4 * 0.5 / np.sqrt(len(x)))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: HelmholtzMachine([4]), "at least one layer"),
        (lambda: HelmholtzMachine(4), "expected a list"),
        (lambda: HelmholtzMachine([4, 0]), r"sizes\[1\] must be .*got 0"),
        (lambda: HelmholtzMachine([4, 20]).exact(torch.zeros(1, 4)), "too large to be summed"),
        (
            lambda: HelmholtzMachine([4, 12, 12]).average_posterior(torch.zeros(1, 4)),
            "too large to be summed",
        ),
        (lambda: HelmholtzMachine([4, 2]).exact(torch.rand(3, 4)), "binarized"),
        (lambda: WakeSleep(HelmholtzMachine([4, 2]), torch.zeros(3, 5)), r"expected \(B, 4\)"),
        (
            lambda: WakeSleep(HelmholtzMachine([4, 2]), torch.zeros(3, 4), batch_size=0),
            "batch_size must be a whole number of at least 1, got 0",
        ),
        (
            lambda: WakeSleep(HelmholtzMachine([4, 2]), torch.zeros(3, 4)).train(0),
            "epochs must be a whole number of at least 1, got 0",
        ),
    ],
)
def test_bad_input_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
