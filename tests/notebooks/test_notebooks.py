"""Every notebook runs from top to bottom in a fresh kernel, and keeps the rules of a lesson."""

import os
import re
import time

import ledger
import lessons
import minutes
import nbformat
import pytest
from lesson_rules import (
    NOTEBOOKS,
    RULES,
    code_of,
    is_view,
    read,
    rule_alt,
    rule_clean_code,
    rule_closing,
    rule_exercises,
    rule_imports,
    rule_length,
    rule_no_measured_numbers,
    rule_one_import_style,
    rule_stored,
    rule_title,
    rule_views,
    view_classes,
)
from plantings import PLANTINGS, asserting_cells, caught

OTHER_DATA = ["04", "05"]  # these must also hold on other data, see test_other_data
if "VAETEACH_EVERYTHING" in os.environ:
    OTHER_DATA.append("06")  # so does this one; 07 is made for digits
CELL_SECONDS = 300  # only a hang lasts so long: other tests run beside
VIEW_SECONDS = 300  # where it also records itself
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
EACH = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def broken(notebook, rule):
    return list(rule(notebook))


def numbered(path):
    """The notebook, with its number in memory for the rules that ask."""
    notebook = read(path)
    notebook.metadata["number"] = path.name[:2]
    return notebook


@EACH
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule(path, rule):
    if rule is rule_closing and path.name.startswith("00"):
        pytest.skip("the opening notebook asks the questions")
    assert broken(numbered(path), rule) == []


@EACH
def test_every_assertion_has_been_seen_to_fail(path):
    """An assertion that no mistake can trip teaches nothing: each has a planted mistake."""
    planted = {p.cells[-1] for p in PLANTINGS if p.lesson == path.name[:2]}
    missing = asserting_cells(read(path)) - planted
    assert missing == set(), (
        "plant the mistake that each would catch in tests/notebooks/plantings.py"
    )


@EACH
def test_the_stated_minutes_follow_from_words_code_and_exercises(path):
    notebook, anew = read(path), "run: python tests/notebooks/minutes.py --write"
    told = minutes.stated(notebook)
    assert told, "the first cell says: **Time:** about 40 minutes to read, 65 with the exercises …"
    assert all(abs(a - b) <= 5 for a, b in zip(told, minutes.minutes(notebook))), anew
    assert minutes.stated_in_readme(path.name[:2]) == told, anew


@EACH
def test_notebook_is_valid(path):
    nbformat.validate(read(path))


def test_names_are_numbered():
    numbers = [path.name[:2] for path in NOTEBOOKS]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"(0\d|1[0-6])_[a-z0-9_]+\.ipynb", path.name) for path in NOTEBOOKS)


# --- the rules find what they forbid --------------------------------------------------------------


def notebook_of(*cells):
    made = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL, "number": "01"})
    for i, (kind, source) in enumerate(cells):
        cell = (nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell)(
            source
        )
        cell["id"] = f"cell-{i}"
        made.cells.append(cell)
    return made


FOLDED = """<details><summary>Hint</summary>

Think.
</details>
<details><summary>Solution</summary>

```python
def double(x):
    return 2 * x
```
</details>"""
STUB = "def double(x):\n    return ...\n\nchecks.double(double)"
GOOD = [
    (
        "md",
        "# What is two?\n\nYou will be able to count. You need to know one. Ten minutes."
        + " word" * 200,
    ),
    (
        "code",
        "import vaeteach as vt\nfrom vaeteach import checks\nfrom vaeteach.widgets import Explorer",
    ),
    ("md", "Look."),
    ("code", "Explorer(1)"),
    ("md", "**Try** to move it."),
    ("code", STUB),
    ("md", FOLDED),
    ("code", STUB),
    ("md", FOLDED),
    (
        "md",
        (
            "## What we now know\n\n| claim | verdict |\n|---|---|\n| two | holds |\n\nSources:"
            " Peano. Next: 02."
        ),
    ),
]


FIGURE = "figure, ax = plots.new_figure(8, 3)\nfigure"


def changed(index, kind, source):
    cells = list(GOOD)
    cells[index] = (kind, source)
    return cells


def test_a_good_notebook_breaks_no_rule():
    assert [broken(notebook_of(*GOOD), rule) for rule in RULES] == [[]] * len(RULES)


@pytest.mark.parametrize(
    ("rule", "cells"),
    [
        (rule_title, changed(0, "md", "# Two\n\nable to, need to know, minutes")),
        (rule_title, changed(0, "md", "# Two?\n\nable to, minutes")),
        (rule_imports, changed(3, "code", "import os")),
        (rule_imports, changed(1, "code", "\n".join(f"import a{i}" for i in range(9)))),
        (rule_clean_code, changed(3, "code", "%pip install x")),
        (rule_clean_code, changed(3, "code", "import sys; sys.path.append('..')")),
        (rule_clean_code, changed(3, "code", "open('../benchmarks/x.csv')")),
        (rule_clean_code, changed(3, "code", "warnings.filterwarnings('ignore')")),
        (rule_length, changed(3, "code", "\n".join("x = 1" for _ in range(21)))),
        (rule_length, changed(0, "md", "# Two?")),
        (rule_length, changed(3, "code", "x = " + "1 + " * 40 + "1")),
        (rule_one_import_style, changed(1, "code", "from vaeteach import checks")),
        (rule_views, changed(4, "md", "And now?")),
        (rule_exercises, GOOD[:7] + GOOD[9:]),
        (
            rule_exercises,
            changed(5, "code", "def double(x):\n    return 2 * x\n\nchecks.double(double)"),
        ),
        (rule_exercises, changed(6, "md", FOLDED.replace("Hint", "Help"))),
        (rule_exercises, changed(6, "md", FOLDED.replace("def double", "def triple"))),
        (rule_exercises, changed(6, "md", FOLDED.replace("\n\n```python", "\n```python"))),
        (rule_closing, GOOD[:-1]),
        (rule_closing, changed(9, "md", "## What we now know\n\nMuch. Sources: none. Next: more.")),
        (rule_alt, changed(3, "code", FIGURE)),
        (rule_no_measured_numbers, changed(2, "md", "The gap is 3.71 nats.")),
    ],
)
def test_a_broken_rule_is_found(rule, cells):
    assert broken(notebook_of(*cells), rule)


def test_minutes_are_counted():
    notebook = notebook_of(*changed(2, "md", "word " * 400 + "$$a$$ $$b$$"))
    words, lines, formulas = 2 + 200 + 400 + 15 + 17, 3 + 1 + 3 + 3, 2
    reading, together = minutes.minutes(notebook)
    assert reading == pytest.approx(words / 200 + lines / 10 + formulas, abs=0.1)
    assert together == reading + 2 * 6 + 5
    assert minutes.rounded((1, 32.6)) == (5, 35)


@pytest.mark.parametrize("alt", ["plots.new_figure(8, 3, alt='two')", None])
def test_alt_is_given_at_once_or_set_later(alt):
    cell = FIGURE.replace("plots.new_figure(8, 3)", alt) if alt else f"{FIGURE}\nfigure.alt = 'two'"
    assert broken(notebook_of(*changed(3, "code", cell)), rule_alt) == []


def test_stored_outputs_and_random_ids_are_found():
    notebook = notebook_of(*GOOD)
    notebook.cells[3].execution_count = 1
    notebook.cells[0]["id"] = "0a1b2c3d"
    assert len(broken(notebook, rule_stored)) == 2


# --- running --------------------------------------------------------------------------------------


def run(notebook, folder, plantings=(), seconds=CELL_SECONDS, **env):
    """Execute in a fresh kernel, in place; raises on the first cell that fails or takes longer than
    `seconds`, which may be a function of the cell.
    """
    with lessons.running(notebook, folder, seconds, **env) as client:
        survivors = [planting for planting in plantings if not caught(client, notebook, planting)]
    assert survivors == [], "these mistakes were planted, and the lesson's assertion let them pass"
    return notebook


def complaints(notebook):
    """What no reader should see: stderr (warnings go there), and bare reprs of objects."""
    for cell in code_of(notebook):
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                yield f"{cell.id} wrote to stderr: {output.text[:500]}"
            text = output.get("text", "") or output.get("data", {}).get("text/plain", "")
            only_text = set(output.get("data", {})) <= {"text/plain"}
            if only_text and re.search(r"<[\w.]+( \w+)* at 0x[0-9a-f]+>|<matplotlib\.", text):
                yield f"{cell.id} shows the bare object {text[:80]}"


def unseen_views(notebook):
    """Views that have no static figure between them and the view before."""
    views, figure = view_classes(notebook), False
    for cell in code_of(notebook):
        if is_view(cell, views):
            if not figure:
                yield f"{cell.id}: the same drawing stands before the view as a static figure"
            figure = False
        else:
            figure = figure or any("image/png" in output.get("data", {}) for output in cell.outputs)


@pytest.fixture
def quiet_ipython(tmp_path, monkeypatch):
    """The reader's own IPython start-up files and history are not part of the test."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))


@pytest.mark.notebook
@EACH
def test_runs(path, quiet_ipython, record_property, tmp_path):
    start = time.perf_counter()
    mine = [planting for planting in PLANTINGS if planting.lesson == path.name[:2]]
    # in a folder of its own: a lesson can be handed out alone
    notebook, recorded = read(path), {}
    if pages := "VAETEACH_PAGES" in os.environ:  # then views record themselves, for the pages
        views = view_classes(notebook)
        recorded = {
            lessons.RECORD: "1",
            "seconds": lambda cell: VIEW_SECONDS if is_view(cell, views) else CELL_SECONDS,
        }
    run(notebook, tmp_path, mine, **recorded)
    record_property("seconds", time.perf_counter() - start)
    assert list(complaints(notebook)) == []
    assert list(unseen_views(notebook)) == []
    if (number := path.name[:2]) in ledger.EXPECTED:
        found = ledger.lines(notebook)
        assert {claim: verdict for claim, _, verdict, _ in found} == ledger.EXPECTED[number]
        assert all(any(letter.isdigit() for letter in evidence) for *_, evidence in found)
    if pages:
        lessons.keep(path, notebook)


@pytest.mark.notebook
@pytest.mark.parametrize(
    "path", [p for p in NOTEBOOKS if p.name[:2] in OTHER_DATA], ids=lambda path: path.stem
)
def test_other_data(path, quiet_ipython, tmp_path):
    """The lesson is not an accident of one data set: it also holds on glyphs made from known
    factors.
    """
    assert list(complaints(run(read(path), tmp_path, VAETEACH_DATA="glyphs"))) == []


@pytest.mark.notebook
def test_what_running_finds(tmp_path, quiet_ipython):
    from nbclient.exceptions import CellExecutionError

    shown = run(
        notebook_of(("code", "import warnings\nwarnings.warn('old')"), ("code", "object()")),
        tmp_path,
    )
    assert len(list(complaints(shown))) == 2
    with pytest.raises(CellExecutionError):
        run(notebook_of(("code", "assert 1 == 2")), tmp_path)
    figure = (
        "import matplotlib.pyplot as plt\nfrom vaeteach.widgets import Explorer\nplt.plot([1, 2]);"
    )
    seen = notebook_of(("code", figure), ("code", "Explorer(1)"), ("code", "Explorer(2)"))
    seen.cells[0].outputs = [nbformat.v4.new_output("display_data", {"image/png": ""})]
    assert len(list(unseen_views(seen))) == 1  # the second view has no figure of its own
