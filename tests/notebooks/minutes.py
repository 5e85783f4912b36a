"""How long a lesson takes: the rule behind the minutes that it states, and README's table.

    python tests/notebooks/minutes.py            # what the rule says of each lesson
    python tests/notebooks/minutes.py --write    # put it into the lessons and the table

A minute is 200 words of prose, ten lines of code, or one displayed formula; an exercise takes six
minutes, a view five. Hints and solutions are folded and belong to the exercises. A slow first
reading was seen to take up to twice as long, and the lessons say so.
"""

import re
import sys

import nbformat
from lesson_rules import (
    FOLDER,
    NOTEBOOKS,
    code_of,
    exercises_in,
    is_view,
    lines_of,
    prose_of,
    read,
    view_classes,
)

README = FOLDER.parent / "README.md"
STATED = re.compile(r"about (\d+) minutes to read, (\d+) with ")
ROW = r"(\| \[{number}\]\([^)]*\) \| [^|]* \| )(\d+) / (\d+) \|"


def minutes(notebook):
    """(to read, with exercises and views), not rounded."""
    prose = re.sub(r"(?s)<details>.*?</details>", "", prose_of(notebook))
    formulas = len(re.findall(r"(?s)\$\$.+?\$\$", prose))
    lines = sum(len(lines_of(cell.source)) for cell in code_of(notebook))
    reading = len(prose.split()) / 200 + lines / 10 + formulas
    views = sum(is_view(cell, view_classes(notebook)) for cell in code_of(notebook))
    exercises = sum(bool(exercises_in(cell)) for cell in code_of(notebook))
    return reading, reading + 6 * exercises + 5 * views


def stated(notebook):
    """The two numbers that the lesson states before its first code, or None."""
    opening = "\n".join(cell.source for cell in notebook.cells[:2])
    found = STATED.search(opening)
    return found and (int(found[1]), int(found[2]))


def stated_in_readme(number):
    found = re.search(ROW.format(number=number), README.read_text("utf-8"))
    return found and (int(found[2]), int(found[3]))


def rounded(needed):
    return tuple(max(5, 5 * round(value / 5)) for value in needed)


def write(path, numbers):
    """State these numbers in the lesson and in its row of README's table."""
    notebook = read(path)
    for cell in notebook.cells[:2]:
        cell.source = STATED.sub("about {} minutes to read, {} with ".format(*numbers), cell.source)
    nbformat.write(notebook, path)
    row, text = ROW.format(number=path.name[:2]), README.read_text("utf-8")
    README.write_text(re.sub(row, rf"\g<1>{numbers[0]} / {numbers[1]} |", text), "utf-8")


if __name__ == "__main__":
    for path in NOTEBOOKS:
        notebook = read(path)
        numbers = rounded(minutes(notebook))
        print(path.name[:2], "rule", numbers, "stated", stated(notebook))
        if "--write" in sys.argv:
            write(path, numbers)
