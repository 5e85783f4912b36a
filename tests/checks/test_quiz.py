"""The self-test: every right answer passes, every wrong one is told why and where to look, the
score stays here.
"""

import json
import pathlib
import re

import nbformat
import pytest

from vaeteach import checks
from vaeteach.checks.questions import QUESTIONS
from vaeteach.checks.quiz import Choice, Code, Number
from vaeteach.widgets import SelfTest

RIGHT_CODE = {
    "kl-code": [
        "0.5 * ((mu - prior_mu)**2 / prior_logvar.exp() + (logvar - prior_logvar).exp() - 1"
        " - (logvar - prior_logvar)).sum(-1)"
    ],
    "variance-code": [
        "logvar.exp().mean(0) + mu.var(0, unbiased=False)",
        "(torch.exp(logvar) + mu**2).mean(0) - mu.mean(0)**2",
    ],
    "evidence-code": ["torch.logsumexp(log_w, 0) - math.log(len(log_w)) - log_w.mean(0)"],
}
EACH = pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.key)


def right_answers(question):
    if isinstance(question, Choice):
        return [option.text for option in question.options if option.right]
    if isinstance(question, Number):
        return [f"{question.value():.2f}", f"{question.value():.3f}".replace(".", ",")]
    return RIGHT_CODE[question.key]


def test_there_are_twelve_of_three_kinds():
    assert len(QUESTIONS) == 12 == len({question.key for question in QUESTIONS})
    assert {type(question) for question in QUESTIONS} == {Choice, Number, Code}


@EACH
def test_the_section_that_it_points_to_exists(question):
    number, section = re.fullmatch(r"notebook (\d\d), section (\d)", question.section).groups()
    (path,) = (pathlib.Path(__file__).parent.parent.parent / "notebooks").glob(f"{number}_*.ipynb")
    headings = [
        cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown"
    ]
    assert any(re.search(rf"(?m)^## {section}\. ", text) for text in headings)


@EACH
def test_right_answers_pass(question):
    answers = right_answers(question)
    assert answers
    for answer in answers:
        verdict = question.judge(answer)
        assert verdict.right, verdict.message


@EACH
def test_wrong_answers_point_back(question):
    if isinstance(question, Choice):
        wrong = [option.text for option in question.options if not option.right]
        assert len(wrong) == len(question.options) - 1
    elif isinstance(question, Number):
        wrong = [f"{slip():.3f}" for slip, _ in question.slips] + ["12345"]
        hints = [question.judge(answer).message for answer in wrong]
        assert len(set(hints)) == len(hints)  # each slip has a hint of its own
    else:
        wrong = ["0", f"{question.names[0]}.sum()", "1 / 0"]
    for answer in wrong:
        verdict = question.judge(answer)
        assert not verdict.right and question.section in verdict.message


@EACH
@pytest.mark.parametrize("nonsense", ["", "???", "nan", "(", "import os"])
def test_nonsense_gets_a_sentence(question, nonsense):
    verdict = question.judge(nonsense)
    assert not verdict.right and len(verdict.message) > 10


def test_code_is_judged_by_an_exercise_of_a_lesson():
    """Their mistakes are judged with the exercise; here, that its words reach the reader."""
    for question in QUESTIONS:
        if isinstance(question, Code):
            assert question.exercise is getattr(checks, question.exercise.name)
    (kl,) = (question for question in QUESTIONS if question.key == "kl-code")
    ratio = "(logvar - prior_logvar)"
    twice = f"(mu - prior_mu)**2 / prior_logvar.exp() + {ratio}.exp() - 1 - {ratio}"
    verdict = kl.judge(twice)
    assert not verdict.right and "one half" not in verdict.message
    verdict = kl.judge(f"({twice}).sum(-1)")
    assert verdict.mistake == "one half missing" and "factor 1/2" in verdict.message
    assert not kl.judge("...").answered


def test_going_through_the_whole_test(tmp_path):
    view = SelfTest(QUESTIONS, tmp_path / "score.json")
    for i, question in enumerate(QUESTIONS):
        assert view.index == i and f"Question {i + 1}" in view.prompt.value
        assert not view.answer(
            "???" if not isinstance(question, Choice) else wrong_option(question)
        ).right
        assert "Not yet" in view.feedback.value
        assert view.answer(right_answers(question)[0]).right
        assert "Right" in view.feedback.value and view.score == i + 1
        view.next.click()
        assert view.feedback.value == ""
    assert view.index == 0 and "12 of 12" in view.total.value
    view.back.click()
    assert view.index == 11


def wrong_option(question):
    return next(i for i, option in enumerate(question.options) if not option.right)


def test_the_score_is_kept_in_one_local_file_and_can_be_forgotten(tmp_path, monkeypatch):
    monkeypatch.setenv("VAETEACH_CACHE", str(tmp_path))
    view = SelfTest(QUESTIONS)
    view.answer(right_answers(QUESTIONS[0])[0])
    assert [path.name for path in tmp_path.iterdir()] == ["self_test.json"]
    assert json.loads((tmp_path / "self_test.json").read_text()) == {QUESTIONS[0].key: True}
    again = SelfTest(QUESTIONS)
    assert again.score == 1
    again.reset()
    assert again.score == 0 and not (tmp_path / "self_test.json").exists()


def test_an_empty_answer_is_not_counted(tmp_path):
    view = SelfTest(QUESTIONS, tmp_path / "score.json")
    for question in QUESTIONS:
        view.check.click()
        assert "Not answered yet" in view.feedback.value
        view.answer(right_answers(question)[0])
        view._entry.value = None if isinstance(question, Choice) else "  "
        view.check.click()
        assert view.results[question.key]  # what was right before stays
        view.next.click()
    assert len(view.results) == view.score == len(QUESTIONS)


@pytest.mark.parametrize("damage", ["", "[1, 2]", '{"gap": 7}', "\x00"])
def test_a_damaged_score_file_begins_anew(tmp_path, damage):
    (tmp_path / "score.json").write_text(damage)
    assert SelfTest(QUESTIONS, tmp_path / "score.json").score == 0


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    view = SelfTest(QUESTIONS, tmp_path / "file" / "score.json")
    view.answer(0)
    assert "could not be kept" in view.feedback.value


def test_what_a_reader_writes_is_shown_and_not_run_by_the_page(tmp_path):
    view = SelfTest(QUESTIONS, tmp_path / "score.json")
    view.show(3)
    view.answer("<script>alert(1)</script>")
    assert "<script>" not in view.feedback.value
