"""The instructor's guide and the expected values: made from the lessons, whichever there are."""

import re

import nbformat
import pytest

from teaching import expected, guide
from teaching.lessons import Lesson, lessons

LESSONS = lessons()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_a_lesson_has_its_chapter(lesson):
    chapter = guide._lesson(lesson)
    assert lesson.title in chapter and "**Minutes**" in chapter
    for task in lesson.tasks:
        assert all(mistake.name in chapter for mistake in task.check.mistakes[:2])
    if lesson.notes:
        assert len(lesson.notes["questions"]) == 3 and len(lesson.notes["written"]["rubric"]) >= 3
        assert all(question in chapter for question, _ in lesson.notes["questions"])


def test_the_stored_guide_holds_what_the_notes_say():
    stored = guide.PAGE.read_text("utf-8")
    for lesson in LESSONS:
        if lesson.notes:
            anew = "run: python -m teaching.guide"
            assert lesson.notes["say"] in stored and lesson.notes["look"] in stored, anew


def test_sections_hold_every_cell_once():
    for lesson in LESSONS:
        cells = [cell.source for section in lesson.sections for cell in section.cells]
        assert "".join(cells).split() == "".join(cell.source for cell in lesson.cells).split()


def _lesson(tmp_path, *sources):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(notebook, tmp_path / "99_trial.ipynb")
    return Lesson(tmp_path / "99_trial.ipynb", {})


def test_numbers_are_read_from_what_is_printed_and_shown(tmp_path, capsys):
    lesson = _lesson(
        tmp_path,
        "import pandas as pd\nimport vaeteach as vt",
        "seed = vt.build_vae.keywords['seed']",
        "print(f'bound {-3.5 - seed:.1f} nats, 1,000 of them; N(0, I)')\nprint('none here')",
        "pd.DataFrame({'gap': [0.25 + seed]}, index=['plane'])",
        "checks.something(answer)",
        "LatentExplorer(model, data)",
        "assert seed != 3",
    )
    table = expected.spread(lesson, 4)  # of which the last one breaks an assertion
    found = table.set_index(["text", "place"])["mean"]
    assert found["bound # nats, # of them; N(#, I)", 0] == -4.5
    assert found["bound # nats, # of them; N(#, I)", 1] == 1000
    assert found["plane: gap #", 0] == 1.25 and len(table) == 4
    assert table["std"].tolist() == [1, 0, 0, 1] and set(table.seeds) == {3}
    assert "seed 3: 99_trial.ipynb" in capsys.readouterr().out


def test_expected_values_come_from_lines_that_are_there():
    table = expected.stored()
    assert not expected.stale(table, LESSONS).any(), (
        "run: python -m teaching.expected --drop-stale; python -m teaching.guide"
    )
    assert (table["min"] <= table["mean"] + 1e-6).all() and (table.seeds >= 4).all()
    assert guide.PAGE.read_text("utf-8").count("**Expected values**, ") == table.lesson.nunique()


def test_a_line_that_a_lesson_no_longer_prints_is_found(tmp_path):
    before = _lesson(
        tmp_path,
        "import pandas as pd",
        "print(f'bound {-3.5:.1f} nats')",
        "print(f'gap {2.5:.1f} nats')",
        "pd.DataFrame({'plane': [1.5]})",
    )
    table = expected.spread(before, 1)
    cells = [cell.id for cell in before.cells]
    assert not expected.stale(table, [before]).any()
    for now, found in (
        ({1: "print(f'bound {-7.5:.1f} nats')  # another value"}, []),
        ({1: "print(f'ELBO {-3.5:.1f} nats')"}, ["bound # nats"]),
        ({2: "gap = 2.5"}, ["gap # nats"]),
        ({3: "pd.DataFrame({'sphere': [1.5]})"}, [table.text[2]]),
    ):
        after = Lesson(before.path, {})
        for number, source in now.items():
            after.cells[number].source = source
        assert table.text[expected.stale(table, [after])].tolist() == found
    after.cells[1].id = "renamed"
    assert expected.stale(table, [after])[0] and cells[1] == table.cell[0]


SECTION = re.compile(r"[Ss]ections? (\d)(?: to (\d)|, (\d))?(?: and (\d))?")


def test_sections_that_are_named_are_there():
    """In the notes and in the syllabi; and nobody is told to skip the figure to dwell on."""
    named = [(lesson.number, lesson.notes[key]) for lesson in LESSONS for key in ("late", "skip")]
    syllabi = (guide.ROOT / "teaching" / "syllabi.md").read_text("utf-8")
    named += re.findall(r"(\d\d)[,:]? (sections (?:\d(?!\d)(?:, | to | and )?)+)", syllabi)
    assert len(named) == 2 * len(LESSONS) + 6
    for number, text in named:
        (lesson,) = (lesson for lesson in LESSONS if lesson.number == number)
        there = {section.title[0] for section in lesson.sections}
        sections = {n for match in SECTION.findall(text) for n in match if n}
        assert sections <= there, (number, text)
    for lesson in LESSONS:
        titles = [s.title for s in lesson.sections for cell in s.cells]
        ids = [cell.id for s in lesson.sections for cell in s.cells]
        home = titles[ids.index(lesson.notes["figure"])][0]
        whole = re.findall(r"(?:^|[,;] |or |and )[Ss]ection (\d)(?=[.,;]|$)", lesson.notes["skip"])
        assert home not in whole, (lesson.number, home)
