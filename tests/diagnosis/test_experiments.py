"""Retraining compares like with like."""

import math

from vaeteach.diagnosis.experiments import retrained_bounds
from vaeteach.diagnosis.faults import FAULTS


def test_retraining_compares_like_with_like(data, monkeypatch):
    model, _ = FAULTS["few_latents"].build(data.subset(200, 50), seed=0)
    bounds = retrained_bounds(model, data.subset(200, 50), ["again", "latents"], epochs=2)
    assert set(bounds) == {"again", "latents"} and all(math.isfinite(v) for v in bounds.values())
    assert bounds == retrained_bounds(model, data.subset(200, 50), ["again", "latents"], epochs=2)
