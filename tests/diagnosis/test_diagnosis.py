"""Real faults are named; diagnosing changes nothing."""

import math

import pytest
import torch
from diagnosis_cases import in_order

import vaeteach as vt
from vaeteach import diagnosis
from vaeteach.diagnosis import diagnose, faults
from vaeteach.diagnosis.faults import FAULTS
from vaeteach.diagnosis.vitals import TELLS, vital_signs


def test_diagnosing_changes_nothing_and_repeats_itself(data, healthy):
    model, history = healthy
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.random.get_rng_state()
    first, second = (diagnose(model, data, history, experiments=False) for _ in range(2))
    assert first.signs == second.signs
    assert torch.equal(state, torch.random.get_rng_state())
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(
        parameter.grad is None or parameter.requires_grad for parameter in model.parameters()
    )


@pytest.mark.parametrize(
    "name",
    [
        "step_size",
        "kl_sign",
        "vanishing_gradients",
        "collapse_by_objective",
        "poor_optimum",
        "autoencoder",
        "mean_reduced",
        "batch_summed",
    ],
)
def test_real_faults_that_show_at_a_glance(data, name, monkeypatch):
    monkeypatch.setattr(faults, "EPOCHS", 10)
    found = diagnose(*in_order(FAULTS[name].build(data, seed=301), data))
    assert (found.cause, found.told_apart, found.bounds) == (name, True, {})
    assert FAULTS[name].title in str(found) and FAULTS[name].title in found._repr_markdown_()
    assert (found.alarm is not None) == (
        name in ("step_size", "kl_sign") or found.signs["bound"] < -44.4
    )


def test_real_faults_that_need_an_experiment(data, healthy, monkeypatch):
    assert diagnose(*in_order(healthy, data)).cause == "healthy"
    monkeypatch.setattr(faults, "EPOCHS", 10)
    found = diagnose(*in_order(FAULTS["few_latents"].build(data, seed=301), data))
    assert found.cause == "few_latents" and found.told_apart
    assert found.bounds["latents"] > found.bounds["both"] + 2
    assert list(found.frame().columns)[0] == "cause" and len(found.vital_signs()) == len(
        TELLS
    ) + len(found.bounds)


def test_grey_pixels_have_no_floor_and_are_diagnosed_all_the_same():
    grey = vt.load("digits").subset(300, 60)
    model = vt.build_vae(grey, 3, likelihood="gaussian", hidden=(16,))
    history = vt.fit(model, grey, epochs=2, progress=False)
    signs = vital_signs(model, grey, history)
    assert math.isnan(signs["coin_flip"]) and math.isfinite(signs["bound"])
    assert diagnose(model, grey, history, experiments=False).findings


def test_images_that_do_not_fit_get_the_models_own_sentence(data, healthy):
    small = vt.load("digits").binarized()
    object.__setattr__(small, "test", small.test[:, :10])
    with pytest.raises(ValueError, match="pixels"):
        diagnose(healthy[0], small)


def test_public_names():
    assert vt.diagnose is diagnosis.diagnose and vt.FAULTS is FAULTS
