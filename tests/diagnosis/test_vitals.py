"""Vital signs, measured by other roads."""

import math

import numpy as np
import pytest

from vaeteach.diagnosis.vitals import TELLS, vital_signs


def test_vital_signs_by_other_roads(data, healthy):
    model, history = healthy
    signs = vital_signs(model, data, history)
    assert set(signs) == set(TELLS) and all(math.isfinite(value) for value in signs.values())
    assert signs["coin_flip"] == pytest.approx(-64 * math.log(2))
    on = np.clip(data.train.double().mean(0).numpy(), 0.5 / 1437, 1 - 0.5 / 1437)
    x = data.test.double().numpy()
    assert signs["mean_image"] == pytest.approx(
        (x * np.log(on) + (1 - x) * np.log1p(-on)).sum(1).mean(), abs=1e-6
    )
    values, vectors = np.linalg.eigh(np.cov(data.train.double().numpy().T))
    centred = x - data.train.double().mean(0).numpy()
    rest = centred - centred @ vectors[:, -10:] @ vectors[:, -10:].T
    assert signs["explained_by_pca"] == pytest.approx(
        1 - (rest**2).sum() / (centred**2).sum(), abs=1e-3
    )
    assert signs["bound"] == pytest.approx(history.last(), abs=0.3)
    assert signs["bound"] == pytest.approx(signs["log_likelihood"] - signs["kl"], abs=1e-3)
    assert (signs["kl_weight"], signs["recorded_ratio"]) == pytest.approx((1, 1), abs=0.05)
    assert 0 < signs["room_for_q"] < signs["gap"] + 0.1
