"""Try the assignments with the real nbgrader: `python -m teaching.grading [LESSON ...]`.

For each lesson: generate, submit, autograde, feedback. Submitted are the solutions, the release as
it is, and twice a mistake of the catalogue in every exercise; then, for one lesson, submissions
that misbehave. The points that came out are written to grading.md.
"""

import argparse
import html
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

import nbformat

from . import assignments
from .lessons import ROOT, Lesson, lessons

PAGE = ROOT / "teaching" / "grading.md"
STUDENTS = ("solved", "untouched", "first mistake", "second mistake")
POINTS_GIVEN = """
import json, sys
from nbgrader.api import Gradebook
given = {}
with Gradebook("sqlite:///gradebook.db") as book:
    for submission in book.find_assignment(sys.argv[1]).submissions:
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        given[submission.student.id] = {grade.cell.name: grade.auto_score for grade in grades}
print(json.dumps(given))"""


def environment(folder: Path) -> Path:
    """The Python of a new environment in this folder: nbgrader over the packages of this one."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "course.pth").write_text(sysconfig.get_paths()["purelib"])
    constraints = ["-c", str(ROOT / "constraints.txt")]
    subprocess.run([python, "-m", "pip", "install", "-q", *constraints, "nbgrader"], check=True)
    return python


class Course:
    """A course of nbgrader's in a folder, run by the Python that has nbgrader."""

    def __init__(self, folder: Path, python: Path):
        self.folder, self.python = folder, python
        path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"  # it starts alembic by its name
        home = str(folder.parent / "home")  # beside it, for the next course: caches are kept there
        self.environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "HOME": home}

    def run(self, *arguments):
        """What the command said; raises RuntimeError if it failed, but for `autograde`."""
        ran = subprocess.run(
            [str(self.python), *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        if ran.returncode and "autograde" not in arguments:
            raise RuntimeError(f"{' '.join(arguments)}: {ran.stderr[-3000:]}")
        return ran

    def submit(self, student, assignment, change):
        """Hand in what is released, with its cells changed by change({name: cell}, notebook)."""
        notebook = nbformat.read(self.folder / "release" / assignment / f"{assignment}.ipynb", 4)
        change({cell.id: cell for cell in notebook.cells}, notebook)
        path = self.folder / "submitted" / student / assignment / f"{assignment}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def graded(lesson: Lesson, python: Path, folder: Path, submissions: dict, timeout=120):
    """({student: {exercise: points}}, {exercise: full points}, {student: page of feedback}).

    Raises RuntimeError where nbgrader graded a submission or wrote its feedback not at all, or a
    cell that it ran wrote to stderr, which would cost its points.
    """
    name, course = lesson.path.stem, Course(folder, python)
    folder.mkdir(parents=True, exist_ok=True)
    (source,) = assignments.write(folder, [lesson.number], seed=1)
    course.run("-m", "nbgrader", "generate_assignment", name)
    for student, change in submissions.items():
        course.submit(student, name, change)
    said = course.run("-m", "nbgrader", "autograde", name, f"--Execute.timeout={timeout}").stderr
    course.run("-m", "nbgrader", "generate_feedback", name)
    pages = {
        page.parts[-3]: page.read_text("utf-8") for page in folder.glob(f"feedback/*/{name}/*.html")
    }
    given = json.loads(course.run("-c", POINTS_GIVEN, name).stdout)
    if not set(pages) == set(given) == set(submissions):
        raise RuntimeError(f"not all were graded: {said[-3000:]}")
    noise = [text for path in folder.glob(f"autograded/*/{name}/*.ipynb") for text in _stderr(path)]
    if noise:
        raise RuntimeError(f"on stderr of {name}: {noise}")
    full = {
        cell.id.removesuffix("-check"): cell.metadata.nbgrader.points
        for cell in nbformat.read(source, 4).cells
        if cell.id.endswith("-check")
    }
    of = {
        student: {exercise: scores[f"{exercise}-check"] for exercise in full}
        for student, scores in given.items()
    }
    return of, full, pages


def _stderr(path):
    for cell in nbformat.read(path, 4).cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                yield f"{path.parts[-3]}, {cell.id}: {output.text[-500:]}"


# --- what is handed in ----------------------------------------------------------------------------


def wrong(name, number):
    """The code of a wrong answer: a mistake that the exercise's catalogue knows."""
    return f"from vaeteach import checks\n{name} = checks.{name}.mistakes[{number}].answer"


def four(lesson: Lesson) -> dict:
    """The four submissions of STUDENTS: {student: change of the release}."""

    def answered(code):
        def change(named, _):
            for task in lesson.tasks:
                named[f"{task.name}-answer"].source = code(task)

        return change

    changes = [
        answered(lambda task: task.solution),
        lambda *_: None,
        answered(lambda task: wrong(task.name, 0)),
        answered(lambda task: wrong(task.name, 1)),
    ]
    return dict(zip(STUDENTS, changes))


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


def _kl_gradient(source):
    """The exercise kl_gradient of lesson 03 answered with this code, the others untouched."""

    def change(named, _):
        named["kl_gradient-answer"].source = source

    return change


def _without_checks(named, notebook):
    notebook.cells = [cell for name, cell in named.items() if not name.endswith("-check")]


def _with_empty_checks(named, _):
    for name, cell in named.items():
        if name.endswith("-check"):
            cell.source = "pass"


HEAD = "def kl_gradient(mu, sigma):\n    "
MISBEHAVING = {
    "an answer that never ends": _kl_gradient(HEAD + "while True: pass"),
    "a cell that never ends": _kl_gradient("while True: pass"),
    "an answer that calls exit()": _kl_gradient(HEAD + "exit()"),
    "a cell that calls exit()": _kl_gradient("exit()"),
    "an answer that writes a file": _kl_gradient(
        HEAD + "open('left.txt', 'w').write('here')\n    return mu"
    ),
    "an answer that knows the shown inputs and prints the others": _kl_gradient(ONLY_SHOWN),
    "a wrong answer and another check in place of ours": _kl_gradient(
        HEAD + "return mu\nchecks.kl_gradient = print"
    ),
    "checks deleted": _without_checks,
    "checks emptied": _with_empty_checks,
}


# --- the report -----------------------------------------------------------------------------------


def outcome(lesson: Lesson, python: Path, folder: Path) -> list[dict]:
    """A row for each exercise: its points, those of each of the four, and the two mistakes."""
    of, full, pages = graded(lesson, python, folder, four(lesson))
    rows = []
    for task in lesson.tasks:
        names = [mistake.name for mistake in task.check.mistakes[:2]]
        named = [
            f"looks like “{name}”" in html.unescape(pages[student])
            for name, student in zip(names, STUDENTS[2:])
        ]
        row = {"lesson": lesson.number, "exercise": task.name, "of": full[task.name]}
        row |= {student: of[student][task.name] for student in STUDENTS}
        rows.append(row | {"mistakes": names, "named": named})
    return rows


def misbehaviour(python: Path, folder: Path) -> list[dict]:
    """A row for each submission to lesson 03 that misbehaves: its points, and what it left."""
    (lesson,) = (lesson for lesson in lessons() if lesson.number == "03")
    students = {f"student_{i}": change for i, change in enumerate(MISBEHAVING.values())}
    of, full, pages = graded(lesson, python, folder, students, timeout=20)
    rows = []
    for student, what in zip(students, MISBEHAVING):
        told = "hidden input is tensor" in pages[student]
        points = sum(of[student].values())
        rows.append({"what": what, "points": points, "of": sum(full.values()), "told": told})
    left = [str(path) for path in folder.rglob("left.txt")]
    return [row | {"left": left} for row in rows]


def report(rows: list[dict], misbehaved: list[dict]) -> str:
    """The page, from the rows of all lessons that were tried."""
    lines = []
    for row in rows:
        said = [
            f"{row[student]:g}, “{name}”" + " (not named)" * (not named)
            for student, name, named in zip(STUDENTS[2:], row["mistakes"], row["named"])
        ]
        points = [f"{row[student]:g}" for student in ("of", "solved", "untouched")]
        lines.append("| " + " | ".join([row["lesson"], row["exercise"], *points, *said]) + " |")
    text = PAGE_TEXT.format(
        lessons=len({row["lesson"] for row in rows}),
        exercises=len(rows),
        full=f"{sum(row['of'] for row in rows):g}",
        solved=f"{sum(row['solved'] for row in rows):g}",
        rest=f"{sum(row[student] for row in rows for student in STUDENTS[1:]):g}",
        named=sum(map(sum, (row["named"] for row in rows))),
        twice=2 * len(rows),
        rows="\n".join(lines),
    )
    if misbehaved:
        text += MISBEHAVED_TEXT.format(
            rows="\n".join(
                f"| {row['what']} | {row['points']:g} of {row['of']:g} |" for row in misbehaved
            ),
            left=f"{len(misbehaved[0]['left'])} files left behind",
            told=f"{sum(row['told'] for row in misbehaved)} pages of feedback",
        )
    return text


PAGE_TEXT = """\
# What nbgrader gave

Made by `python -m teaching.grading`, which runs nbgrader's own cycle (generate, autograde, \
feedback) on the assignment of each lesson. Four students hand in: all solutions; the release as \
it is; and twice a mistake of the catalogue in every exercise, with the name under which the \
feedback was to know it.

{lessons} lessons, {exercises} exercises: solved **{solved} of {full}** points; untouched and \
mistaken together **{rest}**. The mistake was named {named} times of {twice}. No cell wrote to \
stderr. The written questions are graded by hand and not counted here.

| lesson | exercise | points | solved | untouched | first mistake | second mistake |
|---|---|---|---|---|---|---|
{rows}
"""
MISBEHAVED_TEXT = """
## Submissions that misbehave

The exercise `kl_gradient` of lesson 03 answered so, the others not at all:

| | points |
|---|---|
{rows}

{left}, and {told} with a hidden input.
"""


def main(arguments=None):
    """The command line: try the lessons asked for, keep what `--rows` has of the others."""
    parser = argparse.ArgumentParser(prog="python -m teaching.grading", description=__doc__)
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="such as 03; all if none")
    parser.add_argument("--python", type=Path, help="one that has nbgrader; else one is made")
    parser.add_argument("--rows", type=Path, help="keeps the runs in this file, to go on from")
    parser.add_argument("--misbehave", action="store_true", help="and those, if lessons are named")
    chosen = parser.parse_args(arguments)
    there = {lesson.number: lesson for lesson in lessons()}
    kept = {"rows": [], "misbehaved": []}
    if chosen.rows and chosen.rows.exists():
        kept = json.loads(chosen.rows.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as base:
        python = chosen.python or environment(Path(base) / "nbgrader")
        folder, other = Path(base) / "course", Path(base) / "misbehaved"
        for number in chosen.lessons or there:
            rows = outcome(there[number], python, folder)
            others = [row for row in kept["rows"] if row["lesson"] != number]
            kept["rows"] = sorted(others + rows, key=lambda row: row["lesson"])
            print(number, *(f"{s}: {sum(row[s] for row in rows):g}" for s in ("of", *STUDENTS)))
            _keep(kept, chosen.rows)
        if chosen.misbehave or not chosen.lessons:
            kept["misbehaved"] = misbehaviour(python, other)
            _keep(kept, chosen.rows)


def _keep(kept, path):
    PAGE.write_text(report(**kept), "utf-8")
    if path:
        path.write_text(json.dumps(kept), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
