"""Retraining compares like with like."""

import math

import torch

import vaeteach as vt
from vaeteach.diagnosis.experiments import _variant, retrained_bounds
from vaeteach.diagnosis.faults import FAULTS


def test_retraining_compares_like_with_like(data, monkeypatch):
    model, _ = FAULTS["few_latents"].build(data.subset(200, 50), seed=0)
    bounds = retrained_bounds(model, data.subset(200, 50), ["again", "latents"], epochs=2)
    assert set(bounds) == {"again", "latents"} and all(math.isfinite(v) for v in bounds.values())
    assert bounds == retrained_bounds(model, data.subset(200, 50), ["again", "latents"], epochs=2)


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
