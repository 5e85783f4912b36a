"""The instructor's guide and the expected values: made from the lessons, whichever there are."""

import nbformat
import pytest

from teaching import expected, guide
from teaching.lessons import Lesson, lessons
from vaeteach import results

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


def test_expected_values_come_from_cells_that_are_there():
    table = results.read("expected", dtype={"lesson": str})
    for number, rows in table.groupby("lesson"):
        (lesson,) = (lesson for lesson in LESSONS if lesson.number == number)
        there = {cell.id for cell in lesson.cells}
        assert len(set(rows.cell) & there) >= len(set(rows.cell)) // 2, f"make {number} again"
        assert (rows["min"] <= rows["mean"] + 1e-6).all() and (rows.seeds >= 9).all()
    assert guide.PAGE.read_text("utf-8").count("**Expected values**") >= 1
