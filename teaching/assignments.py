"""Assignments for nbgrader, made from the lessons: `python3 course.py assignments FOLDER`.

An assignment holds the exercises of a lesson, without its prose: a class is graded in seconds for
each student. Every exercise has its check, and hidden tests on other inputs; a written question
is graded by hand. What nobody answered gives 0 points.
"""

import argparse
import random
import sys
from pathlib import Path

import nbformat

from vaeteach.checks import Exercise

from .lessons import Lesson, Task, lessons, split_function

CONFIG = '''\
"""nbgrader's settings for the assignments of this folder."""

c = get_config()
c.CourseDirectory.course_id = "vaeteach"
c.ClearSolutions.code_stub = {"python": "return ..."}  # as in the lessons
c.ClearSolutions.text_stub = "Write your answer here, in place of this line."
c.OverwriteCells.add_missing_cells = True  # a check that was deleted comes back
c.Execute.timeout = 120  # seconds for a cell; an exercise ends itself after ten
'''
POINTS, POINTS_OF_A_VALUE = (
    2,
    1,
)  # a value has no inputs, and so no hidden test; in words: 1 a line of the rubric
# New modules, whatever became of the old ones in the student's cells.
HIDDEN = """
### BEGIN HIDDEN TESTS
import importlib, sys
for module in [name for name in sys.modules if name.startswith("vaeteach.checks")]:
    del sys.modules[module]
checks = importlib.import_module("vaeteach.checks")
checks.graded()
checks.{name}{others}({function})
### END HIDDEN TESTS"""


def assignment(lesson: Lesson, seed: int = 0) -> nbformat.NotebookNode:
    """The source of one assignment. seed: of the numbers in the hidden tests."""
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", **KERNEL}})
    notebook.cells = [
        _text("title", INTRODUCTION.format(number=lesson.number, title=lesson.title)),
        _code("imports", lesson.imports),
        _code("graded", "checks.graded()  # from here on, an exercise without an answer is wrong"),
    ]
    for task in lesson.tasks:
        notebook.cells += _exercise(task, seed)
    written = lesson.notes.get("written")
    if written:
        notebook.cells += _written(written)
    return notebook


INTRODUCTION = """\
# Assignment {number}: {title}

These are the exercises of lesson {number}; sections and formulas that they mention are the \
lesson's. Replace each `...` by your code. An exercise without an answer gives 0 points. The \
checks that you see are run again when your work is graded, and so are others, on other numbers."""
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python"}


def _exercise(task: Task, seed):
    head, body = split_function(task.solution, task.function)
    yield _text(f"{task.name}-text", f"{task.prompt}\n\n{task.hints}".strip())
    answer = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
    yield _code(f"{task.name}-answer", answer, solution=True, locked=False)
    takes_inputs = bool(task.check.inputs()[0])
    others = f".on_other_inputs({unseen(task.check, seed)})" if takes_inputs else ""
    hidden = HIDDEN.format(name=task.name, others=others, function=task.function)
    test = f"checks.{task.name}({task.function}){hidden}"
    points = POINTS if takes_inputs else POINTS_OF_A_VALUE
    yield _code(f"{task.name}-check", test, grade=True, points=points)


def unseen(check: Exercise, seed: int) -> int:
    """A number for `on_other_inputs` that was tried: right stays right, each mistake is named."""
    random_numbers = random.Random(f"{check.name} {seed}")
    for _ in range(20):
        number = random_numbers.randrange(1, 100_000)
        others = check.on_other_inputs(number)
        right = [others.judge(answer).right for answer in (check.solution, *check.also_right)]
        named = [others.judge(wrong.answer).mistake == wrong.name for wrong in check.mistakes]
        if all(right + named):
            return number
    raise RuntimeError(f"no other inputs of {check.name} tell its mistakes apart")


def _written(written):
    worth = len(written["rubric"])
    question = f"### In words\n\n{written['question']}\n\n*{worth} points, given by hand.*"
    yield _text("written-question", question)
    rubric = "\n".join(f"* 1 point: {line}" for line in written["rubric"])
    answer = f"{written['answer']}\n\n**Points**\n\n{rubric}"
    marks = _marks("written-answer", solution=True, locked=False, grade=True, points=worth)
    yield _text("written-answer", answer, metadata=marks)


def _text(name, source, **options):
    return nbformat.v4.new_markdown_cell(source, id=name[:64], **options)


def _code(name, source, **options):
    return nbformat.v4.new_code_cell(source, id=name[:64], metadata=_marks(name, **options))


def _marks(name, **options):
    """What nbgrader wants to know of a cell; not of text, next to which it loses deleted cells."""
    says = {"grade": False, "solution": False, "locked": True, "task": False, **options}
    return {"nbgrader": {"schema_version": 3, "grade_id": name, **says}}


def write(folder: Path, wanted=(), seed: int = 0) -> list[Path]:
    """Write nbgrader's configuration, and a source folder for each lesson. Returns the notebooks.

    wanted: numbers of lessons, such as "03"; all if empty. Raises ValueError for an unknown one.
    """
    there = {lesson.number: lesson for lesson in lessons()}
    if unknown := set(wanted) - set(there):
        raise ValueError(f"There is no lesson {min(unknown)}: there are {', '.join(there)}.")
    written = []
    for number in wanted or there:
        name = there[number].path.stem
        path = folder / "source" / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(assignment(there[number], seed), path)
        written.append(path)
    config = folder / "nbgrader_config.py"
    if not config.exists():
        config.write_text(CONFIG, "utf-8")
    return written


def main(arguments=None):
    """The command line; returns its exit code."""
    parser = argparse.ArgumentParser(prog="course.py assignments", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="made if it is not there")
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="such as 03; all if none")
    parser.add_argument(
        "--seed", type=int, help="of the hidden tests; another one each time if not given"
    )
    chosen = parser.parse_args(arguments)
    seed = random.SystemRandom().randrange(10**9) if chosen.seed is None else chosen.seed
    try:
        written = write(chosen.folder, chosen.lessons, seed)
    except ValueError as sentence:
        parser.error(str(sentence))
    print(f"{len(written)} assignments are in {chosen.folder / 'source'} (seed {seed}).")
    print("Next: teaching/README.md, section “Assignments”.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
