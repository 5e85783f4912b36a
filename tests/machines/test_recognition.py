"""Recognition fitted anew: each way climbs its objective and leaves the generative half alone."""

import pytest
import torch

from vaeteach.machines import HelmholtzMachine, refit_recognition


@pytest.fixture(scope="module")
def machine():
    machine, noise = HelmholtzMachine([6, 3], seed=0), torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in machine.parameters():
            weight += torch.randn(weight.shape, generator=noise)
    return machine


@pytest.fixture(scope="module")
def images():
    return torch.randint(2, (40, 6), generator=torch.Generator().manual_seed(2)).float()


@pytest.mark.parametrize("to", ["dreams", "bound"])
def test_only_recognition_moves(machine, images, to):
    refitted = refit_recognition(machine, images, to, steps=5)
    for name, value in refitted.state_dict().items():
        assert torch.equal(value, machine.state_dict()[name]) != name.startswith("recognition")


def test_the_bound_is_climbed_and_stays_below_the_evidence(machine, images):
    refitted = refit_recognition(machine, images, "bound", steps=200).exact(images)
    before = machine.exact(images)
    assert refitted.elbo.mean() > before.elbo.mean() + 0.1
    assert torch.allclose(refitted.log_marginal, before.log_marginal)
    assert (refitted.gap > -1e-5).all()


def test_dreams_climb_the_log_recognition_of_dreams(machine, images):
    dreams = machine.dream(2000, seed=7)
    refitted = refit_recognition(machine, images, "dreams", steps=200)
    gain = refitted.log_recognition(dreams).mean() - machine.log_recognition(dreams).mean()
    assert gain > 0.1


def test_another_aim_gets_a_sentence(machine, images):
    with pytest.raises(ValueError, match="'dreams' or 'bound'"):
        refit_recognition(machine, images, "posterior")
