"""The rules, on numbers made by hand."""

import math

import pytest

from vaeteach.diagnosis import judgement
from vaeteach.diagnosis.faults import FAULTS
from vaeteach.diagnosis.vitals import TELLS

HEALTHY = dict(finite=1.0, bound=-19.0, log_likelihood=-14.7, kl=4.3, coin_flip=-44.4)
HEALTHY |= dict(mean_image=-25.2, code_use=27.0, explained=0.54, explained_by_pca=0.6)
HEALTHY |= dict(latents=10.0, active=6.0, information=3.9, marginal_kl=0.4, logvar_low=-3.0)
HEALTHY |= dict(logvar_high=0.1, first_gradient=0.6, dead=0.0, gap=0.4, room_for_q=0.19)
HEALTHY |= dict(kl_weight=1.0, recorded_ratio=1.0, growth=1.8)
COLLAPSED = HEALTHY | dict(information=0.0, code_use=0.0, log_likelihood=-25.2, kl=0.0, active=0.0)
WIDER = {"again": -18.9, "encoder": -18.7, "decoder": -18.3}


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
    assert finding.evidence and finding.statistic and finding.healthy
    assert finding.advice == FAULTS[cause].advice
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
