"""Retraining compares like with like."""

import math

import pytest
import torch

import vaeteach as vt
from vaeteach.diagnosis.experiments import _variant, retrained_bounds
from vaeteach.diagnosis.faults import FAULTS


def test_retraining_compares_like_with_like(data, monkeypatch):
    model, _ = FAULTS["few_latents"].build(data.subset(200, 50), seed=0)
    bounds = retrained_bounds(model, data.subset(200, 50), ["again", "latents"], epochs=2)
    assert set(bounds) == {"again", "latents"} and all(math.isfinite(v) for v in bounds.values())
    assert bounds == retrained_bounds(model, data.subset(200, 50), ["again", "latents"], epochs=2)


def test_retraining_begins_as_build_vae_does_and_not_where_the_patient_began(data):
    few = data.subset(200, 50)
    patient = vt.build_vae(few, 3, hidden=(16,), seed=4)
    again = _variant(patient, few, "again", seed=4)
    assert torch.equal(again.decoder.net[-1].bias, patient.decoder.net[-1].bias)  # the mean picture
    theirs, ours = (model.encoder.net[0].weight.detach() for model in (patient, again))
    assert not torch.equal(ours, theirs)
    assert float(ours.std()) == pytest.approx(float(theirs.std()), rel=0.1)
    # a decoder of another kind has no such start, and needs none
    raster = FAULTS["collapse_by_decoder"].model(few, 0)
    assert _variant(raster, few, "again", seed=0).decode(torch.zeros(2, 10)).event_shape == (64,)


def test_a_new_part_has_the_family_of_the_old_one_untrained(data):
    few = data.subset(40, 10)
    model = vt.build_vae(few, prior=vt.BetaPrior(2), posterior="beta", likelihood="gaussian")
    with torch.no_grad():
        model.decoder.likelihood.logvar.fill_(-3.0)
    for name in ("again", "encoder", "decoder", "both"):
        variant = _variant(model, few, name, seed=0)
        assert type(variant.encode(few.test)) is type(model.encode(few.test))
        assert type(variant.encode(few.test).base_dist) is type(model.encode(few.test).base_dist)
        assert variant.decode(torch.rand(3, 2)).logvar.unique().tolist() == [0.0]
