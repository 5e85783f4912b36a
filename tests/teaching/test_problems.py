"""The problems and the exams: each has its solution, and each number of a solution is computed."""

import math
import re

import pytest
import torch
from torch import distributions

import vaeteach as vt
from teaching.lessons import ROOT
from vaeteach import checks

PROBLEM = re.compile(r"(?m)^\*\*([\w.]+)\*\* ")
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def parts(name):
    """{number: text} of the problems or solutions of a page."""
    pieces = PROBLEM.split((ROOT / "teaching" / name).read_text("utf-8"))
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def near(value, stated):
    """That a value, rounded as it is printed, is the number that is stated."""
    decimals = len(str(stated).partition(".")[2])
    assert abs(float(value) - stated) <= 0.501 * 10**-decimals, f"{float(value)}, not {stated}"


def by_grid(q, p):
    """KL(q || p) in one dimension as a sum, which knows no formula."""
    z = torch.linspace(-30, 30, 60_001, dtype=torch.float64)
    weight = torch.softmax(q.log_prob(z), 0)
    return (weight * (q.log_prob(z) - p.log_prob(z))).sum()


SPACE = vars(distributions) | {
    "checks": checks,
    "math": math,
    "torch": torch,
    "vt": vt,
    "near": near,
    "by_grid": by_grid,
}
PROBLEMS, SOLUTIONS = parts("problems.md"), parts("solutions.md")
EXAMS, MARKING = parts("exams.md"), parts("marking.md")


def test_every_problem_has_a_solution_a_kind_and_a_difficulty():
    assert list(PROBLEMS) == list(SOLUTIONS) and len(PROBLEMS) >= 40
    kinds = [re.match(r"\(([\w ]+) (●+)\)", text) for text in PROBLEMS.values()]
    assert all(kinds)
    assert {kind[1] for kind in kinds} == {"derivation", "code", "find the fault", "prediction"}
    assert {kind[2] for kind in kinds} == {"●", "●●", "●●●"}
    numbers = {path.name[:2] for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    assert {f"{int(number.split('.')[0]):02}" for number in PROBLEMS} <= numbers


def test_an_exam_has_ninety_points_and_each_of_its_steps_some():
    assert list(EXAMS) == list(MARKING)
    for exam in "AB":
        worth = {n: int(text[1 : text.index(")")]) for n, text in EXAMS.items() if exam in n}
        assert sum(worth.values()) == 90
        for number, points in worth.items():
            steps = [int(n) for n in re.findall(r"\((\d+)\)", CODE.sub("", MARKING[number]))]
            assert steps[0] == points and (sum(steps[1:]) == points or number == "A1")


@pytest.mark.parametrize("number", [*SOLUTIONS, *MARKING])
def test_the_numbers_of_a_solution_are_computed(number):
    text, asked = (SOLUTIONS | MARKING)[number], (PROBLEMS | EXAMS)[number]
    code = "\n".join(CODE.findall(text))
    exec(compile(code, f"solution {number}", "exec"), dict(SPACE))
    computed = set(re.findall(r"\d+(?:\.\d+)?", code))
    given = set(re.findall(r"\d+\.\d+", asked)) | set(PROBLEMS)
    for stated in set(re.findall(r"\d+\.\d+", CODE.sub("", text))) - given:
        assert {stated, str(float(stated))} & computed, f"{stated} is not computed"
