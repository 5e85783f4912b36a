"""The pre-check: right answers pass, every wrong one that it knows is told what it mistakes."""

import re

import pytest

from teaching.lessons import ROOT
from vaeteach.checks.pre_check import QUESTIONS
from vaeteach.checks.quiz import Choice, Code, Number

RIGHT_CODE = {
    "row-sums": "x.sum(-1)",
    "broadcast": "(centre - x) ** 2",
    "log-of-sum": "logs.max() + (logs - logs.max()).exp().sum().log()",
}
# worked out by hand
RIGHT_NUMBERS = {"expectation": "3", "bayes": "0.4706", "normal": "1", "nats": "2.0794"}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_answers(question):
    if isinstance(question, Choice):
        right = [option.text for option in question.options if option.right]
        wrong = [option.text for option in question.options if not option.right]
        assert len(right) == 1 and len(wrong) == 2
    elif isinstance(question, Number):
        right, wrong = [RIGHT_NUMBERS[question.key]], [str(slip()) for slip, _ in question.slips]
    else:
        right, wrong = [RIGHT_CODE[question.key]], [f"{question.names[0]}.sum()"]
        for mistake in question.exercise.mistakes:
            assert question.exercise.judge(mistake.answer).mistake == mistake.name
    assert all(question.judge(answer).right for answer in right)
    for answer in wrong:
        verdict = question.judge(answer)
        assert not verdict.right and f"See {question.section}" in verdict.message


def test_what_it_points_to_exists():
    assert len(QUESTIONS) == 12 and {type(question) for question in QUESTIONS} == {
        Choice,
        Code,
        Number,
    }
    primer = (ROOT / "notebooks" / "primer.md").read_text("utf-8")
    for question in QUESTIONS:
        section = re.match(r"section (\d) of the primer|lesson (\d\d)", question.section)
        if section and section[1]:
            assert f"\n## {section[1]}. " in primer
        elif section:
            assert list((ROOT / "notebooks").glob(f"{section[2]}_*.ipynb"))
