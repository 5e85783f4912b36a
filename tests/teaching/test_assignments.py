"""Assignments: made of the lessons, graded by their checks; with the real nbgrader on request."""

import contextlib
import dataclasses
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import sysconfig
import venv

import nbformat
import pytest

import vaeteach
from teaching import assignments
from teaching.lessons import ROOT, lessons
from vaeteach import checks

LESSONS = {lesson.number: lesson for lesson in lessons()}
SOLUTION = re.compile(r" *### BEGIN SOLUTION.*?### END SOLUTION", re.DOTALL)
HIDDEN = re.compile(r"\n### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.DOTALL)


# It knows the inputs that are shown, and tells of others what it can.
ONLY_SHOWN = """
from vaeteach import checks
shown = checks.kl_gradient
def kl_gradient(mu, sigma):
    for case in shown.inputs():
        if case[0].shape == mu.shape and bool((case[0] == mu).all()):
            return shown.solution(mu, sigma)
    print("the hidden input is", mu)
    raise ValueError(f"the hidden input is {mu}")
"""


def cells(notebook, ending):
    """{name of the exercise: cell} for the cells of one kind."""
    return {
        cell.id.removesuffix(ending): cell for cell in notebook.cells if cell.id.endswith(ending)
    }


def wrong(name, number):
    """The code of a wrong answer: a mistake that the exercise's catalogue knows."""
    return f"from vaeteach import checks\n{name} = checks.{name}.mistakes[{number}].answer"


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


def test_solved_untouched_and_mistaken(lesson_03, own_checks):
    answers = {name: cell.source for name, cell in cells(lesson_03, "-answer").items()}
    answers.pop("written", None)
    full = {"kl_between_normals": 2, "kl_by_samples": 2, "kl_gradient": 2, "fault_in_kl": 1}
    nothing = dict.fromkeys(full, 0)
    assert points(lesson_03, answers) == full
    assert points(lesson_03, {}) == nothing
    for number in (0, 1):
        assert points(lesson_03, {name: wrong(name, number) for name in full}) == nothing


def test_answers_that_only_know_the_inputs_that_are_shown(lesson_03, own_checks):
    """They pass the check in sight; the hidden one asks about other numbers."""
    assert points(lesson_03, {"kl_gradient": ONLY_SHOWN})["kl_gradient"] == 0
    space = {}
    exec(ONLY_SHOWN, space)
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


@pytest.mark.parametrize("number", LESSONS)
def test_every_lesson_makes_an_assignment(number, monkeypatch):
    monkeypatch.setattr(assignments, "unseen", lambda check, seed: 1)
    notebook = assignments.assignment(LESSONS[number])
    nbformat.validate(notebook)
    assert len(cells(notebook, "-check")) == len(LESSONS[number].tasks) >= 2
    assert all(cell.metadata.nbgrader.points > 0 for cell in cells(notebook, "-check").values())
    for cell in cells(notebook, "-answer").values():
        assert cell.cell_type != "code" or SOLUTION.search(cell.source)


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


class Course:
    """A course of nbgrader's in a folder, with nbgrader in an environment of its own."""

    def __init__(self, folder, python):
        self.folder, self.python = folder, python
        path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"  # it starts alembic by its name
        home = str(folder / "home")
        self.environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "HOME": home}

    def run(self, *arguments, folder=None):
        command = [str(self.python), "-m", "nbgrader", *arguments]
        ran = subprocess.run(
            command, cwd=folder or self.folder, env=self.environment, capture_output=True, text=True
        )
        assert ran.returncode == 0 or arguments[0] == "autograde", ran.stderr[-3000:]
        return ran

    def submit(self, student, assignment, change):
        """Hand in what is released, with its cells changed by change({name: cell})."""
        notebook = nbformat.read(self.folder / "release" / assignment / f"{assignment}.ipynb", 4)
        change({cell.id: cell for cell in notebook.cells}, notebook)
        path = self.folder / "submitted" / student / assignment / f"{assignment}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)

    def points(self):
        """{(assignment, student): {cell: points given by the machine}} of the gradebook."""
        ask = """
import json
from nbgrader.api import Gradebook
given = []
with Gradebook("sqlite:///gradebook.db") as book:
    for assignment in book.assignments:
        for submission in assignment.submissions:
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            scores = {grade.cell.name: grade.auto_score for grade in grades}
            given.append([assignment.name, submission.student.id, scores])
print(json.dumps(given))"""
        ran = subprocess.run(
            [str(self.python), "-c", ask],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return {(a, s): scores for a, s, scores in json.loads(ran.stdout)}


@pytest.fixture(scope="module")
def nbgrader(tmp_path_factory):
    """An environment with nbgrader over this one; VAETEACH_NBGRADER names a Python that has it."""
    if "VAETEACH_NBGRADER" in os.environ:
        return pathlib.Path(os.environ["VAETEACH_NBGRADER"])
    folder = tmp_path_factory.mktemp("nbgrader")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "course.pth").write_text(sysconfig.get_paths()["purelib"])
    constraints = ["-c", str(ROOT / "constraints.txt")]
    subprocess.run([python, "-m", "pip", "install", "-q", *constraints, "nbgrader"], check=True)
    return python


def solved(lesson):
    def change(named, _):
        for task in lesson.tasks:
            named[f"{task.name}-answer"].source = task.solution

    return change


def mistaken(lesson, number):
    def change(named, _):
        for task in lesson.tasks:
            named[f"{task.name}-answer"].source = wrong(task.name, number)

    return change


def answered(source):
    """The exercise kl_gradient of lesson 03 answered with this code, the others untouched."""

    def change(named, _):
        named["kl_gradient-answer"].source = source

    return change


def without_checks(named, notebook):
    notebook.cells = [cell for name, cell in named.items() if not name.endswith("-check")]


def with_empty_checks(named, _):
    for name, cell in named.items():
        if name.endswith("-check"):
            cell.source = "pass"


HEAD = "def kl_gradient(mu, sigma):\n    "
MISBEHAVING = {
    "endless": answered(HEAD + "while True: pass"),
    "endless_cell": answered("while True: pass"),
    "exits": answered(HEAD + "exit()"),
    "exits_in_a_cell": answered("exit()"),
    "writes": answered(HEAD + "open('left.txt', 'w').write('here')\n    return mu"),
    "prints": answered(ONLY_SHOWN),
    "replaces": answered(HEAD + "return mu\nchecks.kl_gradient = print"),
    "deletes_checks": without_checks,
    "empties_checks": with_empty_checks,
}


ASKED = pytest.mark.skipif("VAETEACH_EVERYTHING" not in os.environ, reason="VAETEACH_EVERYTHING=1")


def graded(number, nbgrader, folder, submissions):
    """({student: {exercise: points}}, the full points, what autograde said) of one assignment."""
    name, course = LESSONS[number].path.stem, Course(folder, nbgrader)
    (source,) = assignments.write(folder, [number], seed=1)
    course.run("generate_assignment", name)
    for student, change in submissions.items():
        course.submit(student, name, change)
    said = course.run("autograde", name, "--Execute.timeout=20").stderr
    full = {
        exercise: cell.metadata.nbgrader.points
        for exercise, cell in cells(nbformat.read(source, 4), "-check").items()
    }
    given = {
        student: {exercise: scores[f"{exercise}-check"] for exercise in full}
        for (_, student), scores in course.points().items()
    }
    course.run("generate_feedback", name)
    pages = {page.parts[-3]: page.read_text("utf-8") for page in folder.glob("feedback/*/*/*.html")}
    assert set(pages) == set(submissions), said[-3000:]
    return given, full, pages


@ASKED
@pytest.mark.slow
@pytest.mark.parametrize("number", LESSONS)
def test_nbgrader_itself(number, nbgrader, tmp_path):
    """Generate, autograde, feedback: solved, untouched and two mistakes that the checks know."""
    lesson = LESSONS[number]
    submissions = {"solved": solved(lesson), "untouched": lambda *_: None}
    submissions |= {f"wrong_{i}": mistaken(lesson, i) for i in (0, 1)}
    given, full, _ = graded(number, nbgrader, tmp_path, submissions)
    assert given.pop("solved") == full
    assert given == dict.fromkeys(given, dict.fromkeys(full, 0)) and len(given) == 3


@ASKED
@pytest.mark.slow
def test_nbgrader_and_submissions_that_misbehave(nbgrader, tmp_path):
    given, full, pages = graded("03", nbgrader, tmp_path, MISBEHAVING)
    assert given == dict.fromkeys(MISBEHAVING, dict.fromkeys(full, 0))
    assert not list(tmp_path.rglob("left.txt"))
    assert "Right (kl_gradient)" in pages["prints"]  # the check in sight
    assert "hidden input is tensor" not in pages["prints"]
