"""Vital signs, measured by other roads."""

import math

import numpy as np
import pytest
import torch
from torch import nn

import vaeteach as vt
from vaeteach.diagnosis.vitals import TELLS, _room_for_q, vital_signs


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


@pytest.mark.parametrize(
    ("prior", "posterior"), [(vt.StandardNormal(2), "gaussian"), (vt.BetaPrior(2), "beta")]
)
def test_an_encoder_that_knows_nothing_leaves_room_in_every_family(data, prior, posterior):
    few = data.subset(40, 8)
    model = vt.build_vae(few, prior=prior, posterior=posterior, hidden=(8,))
    with torch.no_grad():
        model.decoder.net[-1].weight *= 20  # so that the code matters

    def room():
        return _room_for_q(model, few, None, vt.distributions.generator(0), steps=30)

    assert 0.5 < room()["room_for_q"] <= room()["gap"] + 0.5


def test_without_numbers_to_free_there_is_the_gap_alone(data):
    class Own(nn.Module):
        def forward(self, x):
            half = torch.full((len(x), 2), 0.5)
            return torch.distributions.Independent(torch.distributions.Beta(half, half), 1)

    few = data.subset(40, 8)
    model = vt.build_vae(few, prior=vt.BetaPrior(2), posterior="beta", hidden=(8,))
    model.encoder = Own()
    assert set(_room_for_q(model, few, None, vt.distributions.generator(0))) == {"gap"}
