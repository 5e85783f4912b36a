"""The exercises in the notebooks: each asks for its check, its folded solution is right."""

import ast
import functools
import re
from pathlib import Path

import nbformat
import pytest

from vaeteach import checks

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "vaeteach" / "checks"
EXERCISES = {name: ex for name, ex in vars(checks).items() if isinstance(ex, checks.Exercise)}


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


@functools.cache
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
    namespace = dict(_imports(path))
    exec(folded, namespace)
    verdict = EXERCISES[name].judge(namespace[function])
    assert verdict.right, verdict.message
    takes = {
        tuple(a.arg for a in node.args.args)
        for source in (stub, folded)
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == function
    }
    assert len(takes) == 1, (
        f"{path.name}: stub and solution of {name} take other arguments: {takes}"
    )


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_stands_in_its_notebook(name):
    """`checks/nb03/kl_gradient.py` defines kl_gradient, which notebook 03 asks for once."""
    homes = [path.name[:2] for path, asked, *_ in CELLS if asked == name]
    assert len(homes) == 1
    assert (FOLDER / f"nb{homes[0]}" / f"{name}.py").exists()


def test_every_file_holds_an_exercise():
    assert {path.stem for path in FOLDER.glob("nb*/*.py")} - {"__init__"} == set(EXERCISES)
