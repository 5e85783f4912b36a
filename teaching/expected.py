"""What a lesson prints, over seeds: `python -m teaching.expected LESSON ... [--seeds N]`.

`python -m teaching.expected --drop-stale` drops what the lessons no longer print.

The cells of the lesson are run again and again, each time with another seed for the first weights
and for the training. Every number that is printed or shown in a table is kept in
`vaeteach/results/expected.csv`, with its mean and its spread; the guide shows them to teachers.
"""

import argparse
import ast
import contextlib
import functools
import hashlib
import io
import re
import time
import traceback
from unittest import mock

import pandas as pd

import vaeteach as vt
from vaeteach import results

from .lessons import Lesson, lessons

WHAT = "what the lessons print: mean, standard deviation and range over seeds of every number"
NUMBER = re.compile(r"(?<![\w.])[-−+]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?(?![\w])")
WORD = re.compile(r"[^\W\d_]{2,}")
LONG = 20
KEYS = ["lesson", "cell", "code", "kind", "text", "place"]


def run(lesson: Lesson, seed: int) -> list[dict]:
    """The numbers of one run: a row for each, with its cell, its line and its place in the line."""
    seeded = {
        name: functools.partial(getattr(vt, name), seed=seed) for name in ("build_vae", "fit")
    }
    seeded["fit"] = functools.partial(seeded["fit"], progress=False)
    space, found = {}, []
    with mock.patch.multiple(vt, **seeded):
        for cell in lesson.cells:
            if cell.cell_type != "code" or is_for_the_reader(cell.source):
                continue
            printed, value = evaluate(cell.source, space, f"{lesson.path.name} {cell.id}")
            value = getattr(value, "data", value)  # of a Styler, or of Markdown
            lines = [*_lines(printed), *(_lines(value) if isinstance(value, str) else ())]
            row = {"lesson": lesson.number, "cell": cell.id, "code": _fingerprint(cell.source)}
            for kind, shown in (("line", lines), ("table", _table(value))):
                for text, numbers in shown:
                    for place, number in enumerate(numbers):
                        new = {"kind": kind, "text": text, "place": place, "value": number}
                        found.append(row | new)
    return found


def _fingerprint(source):
    """Of the code itself: neither comments nor the breaking of lines change it."""
    return hashlib.sha256(ast.dump(ast.parse(source)).encode()).hexdigest()[:8]


def stale(table: pd.DataFrame, there: list[Lesson]) -> pd.Series:
    """Which rows the lessons show no longer.

    Their cell is gone, or its code has changed and lacks words of the line (of a table's row: the
    code of the lesson lacks them).
    """
    cells = {(lesson.number, cell.id): cell.source for lesson in there for cell in lesson.cells}
    whole = {
        lesson.number: " ".join(c.source for c in lesson.cells if c.cell_type == "code")
        for lesson in there
    }

    def gone(row):
        source = cells.get((row.lesson, row.cell))
        if source is None or _fingerprint(source) == row.code:
            return source is None
        searched = whole[row.lesson] if row.kind == "table" else source
        return not set(WORD.findall(row.text)) <= set(WORD.findall(searched))

    return pd.Series([gone(row) for row in table.itertuples()], table.index, dtype=bool)


def is_for_the_reader(source):
    """A view, or an exercise: nothing of it is printed, and nothing later needs it."""
    return bool(re.search(r"^checks\.|^\w*[A-Z]\w*\(.*\)$|^explorer", source, re.MULTILINE))


def evaluate(source, space, name):
    """What a cell prints, and the value of its last line."""
    tree, out = ast.parse(source), io.StringIO()
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(out):
        exec(compile(tree, name, "exec"), space)
        value = last and eval(compile(ast.Expression(last.value), name, "eval"), space)
    return out.getvalue(), value


def _lines(printed):
    """(a line with its numbers left out, its numbers) for each line that has some."""
    for line in printed.split("\n"):
        if "\r" in line:  # progress
            continue
        numbers = [float(n.replace(",", "").replace("−", "-")) for n in NUMBER.findall(line)]
        if numbers:
            yield " ".join(NUMBER.sub("#", line).split()), numbers


def _table(value):
    """The same for the rows of a shown DataFrame."""
    if isinstance(value, pd.DataFrame):
        for name, row in value.select_dtypes("number").iterrows():
            yield f"{name}: {', '.join(f'{column} #' for column in row.index)}", row.tolist()


def spread(lesson: Lesson, seeds: int | None = None) -> pd.DataFrame:
    """A row for each number of the lesson: mean, standard deviation, smallest and largest.

    seeds: ten if not given, five where a run takes more than `LONG` seconds of processor time. One
    under which an assertion of the lesson fails is told, and left out.
    """
    runs, start = [], time.process_time()
    for seed in range(seeds or 10):
        if seed == 5 and not seeds and time.process_time() - start > LONG * seed:
            break
        try:
            runs.append(pd.DataFrame(run(lesson, seed)))
        except AssertionError as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            print(f"seed {seed}: {place.filename}, line {place.lineno} does not hold", flush=True)
    for rows in runs:  # a line that comes several times is told apart by its turn
        rows["turn"] = rows.groupby(KEYS).cumcount()
    by = [*KEYS, "turn"]
    kept = pd.concat(runs).groupby(by, sort=False).value.agg(["mean", "std", "min", "max", "count"])
    return kept[kept["count"] == len(runs)].reset_index().rename(columns={"count": "seeds"})


def stored() -> pd.DataFrame:
    """The table, or an empty one."""
    if "expected" in results.names():
        return results.read("expected", dtype={"lesson": str, "code": str, "kind": str})
    return pd.DataFrame(columns=[*KEYS, "turn", "mean", "std", "min", "max", "seeds"])


def _keep(table):
    table = table.sort_values(["lesson"], kind="stable")
    digits = table.select_dtypes("float").map(lambda number: float(f"{number:.4g}"))
    table[digits.columns] = digits
    results.write(table, "expected", WHAT, "python -m teaching.expected LESSON ...")


def main(arguments=None):
    """The command line: run the lessons asked for, keep the rows of all others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="such as 03")
    parser.add_argument("--seeds", type=int, help="10 if not given, 5 for a long lesson")
    parser.add_argument("--drop-stale", action="store_true")
    chosen = parser.parse_args(arguments)
    there = {lesson.number: lesson for lesson in lessons()}
    for number in chosen.lessons:
        rows = spread(there[number], chosen.seeds)
        before = stored()
        _keep(pd.concat([rows, before[before.lesson != number]]))
        print(f"{number}: {len(rows)} numbers over {rows.seeds.max()} seeds", flush=True)
    if chosen.drop_stale:
        before = stored()
        old = stale(before, list(there.values()))
        _keep(before[~old].copy())
        print(f"{old.sum()} of {len(old)} numbers dropped")


if __name__ == "__main__":
    main()
