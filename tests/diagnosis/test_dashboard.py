"""The dashboard's numbers, by other roads."""

import numpy as np
import pytest
from diagnosis_cases import in_order

import vaeteach as vt
from vaeteach.diagnosis.dashboard import dashboard
from vaeteach.diagnosis.faults import EPOCHS


def test_the_dashboard_has_a_number_for_everything_it_draws(data, healthy):
    numbers = dashboard(*in_order(healthy, data))
    assert len(numbers["epochs"]) == EPOCHS and set(numbers["terms"]) == {
        "log_likelihood",
        "kl",
        "value",
    }
    assert numbers["codes"].shape == (len(data.train), 2) and numbers["kl"].shape == (10,)
    m = vt.moments(healthy[0], data.train)
    assert sorted(m.between.argsort()[-2:].tolist()) == numbers["latents"]
    assert float(np.sum(numbers["kl"])) == pytest.approx(
        vt.surgery(healthy[0], data.train).mean_kl, rel=1e-4
    )
