"""What the lessons say of their figures holds: one seed here, ten in the kept report."""

import re

import pytest
from lesson_rules import NOTEBOOKS, read
from register import CLAIMS, all_claims

from vaeteach import results

LESSONS = {path.name[:2]: path for path in NOTEBOOKS}
REPORT = results.read("claims", dtype=str).set_index("claim")


def first_seed(claim):
    """The first seed that the report does not list as an exception."""
    known = REPORT.disagree.get(claim.name, "").split()
    return next(seed for seed in range(99) if str(seed) not in known)


@pytest.mark.parametrize("claim", all_claims(), ids=lambda claim: f"{claim.lesson}-{claim.name}")
def test_claim_holds(claim):
    assert claim.holds(first_seed(claim)), claim.sentence


def test_every_claim_belongs_to_a_cell():
    for claim in all_claims():
        ids = {cell.id for cell in read(LESSONS[claim.lesson]).cells}
        assert claim.cell in ids, f"lesson {claim.lesson} has no cell {claim.cell!r}"


def test_every_try_is_held_by_claims():
    """But for the self-test's, whose answers and feedback have tests of their own."""
    held = {(claim.lesson, claim.cell) for claim in all_claims()} | {("12", "quiz-try")}
    asked = {
        (number, cell.id)
        for number, path in LESSONS.items()
        for cell in read(path).cells
        if cell.cell_type == "markdown" and re.search(r"(?m)^\*\*Try", cell.source)
    }
    assert len(asked) >= len(LESSONS) and asked <= held


def test_names_are_unique():
    names = [claim.name for claim in CLAIMS]
    assert len(set(names)) == len(names)


def test_the_report_is_complete_and_has_no_row_below_nine_tenths():
    names = {claim.name for claim in all_claims()}
    assert sorted(REPORT.index) == sorted(names), "run: python tests/claims/report.py --write"
    agree, seeds = REPORT.agree.astype(int), REPORT.seeds.astype(int)
    assert (seeds >= 5).all()
    assert list(REPORT.index[agree < 0.9 * seeds]) == []
