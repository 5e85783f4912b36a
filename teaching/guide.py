"""The instructor's guide, made from the lessons: `python -m teaching.guide` writes guide.md.

Minutes follow the rule of `tests/notebooks/minutes.py`, mistakes come from the catalogues of the
checks, expected values from `vaeteach/results/`, the rest from `lessons.toml`.
"""

import math
import re
import sys

import nbformat

from vaeteach import results

from .expected import stored
from .lessons import ROOT, Lesson, lessons

sys.path.append(str(ROOT / "tests" / "notebooks"))
from minutes import minutes  # noqa: E402

PAGE = ROOT / "teaching" / "guide.md"
OPENING = """\
# The instructor's guide

Made by `python -m teaching.guide` from the lessons, their checks and `teaching/lessons.toml`:
change those, and run it again. [Syllabi and the map to four books](syllabi.md) stand apart.

* **Minutes** are counted by one rule: 200 words, ten lines of code or one displayed formula a
  minute, six for an exercise, five for a view, and five for each question to the room. A first
  reading in a second language takes up to twice as long.
* **What students will say** are the first two entries of each exercise's catalogue of mistakes,
  with the hint that the check gives.
* **Expected values** were made with other seeds for the first weights and for the training, by
  `python -m teaching.expected`. After ± stands the standard deviation over seeds, in brackets the
  range; the number of seeds stands above them, since a long lesson was run for fewer. A screen
  outside the range deserves a look; numbers in the last digits may differ on other hardware.
* **The screen should show** has the sentences of the lesson that were tested over seeds, and in how
  many of them they held (`python tests/claims/report.py`).
"""


def text() -> str:
    """The whole guide as Markdown."""
    return OPENING + "".join(map(_lesson, lessons()))


def _lesson(lesson: Lesson):
    parts = [f"\n## {lesson.number} {lesson.title}\n", _minutes(lesson), _notes(lesson)]
    parts += [_mistakes(lesson), _expected(lesson.number), _claims(lesson.number)]
    return "\n".join(part for part in parts if part)


def _minutes(lesson):
    rows, read, work = [], 0.0, 0.0
    for section in lesson.sections:
        head = nbformat.v4.new_code_cell(lesson.imports)  # tells the rule the names of the views
        reading, together = minutes(nbformat.v4.new_notebook(cells=[head, *section.cells]))
        reading, together = (m - len(head.source.split("\n")) / 10 for m in (reading, together))
        more = f" + {together - reading:.0f} for exercises and views" * (together - reading > 1)
        rows.append(f"* {section.title}: {max(1, reading):.0f}{more}")
        read, work = read + reading, work + together - reading
    talk = 5 * len(lesson.notes.get("questions", ()))
    whole = f"* **Together {read + work + talk:.0f}**: reading {read:.0f}, exercises and views"
    rows.append(f"{whole} {work:.0f}, discussion {talk}")
    return "**Minutes**\n\n" + "\n".join(rows) + "\n"


def _notes(lesson):
    notes = lesson.notes
    if not notes:
        return ""
    cell = next(cell for cell in lesson.cells if cell.id == notes["figure"])
    alt = re.search(r"alt\s*=\s*\(?\s*\"([^\"]*)\"", cell.source)
    figure = f" ({alt[1].rstrip('.')})" if alt else ""
    asked = "".join(f"* {question} — *{answer}*\n" for question, answer in notes["questions"])
    return (
        f"**Before the first cell.** {notes['say']}\n\n"
        f"**The figure to dwell on** is that of cell `{notes['figure']}`{figure}."
        f" {notes['look']}\n\n"
        f"**Ask the room**\n\n{asked}\n"
        f"**Runs late:** {notes['late']} **May be skipped:** {notes['skip']}\n"
    )


def _mistakes(lesson):
    rows = [
        f"| {task.title} | {mistake.name} | {mistake.hint.replace('|', chr(92) + '|')} |"
        for task in lesson.tasks
        for mistake in task.check.mistakes[:2]
    ]
    head = ["| exercise | mistake | what the check says to it |", "|---|---|---|"]
    return "**What students will say**\n\n" + "\n".join(head + rows) + "\n"


def _expected(number):
    table = stored()
    table = table[table.lesson == number]
    varied, fixed = [], []
    for (cell, line, _), numbers in table.groupby(["cell", "text", "turn"], sort=False):
        shown = line
        for number in numbers.sort_values("place").to_dict("records"):
            shown = shown.replace("#", _value(number), 1)
        (varied if (numbers["std"] > 0).any() else fixed).append(f"* `{cell}`: {shown}")
    if not varied + fixed:
        return ""
    found = f"**Expected values**, {int(table.seeds.max())} seeds\n\n" + "\n".join(varied) + "\n"
    if fixed:
        same = f"Lines that are the same under every seed: {len(fixed)}"
        rows = "\n".join(fixed)
        found += f"\n<details><summary>{same}</summary>\n\n{rows}\n\n</details>\n"
    return found


def _value(row: dict):
    if row["std"] == 0:
        return f"{row['mean']:.6g}"
    # one digit of the deviation, two where the first is 1 or 2
    places = max(0, -math.floor(math.log10(row["std"] / 3)))
    if places > 5:
        return f"**{row['mean']:.1e}** ({row['min']:.1e} to {row['max']:.1e})"
    mean, std, low, high = (f"{row[name]:.{places}f}" for name in ("mean", "std", "min", "max"))
    return f"**{mean} ± {std}** ({low} to {high})"


def _claims(number):
    table = results.read("claims", dtype={"lesson": str})
    rows = [
        f"* {row.sentence} ({row.agree} of {row.seeds})"
        for row in table[table.lesson == number].itertuples()
    ]
    return "**The screen should show**\n\n" + "\n".join(rows) + "\n" if rows else ""


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
    print(f"{PAGE}: {len(PAGE.read_text('utf-8').split())} words")
