"""Assignments: made of the lessons, graded by their checks; with the real nbgrader on request."""

import contextlib
import dataclasses
import io
import os
import pathlib
import re
import sys

import nbformat
import pytest

import vaeteach
from teaching import assignments, grading
from teaching.lessons import lessons
from vaeteach import checks

LESSONS = {lesson.number: lesson for lesson in lessons()}
SOLUTION = re.compile(r" *### BEGIN SOLUTION.*?### END SOLUTION", re.DOTALL)
HIDDEN = re.compile(r"\n### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.DOTALL)


def cells(notebook, ending):
    """{name of the exercise: cell} for the cells of one kind."""
    return {
        cell.id.removesuffix(ending): cell for cell in notebook.cells if cell.id.endswith(ending)
    }


def forget_checks():
    """Take the modules of the checks away, and return them; whoever imports gets new ones."""
    vaeteach.__dict__.pop("checks", None)
    names = [name for name in sys.modules if name.startswith("vaeteach.checks")]
    return {name: sys.modules.pop(name) for name in names}


@pytest.fixture
def own_checks():
    """What a submission does to the checks is done to others than ours."""
    ours = forget_checks()
    yield
    forget_checks()
    sys.modules.update(ours)
    vaeteach.checks = checks


@pytest.fixture(scope="module")
def lesson_03():
    return assignments.assignment(LESSONS["03"], seed=1)


def points(notebook, answers):
    """What a grader gives: each cell is run after the answers, 0 points for an error or stderr."""
    space, earned = {}, {}
    for cell in notebook.cells:
        name = cell.id
        if cell.cell_type != "code":
            continue
        source = answers.get(
            name.removesuffix("-answer"), SOLUTION.sub("    return ...", cell.source)
        )
        err, failed = io.StringIO(), False
        with contextlib.redirect_stderr(err), contextlib.redirect_stdout(io.StringIO()):
            try:
                exec(source if cell.metadata.nbgrader.solution else cell.source, space)
            except Exception:
                failed = True
        if cell.metadata.nbgrader.grade:
            fine = not failed and not err.getvalue()
            earned[name.removesuffix("-check")] = cell.metadata.nbgrader.points * fine
    return earned


@pytest.mark.parametrize("number", LESSONS)
def test_solved_untouched_and_mistaken(number, own_checks):
    """As nbgrader gave it (teaching/grading.md), here without nbgrader."""
    lesson = LESSONS[number]
    notebook = assignments.assignment(lesson, seed=1)
    nbformat.validate(notebook)
    answers = {name: cell.source for name, cell in cells(notebook, "-answer").items()}
    answers.pop("written", None)
    assert all("### BEGIN SOLUTION" in source for source in answers.values())
    full = {name: cell.metadata.nbgrader.points for name, cell in cells(notebook, "-check").items()}
    assert len(full) == len(lesson.tasks) >= 2 and set(full.values()) <= {1, 2}
    nothing = dict.fromkeys(full, 0)
    assert points(notebook, answers) == full
    assert points(notebook, {}) == nothing
    for mistake in (0, 1):
        mistaken = {name: grading.wrong(name, mistake) for name in full}
        assert points(notebook, mistaken) == nothing


def test_answers_that_only_know_the_inputs_that_are_shown(lesson_03, own_checks):
    """They pass the check in sight; the hidden one asks about other numbers."""
    assert points(lesson_03, {"kl_gradient": grading.ONLY_SHOWN})["kl_gradient"] == 0
    space = {}
    exec(grading.ONLY_SHOWN, space)
    assert checks.kl_gradient.judge(space["kl_gradient"]).right
    verdict = checks.kl_gradient.on_other_inputs(5).judge(space["kl_gradient"])
    assert not verdict.right and "hidden input" not in verdict.message
    assert "tensor" not in verdict.message and "mu =" not in verdict.message


@pytest.mark.parametrize(
    "trick",
    [
        "checks.kl_gradient = print",
        "class checks:\n    kl_gradient = print",
        "type(checks.kl_gradient).__call__ = lambda *a: None",
        "type(checks.kl_gradient).judge = lambda *a: checks.Verdict(True, '')",
        "checks.kl_gradient.judge.__globals__['_graded'] = False\ndef kl_gradient(*a): return ...",
        "import sys, types\nsys.modules['vaeteach.checks'] = checks = types.SimpleNamespace(\n"
        "    kl_gradient=print, graded=print)",
    ],
    ids=range(6),
)
def test_a_submission_that_replaces_the_checks(lesson_03, own_checks, trick):
    wrong_answer = f"def kl_gradient(mu, sigma):\n    return -mu, sigma\n{trick}"
    assert points(lesson_03, {"kl_gradient": wrong_answer})["kl_gradient"] == 0


def test_no_solution_is_left_in_a_release(lesson_03):
    for name, cell in cells(lesson_03, "-answer").items():
        if cell.cell_type == "code":
            (task,) = (task for task in LESSONS["03"].tasks if task.name == name)
            assert SOLUTION.sub("    return ...", cell.source) == task.stub
    shown = "\n".join(
        HIDDEN.sub("", cell.source) for cell in lesson_03.cells if "answer" not in cell.id
    )
    assert "Solution" not in shown and "on_other_inputs" not in shown and "Hint" in shown


def test_hidden_inputs_tell_every_mistake_from_the_solution():
    check = checks.kl_split
    number = assignments.unseen(check, 3)
    assert number == assignments.unseen(check, 3) != assignments.unseen(check, 4)
    no_mistake = checks.Mistake("none", check.solution, "This is right.")
    with pytest.raises(RuntimeError, match="kl_split"):
        assignments.unseen(dataclasses.replace(check, mistakes=(no_mistake,)), 3)


def test_the_command(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(assignments, "unseen", lambda check, seed: 1)
    assert assignments.main([str(tmp_path), "00", "--seed", "5"]) == 0
    (path,) = (tmp_path / "source").rglob("*.ipynb")
    assert path.stem == path.parent.name == LESSONS["00"].path.stem
    compile((tmp_path / "nbgrader_config.py").read_text("utf-8"), "config", "exec")
    (tmp_path / "nbgrader_config.py").write_text("# the teacher's own", "utf-8")
    assignments.main([str(tmp_path), "00"])
    assert "teacher's own" in (tmp_path / "nbgrader_config.py").read_text("utf-8")
    with pytest.raises(SystemExit):
        assignments.main([str(tmp_path), "99"])
    assert "There is no lesson 99" in capsys.readouterr().err


# --- the real nbgrader ----------------------------------------------------------------------------

ASKED = pytest.mark.skipif("VAETEACH_EVERYTHING" not in os.environ, reason="VAETEACH_EVERYTHING=1")


@pytest.fixture(scope="module")
def nbgrader(tmp_path_factory):
    """A Python with nbgrader: a new one, or that which VAETEACH_NBGRADER names."""
    if "VAETEACH_NBGRADER" in os.environ:
        return pathlib.Path(os.environ["VAETEACH_NBGRADER"])
    return grading.environment(tmp_path_factory.mktemp("nbgrader"))


@ASKED
@pytest.mark.slow
@pytest.mark.parametrize("number", LESSONS)
def test_nbgrader_itself(number, nbgrader, tmp_path):
    """Generate, autograde, feedback: solved, untouched and two mistakes that the checks know."""
    rows = grading.outcome(LESSONS[number], nbgrader, tmp_path)
    assert len(rows) == len(LESSONS[number].tasks)
    for row in rows:
        assert row["solved"] == row["of"] > 0, row
        assert [row[student] for student in grading.STUDENTS[1:]] == [0, 0, 0], row
        assert row["named"] == [True, True], row


@ASKED
@pytest.mark.slow
def test_nbgrader_and_submissions_that_misbehave(nbgrader, tmp_path):
    rows = grading.misbehaviour(nbgrader, tmp_path)
    assert len(rows) == len(grading.MISBEHAVING) and not any(row["left"] for row in rows)
    assert not any(row["points"] or row["told"] for row in rows), rows


def test_the_stored_report_is_of_the_exercises_that_there_are():
    page = grading.PAGE.read_text("utf-8")
    row = r"^\| (\d\d) \| (\w+) \| (\d) \| (\d) \| 0 \| 0, .*\| 0, "
    told = re.findall(row, page, re.MULTILINE)
    assert [(number, name) for number, name, *_ in told] == [
        (number, task.name) for number in LESSONS for task in LESSONS[number].tasks
    ], "run: python -m teaching.grading"
    assert "(not named)" not in page
    assert all(of == solved for *_, of, solved in told)
