"""The clinic: cases, hidden cases, a guess, and evidence that is computed and not looked up."""

import html

import pytest
from shown import shown

import vaeteach as vt
from vaeteach.diagnosis import faults
from vaeteach.diagnosis.cases import trained_cases
from vaeteach.diagnosis.faults import FAULTS
from vaeteach.widgets import Clinic
from vaeteach.widgets.clinic import HIDDEN

NAMES = ("collapse_by_objective", "kl_sign", "mean_reduced")


@pytest.fixture(scope="module")
def data():
    return vt.load("digits").binarized()


@pytest.fixture(scope="module")
def cases(data):
    before, faults.EPOCHS = faults.EPOCHS, 6
    yield trained_cases(data, NAMES, seed=11)
    faults.EPOCHS = before


@pytest.fixture
def clinic(data, cases):
    return Clinic(data, cases, seed=1)


def test_it_begins_with_a_hidden_case_and_no_word_about_it(clinic):
    assert clinic.case.value == HIDDEN and clinic.truth in NAMES
    title = FAULTS[clinic.truth].title
    assert title not in clinic.alt and title not in clinic.evidence.value


def test_choosing_a_case_draws_it(clinic):
    seen = set()
    for name in NAMES:
        clinic.case.value = name
        assert clinic.truth == name and clinic.image.alt == clinic.alt
        seen.add(shown(clinic).tobytes())
    assert len(seen) == len(NAMES)


def test_surprise_lays_another_case_on_the_table(clinic):
    for _ in range(6):
        before = clinic.truth
        clinic.surprise.click()
        assert clinic.truth != before and clinic.case.value == HIDDEN
    clinic.case.value = "kl_sign"
    clinic.surprise.click()
    assert clinic.case.value == HIDDEN and clinic.truth != "kl_sign"


def test_surprises_are_dealt_from_a_shuffled_deck(clinic):
    dealt = [clinic.truth]
    for _ in range(4 * len(NAMES) - 1):
        clinic.surprise.click()
        dealt.append(clinic.truth)
    counts = [dealt.count(name) for name in NAMES]
    assert max(counts) - min(counts) <= 1
    assert all(one != other for one, other in zip(dealt, dealt[1:]))


def test_the_evidence_comes_after_the_guess(clinic):
    clinic.case.value = "kl_sign"
    clinic.guess.value = "mean_reduced"
    assert "weight of the KL" not in clinic.evidence.value
    clinic.commit.click()
    text = html.unescape(clinic.evidence.value)
    assert (
        "Your diagnosis was" in text
        and FAULTS["kl_sign"].recipe in text
        and "weight of the KL" in text
    )
    assert "coin" in text  # the alarm
    clinic.guess.value = "kl_sign"
    clinic.commit.click()
    assert "Right." in clinic.evidence.value and not clinic.commit.disabled
    clinic.case.value = "mean_reduced"
    assert "Right." not in clinic.evidence.value


def test_at_most_four_controls_and_a_still_picture(clinic):
    assert len([clinic.case, clinic.surprise, clinic.guess, clinic.commit]) == 4
    bundle, _ = clinic._repr_mimebundle_()
    assert bundle["image/png"] and "Dashboard" in bundle["text/plain"]


def test_no_cases_get_a_sentence(data):
    with pytest.raises(ValueError, match="at least one case"):
        Clinic(data, {})


def test_a_page_has_each_case_hidden_and_by_name(clinic):
    clinic.record()
    (control,), states = clinic.recording["controls"], clinic.recording["states"]
    titles = [FAULTS[name].title for name in NAMES]
    assert control["names"] == [f"hidden case {i}" for i in (1, 2, 3)] + titles
    assert [state["at"] for state in states] == [[i] for i in range(6)]
    for state, title in zip(states[3:], titles):
        (hidden,) = [s for s in states[:3] if s["background"] == state["background"]]
        assert html.escape(title) in state["words"] and title not in hidden["alt"]
        assert hidden["words"].startswith("<details>") and html.escape(title) in hidden["words"]
