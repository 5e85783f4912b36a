"""The catalogue: every fault can be built again."""

import torch

from vaeteach.diagnosis import faults
from vaeteach.diagnosis.faults import FAULTS


def test_the_same_seed_builds_the_same_model(data, monkeypatch):
    monkeypatch.setattr(faults, "EPOCHS", 1)
    for name in ("healthy", "collapse_by_decoder", "small_encoder"):
        one, two = (FAULTS[name].build(data, seed=4)[0].state_dict() for _ in range(2))
        assert all(torch.equal(one[key], two[key]) for key in one)


def test_a_decoder_without_hidden_layers_starts_from_the_mean_picture_as_the_others_do(data):
    models = [FAULTS[name].model(data.subset(200, 50), 0) for name in ("healthy", "small_decoder")]
    assert torch.equal(*(model.decoder.net[-1].bias for model in models))


def test_every_fault_says_what_it_is():
    assert list(FAULTS)[0] == "healthy" and len(FAULTS) == 14
    for name, fault in FAULTS.items():
        assert fault.name == name and fault.title and fault.recipe and fault.advice


def test_the_frozen_encoder_stops_and_is_given_back(data, monkeypatch):
    monkeypatch.setattr(faults, "EPOCHS", 6)
    model, history = FAULTS["poor_amortisation"].build(data, seed=0)
    stopped, end = history.snapshots[2].state, history.snapshots[6].state
    assert all(torch.equal(stopped[key], end[key]) for key in end if key.startswith("encoder"))
    assert any(not torch.equal(stopped[key], end[key]) for key in end if key.startswith("decoder"))
    assert all(parameter.requires_grad for parameter in model.parameters())
