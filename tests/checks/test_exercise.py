"""Every exercise: right answers pass, known mistakes get their own hint, odd answers get a
sentence.
"""

import ast
import contextlib
import importlib.util
import io
import re
from pathlib import Path

import nbformat
import pytest
import torch

from vaeteach import checks
from vaeteach.checks import exercise
from vaeteach.checks.exercise import Exercise, WrongAnswer

ROOT = Path(__file__).resolve().parent.parent.parent
EXERCISES = {name: value for name, value in vars(checks).items() if isinstance(value, Exercise)}
MISTAKES = [(name, mistake) for name, ex in EXERCISES.items() for mistake in ex.mistakes]


def _also_right():
    found = {}
    for path in sorted((ROOT / "tests" / "also_right").glob("nb*.py")):
        spec = importlib.util.spec_from_file_location(f"also_right_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.update(module.ALSO_RIGHT)
    return found


ALSO_RIGHT = _also_right()


def ask(check, answer):
    """What the check prints; WrongAnswer where it is not content."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert check(answer) is None  # graders want nothing returned
    return out.getvalue()


def _judgement(check, answer):
    try:
        return ask(check, answer)
    except WrongAnswer as wrong:
        return str(wrong)


@pytest.mark.parametrize("name", EXERCISES)
def test_exercise_is_known_by_its_own_name(name):
    assert EXERCISES[name].name == name and name in checks.__all__
    assert (
        len(EXERCISES[name].mistakes) >= 5 and len({m.name for m in EXERCISES[name].mistakes}) >= 5
    )


@pytest.mark.parametrize("name", EXERCISES)
def test_untouched_stub_passes_quietly(name):
    for stub in (lambda *_: ..., ...):
        text = ask(EXERCISES[name], stub)
        assert "not answered yet" in text and name in text


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_is_right(name):
    assert ask(EXERCISES[name], EXERCISES[name].solution).startswith("Right")


@pytest.mark.parametrize("name", EXERCISES)
def test_right_answers_written_another_way(name):
    assert ALSO_RIGHT.get(name), f"tests/also_right has no other way to write {name}"
    for answer in ALSO_RIGHT[name]:
        assert ask(EXERCISES[name], answer).startswith("Right")


def test_also_right_knows_no_exercise_that_is_gone():
    assert set(ALSO_RIGHT) <= set(EXERCISES)


@pytest.mark.parametrize(
    ("name", "mistake"), MISTAKES, ids=[f"{name}-{m.name}" for name, m in MISTAKES]
)
def test_no_mistake_passes(name, mistake):
    with pytest.raises(WrongAnswer) as caught:
        ask(EXERCISES[name], mistake.answer)
    assert isinstance(caught.value, AssertionError)
    assert len(str(caught.value)) < 600


def test_at_least_nine_in_ten_mistakes_get_their_own_hint():
    """Of all, and of each exercise's catalogue; a hint that belongs to another mistake is worse
    than none.
    """
    missed = [
        f"{name}: {m.name}"
        for name, m in MISTAKES
        if f"\u201c{m.name}\u201d" not in _judgement(EXERCISES[name], m.answer)
    ]
    assert len(missed) <= 0.1 * len(MISTAKES), missed
    for name, ex in EXERCISES.items():
        assert sum(row.startswith(f"{name}: ") for row in missed) <= max(
            1, 0.1 * len(ex.mistakes)
        ), missed


@pytest.mark.parametrize("name", EXERCISES)
def test_answers_that_raise_or_have_the_wrong_type(name, monkeypatch):
    monkeypatch.setattr(exercise, "SECONDS", 1.0)

    def raises(*_):
        raise KeyError("oops")

    def asks_for_more(a, b, c, d, e, f, g, h, i):
        return 0

    for answer, expected in (
        (raises, "raised KeyError"),
        (asks_for_more, "raised TypeError"),
        (lambda *_: None, None),
        (lambda *_: "a string", None),
        (lambda *_: {"a": 1}, None),
        (lambda *_: object(), None),
        (lambda *_: torch.tensor(float("nan")), None),
        (lambda *_: torch.zeros(3, 1, 7), None),
        (lambda *_: [], None),
        (None, None),
        ("text", None),
        (torch.full((2,), float("nan")), None),
    ):
        with pytest.raises(WrongAnswer) as caught:
            ask(EXERCISES[name], answer)
        text = str(caught.value)
        assert 10 < len(text) < 600 and (expected is None or expected in text)


@pytest.mark.parametrize("name", EXERCISES)
def test_answers_that_never_end(name, monkeypatch):
    monkeypatch.setattr(exercise, "SECONDS", 0.05)

    def forever(*_):
        while True:
            pass

    def stubborn(*_):
        while True:
            try:
                sum(range(100))
            except Exception:
                continue

    for answer in (forever, stubborn):
        with pytest.raises(WrongAnswer, match="did not come to an end"):
            ask(EXERCISES[name], answer)


def test_an_unknown_wrong_answer_is_shown_the_smallest_failing_input():
    with pytest.raises(WrongAnswer, match=r"expected .* got"):
        ask(checks.average_code, lambda codes: codes.mean(0) + 0.1234)


# --- the notebooks --------------------------------------------------------------------------------


def _in_notebooks():
    """(notebook, exercise, name of the reader's function, its stub, the folded solution) of every
    exercise cell.
    """
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        for i, cell in enumerate(cells):
            for name, function in (
                re.findall(r"^checks\.(\w+)\((\w*)\)", cell.source, re.M) if i else ()
            ):
                if cell.cell_type == "code":
                    prose = "\n".join(c.source for c in _run_of_prose(cells[i + 1 :]))
                    folded = re.search(
                        r"<summary>[^<]*[Ss]olution.*?```python\n(.*?)```", prose, re.DOTALL
                    )
                    yield path, name, function, cell.source, folded[1] if folded else ""


def _run_of_prose(cells):
    for cell in cells:
        if cell.cell_type != "markdown":
            return
        yield cell


CELLS = list(_in_notebooks())


def _imports(path):
    """What the notebook's import cell gives, executed once."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            namespace = {}
            exec(compile(cell.source, path.name, "exec"), namespace)
            return namespace


@pytest.mark.parametrize(
    ("path", "name", "function", "stub", "folded"), CELLS, ids=[c[1] for c in CELLS]
)
def test_folded_solution_of_the_notebook_is_right(path, name, function, stub, folded):
    assert name in EXERCISES, f"{path.name} asks for checks.{name}, which does not exist"
    assert folded, f"{path.name}: {name} has no folded solution"
    namespace = _imports(path)
    exec(folded, namespace)
    assert ask(EXERCISES[name], namespace[function]).startswith("Right")
    takes = {
        tuple(a.arg for a in node.args.args)
        for source in (stub, folded)
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == function
    }
    assert len(takes) == 1, (
        f"{path.name}: stub and solution of {name} take other arguments: {takes}"
    )


def test_every_exercise_stands_in_a_notebook():
    numbers = {path.name[:2] for path, *_ in CELLS}
    asked = {name for _, name, *_ in CELLS}
    for name in EXERCISES:
        module = next(
            m
            for m in vars(checks)
            if re.fullmatch(r"nb\d\d", m) and name in vars(getattr(checks, m))
        )
        if module[2:] in numbers:  # else its notebook is still to come
            assert name in asked, f"checks.{name} is asked for in no notebook"
