"""The rules on numbers made by hand, the vital signs against other roads to them, and real faults
end to end.
"""

import math

import numpy as np
import pytest
import torch

import vaeteach as vt
from vaeteach import diagnosis
from vaeteach.diagnosis import diagnose, faults, judgement
from vaeteach.diagnosis.cases import trained_cases
from vaeteach.diagnosis.dashboard import dashboard
from vaeteach.diagnosis.experiments import retrained_bounds
from vaeteach.diagnosis.faults import FAULTS
from vaeteach.diagnosis.raster import RasterDecoder
from vaeteach.diagnosis.vitals import TELLS, vital_signs
from vaeteach.distributions import RasterBernoulli

HEALTHY = {
    "finite": 1.0,
    "bound": -19.0,
    "log_likelihood": -14.7,
    "kl": 4.3,
    "coin_flip": -44.4,
    "mean_image": -25.2,
    "code_use": 27.0,
    "explained": 0.54,
    "explained_by_pca": 0.6,
    "latents": 10.0,
    "active": 6.0,
    "information": 3.9,
    "marginal_kl": 0.4,
    "logvar_low": -3.0,
    "logvar_high": 0.1,
    "first_gradient": 0.6,
    "dead": 0.0,
    "gap": 0.4,
    "room_for_q": 0.19,
    "kl_weight": 1.0,
    "recorded_ratio": 1.0,
    "growth": 1.8,
}
COLLAPSED = HEALTHY | {
    "information": 0.0,
    "code_use": 0.0,
    "log_likelihood": -25.2,
    "kl": 0.0,
    "active": 0.0,
}
WIDER = {"again": -18.9, "encoder": -18.7, "decoder": -18.3}


@pytest.fixture(scope="module")
def data():
    return vt.load("digits").binarized()


@pytest.fixture(scope="module")
def healthy(data):
    return FAULTS["healthy"].build(data, seed=300)


def test_the_numbers_made_by_hand_are_all_the_signs():
    assert set(HEALTHY) == set(TELLS)


def test_nothing_is_found_where_nothing_is_wrong():
    assert judgement.at_a_glance(HEALTHY) == []
    assert judgement.by_experiment(HEALTHY, WIDER) == []
    assert judgement.alarm(HEALTHY) is None


@pytest.mark.parametrize(
    ("signs", "cause"),
    [
        (HEALTHY | {"kl_weight": -1.0, "kl": 1e20, "bound": -1e20}, "kl_sign"),
        (HEALTHY | {"finite": 0.0}, "step_size"),
        (HEALTHY | {"growth": 60.0}, "step_size"),
        (COLLAPSED | {"recorded_ratio": 1 / 64}, "mean_reduced"),
        (HEALTHY | {"recorded_ratio": 64.0, "marginal_kl": 14.0}, "batch_summed"),
        (COLLAPSED | {"first_gradient": 1e-8}, "vanishing_gradients"),
        (COLLAPSED | {"dead": 0.9, "first_gradient": 0.0}, "poor_optimum"),
        (COLLAPSED | {"kl_weight": 30.0}, "collapse_by_objective"),
        (
            COLLAPSED | {"log_likelihood": -17.0, "code_use": 0.9, "information": 0.5},
            "collapse_by_decoder",
        ),
        (HEALTHY | {"kl_weight": 0.001, "marginal_kl": 30.0, "information": 7.1}, "autoencoder"),
    ],
)
def test_a_rule_for_each_cause_that_shows(signs, cause):
    (finding,) = judgement.at_a_glance(signs)
    assert finding.cause == cause and not finding.rivals
    assert (
        finding.evidence
        and finding.statistic
        and finding.healthy
        and finding.advice == FAULTS[cause].advice
    )
    assert math.isfinite(finding.value)


@pytest.mark.parametrize(
    ("bounds", "signs", "cause"),
    [
        (WIDER | {"encoder": -15.0}, HEALTHY, "small_encoder"),
        (WIDER | {"decoder": -15.0}, HEALTHY, "small_decoder"),
        (WIDER | {"both": -18.2, "latents": -14.0}, HEALTHY, "few_latents"),
        (WIDER, HEALTHY | {"bound": -22.0}, "poor_optimum"),
        (WIDER, HEALTHY | {"bound": -22.0, "room_for_q": 0.8}, "poor_amortisation"),
        # a bad start of networks that are too small: the larger gain decides
        (
            WIDER | {"again": -22.0, "encoder": -18.0, "decoder": -22.0},
            HEALTHY | {"bound": -24.0},
            "small_encoder",
        ),
    ],
)
def test_what_gains_most_was_missing(bounds, signs, cause):
    findings = judgement.by_experiment(signs, bounds)
    assert findings[0].cause == cause and not findings[0].rivals


def test_two_gains_of_a_size_are_not_told_apart():
    first, second = judgement.by_experiment(HEALTHY, WIDER | {"encoder": -15.0, "decoder": -15.5})
    assert (first.cause, first.rivals) == ("small_encoder", ("small_decoder",))
    assert (second.cause, second.rivals) == ("small_decoder", ("small_encoder",))
    assert first.value != second.value


@pytest.mark.parametrize(
    ("signs", "causes"),
    [
        (COLLAPSED, {"collapse_by_objective", "mean_reduced"}),
        (HEALTHY | {"marginal_kl": 14.0}, {"autoencoder", "batch_summed"}),
        (HEALTHY | {"kl": 1e20, "bound": -1e20}, {"kl_sign", "step_size"}),
    ],
)
def test_without_a_record_some_causes_stay_together(signs, causes):
    nothing = {"kl_weight": math.nan, "recorded_ratio": math.nan, "growth": math.nan}
    findings = judgement.at_a_glance(signs | nothing)
    assert {finding.cause for finding in findings} == causes
    assert all(set(finding.rivals) == causes - {finding.cause} for finding in findings)


def test_a_bound_below_the_coin_flip_raises_the_alarm():
    assert "-44.4" in judgement.alarm(HEALTHY | {"bound": -60.0})
    # grey pixels have no such floor
    assert judgement.alarm(HEALTHY | {"coin_flip": math.nan, "bound": -1e6}) is None


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
    found = diagnose(*_order(FAULTS[name].build(data, seed=301), data))
    assert (found.cause, found.told_apart, found.bounds) == (name, True, {})
    assert FAULTS[name].title in str(found) and FAULTS[name].title in found._repr_markdown_()
    assert (found.alarm is not None) == (
        name in ("step_size", "kl_sign") or found.signs["bound"] < -44.4
    )


def test_real_faults_that_need_an_experiment(data, healthy):
    assert diagnose(*_order(healthy, data)).cause == "healthy"
    found = diagnose(*_order(FAULTS["few_latents"].build(data, seed=301), data))
    assert found.cause == "few_latents" and found.told_apart
    assert found.bounds["latents"] > found.bounds["both"] + 2
    assert list(found.frame().columns)[0] == "cause" and len(found.vital_signs()) == len(
        TELLS
    ) + len(found.bounds)


def _order(built, data):
    model, history = built
    return model, data, history


def test_the_same_seed_builds_the_same_model(data, monkeypatch):
    monkeypatch.setattr(faults, "EPOCHS", 1)
    for name in ("healthy", "collapse_by_decoder", "small_encoder"):
        one, two = (FAULTS[name].build(data, seed=4)[0].state_dict() for _ in range(2))
        assert all(torch.equal(one[key], two[key]) for key in one)


def test_every_fault_says_what_it_is():
    assert list(FAULTS)[0] == "healthy" and len(FAULTS) == 14
    for name, fault in FAULTS.items():
        assert fault.name == name and fault.title and fault.recipe and fault.advice


def test_the_frozen_encoder_stops_and_is_given_back(data, monkeypatch):
    monkeypatch.setattr(faults, "EPOCHS", 6)
    model, history = FAULTS["poor_amortisation"].build(data, seed=0)
    stopped, end = history.snapshots[4].state, history.snapshots[6].state
    assert all(torch.equal(stopped[key], end[key]) for key in end if key.startswith("encoder"))
    assert any(not torch.equal(stopped[key], end[key]) for key in end if key.startswith("decoder"))
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_the_raster_decoder_is_a_distribution_over_pictures():
    with_seed = torch.Generator().manual_seed(0)
    decoder = RasterDecoder(2, 6, width=8)
    torch.nn.init.normal_(decoder.outer, generator=with_seed)
    every = torch.tensor([[(i >> b) & 1 for b in range(6)] for i in range(64)]).float()
    with torch.no_grad():
        p = decoder(torch.zeros(2))
        mass = RasterBernoulli(p.logits.expand(64, 6), p.context).log_prob(every).exp()
        assert float(mass.sum()) == pytest.approx(1, abs=1e-5)  # all 2^6 pictures
        drawn = vt.draw(p, (4000,), seed=1)
        shares = torch.bincount((drawn @ (2 ** torch.arange(6.0))).long(), minlength=64) / 4000
        assert float((shares - mass).abs().max()) < 4 * 0.5 / 4000**0.5
        assert p.mean.shape == (6,) and float(p.mean.min()) > 0


def test_retraining_compares_like_with_like(data, monkeypatch):
    model, _ = FAULTS["few_latents"].build(data.subset(200, 50), seed=0)
    bounds = retrained_bounds(model, data.subset(200, 50), ["again", "latents"], epochs=2)
    assert set(bounds) == {"again", "latents"} and all(math.isfinite(v) for v in bounds.values())
    assert bounds == retrained_bounds(model, data.subset(200, 50), ["again", "latents"], epochs=2)


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


def test_cases_come_back_from_the_cache_as_they_were(data, monkeypatch, capsys):
    monkeypatch.setattr(faults, "EPOCHS", 2)
    part = data.subset(150, 40)
    (built, record), (read, history) = (
        trained_cases(part, ("small_encoder",), 7)["small_encoder"] for _ in range(2)
    )
    assert capsys.readouterr().out.count("Building") == 1
    assert all(torch.equal(v, read.state_dict()[k]) for k, v in built.state_dict().items())
    assert history.frame().equals(record.frame()) and len(history.snapshots) == 3
    assert history.snapshots[0].state.keys() == built.state_dict().keys()
    with pytest.raises(ValueError, match="no fault 'flu'"):
        trained_cases(part, ("flu",))


def test_the_dashboard_has_a_number_for_everything_it_draws(data, healthy):
    numbers = dashboard(*_order(healthy, data))
    assert len(numbers["epochs"]) == 25 and set(numbers["terms"]) == {
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


def test_public_names():
    assert vt.diagnose is diagnosis.diagnose and vt.FAULTS is FAULTS
