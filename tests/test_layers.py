"""Who may import whom: read from the source, so that an import inside a function counts too."""

import ast
import functools
import pathlib
import subprocess
import sys

import pytest

PACKAGE = pathlib.Path(__file__).resolve().parent.parent / "vaeteach"

# The folders, from the ground up. Each imports from those before it and, where no circle comes of
# it, from its own row.
LAYERS = [
    {"support"},
    {"distributions"},
    {"priors", "models"},
    {"training", "exact", "codes", "machines"},
    {"diagnosis"},
    {"widgets"},
]
ANYBODY = {"support"}
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
# and `support`
ALONE = dict(plots=set(), data=set(), results=set(), checks={"distributions", "models"})
WIDGETS = {"ipywidgets", "anywidget", "traitlets"}
HEAVY = set(
    "sklearn seaborn pandas matplotlib scipy.stats zuko ipywidgets anywidget pooch requests".split()
)


def part_of(path: pathlib.Path) -> str:
    """The module or sub-package, directly below vaeteach, that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST, inside: tuple[str, ...]) -> set[str]:
    """Dotted names of all that a syntax tree imports, the relative ones made absolute; `inside` is
    its package.
    """
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = inside[: len(inside) - node.level + 1] if node.level else ()
            stem = ".".join([*base, *([node.module] if node.module else [])])
            names |= {f"{stem}.{alias.name}" for alias in node.names}
    return names


@functools.cache
def imported(path: pathlib.Path) -> set[str]:
    """What a file of the package imports."""
    inside = ("vaeteach", *path.relative_to(PACKAGE).parts[:-1])
    return imports(ast.parse(path.read_text("utf-8")), inside)


def outside(folders: set[str]):
    """(path, the packages that it imports from) of every file that stands in none of these."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if part_of(path) not in folders:
            yield path, {name.split(".")[0] for name in imported(path)}


def graph() -> dict[str, dict[str, set[str]]]:
    """{part: {part of ours that it imports: files that do}}."""
    import vaeteach

    edges: dict[str, dict[str, set[str]]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        part = part_of(path)
        if part == "__init__":
            continue
        edges.setdefault(part, {})
        for name in imported(path):
            if name.split(".")[0] != "vaeteach" or name == "vaeteach":
                continue
            target = name.split(".")[1]
            module = getattr(getattr(vaeteach, target, None), "__module__", None) or ""
            if module.startswith("vaeteach."):  # `from vaeteach import kl`: distributions
                target = module.split(".")[1]
            if target != part:
                edges[part].setdefault(target, set()).add(str(path.relative_to(PACKAGE)))
    return edges


def violations(edges: dict[str, dict[str, set[str]]]) -> list[str]:
    """A sentence for every import that goes the wrong way."""
    wrong = []
    for part, targets in edges.items():
        for target, files in targets.items():
            if target in ANYBODY and part not in ANYBODY:
                continue
            fine = target in ALONE.get(part, set()) or (part == "widgets" and target in ALONE)
            if not fine and LEVEL.get(target, 99) > LEVEL.get(part, -1):
                wrong.append(f"{', '.join(sorted(files))}: {part} must not import {target}")
    return wrong


def circles(edges: dict[str, dict[str, set[str]]]) -> list[list[str]]:
    """Every chain of imports that comes back to where it began, each once."""
    found = []

    def walk(part, path):
        for target in edges.get(part, ()):
            # begin at the first by name, so that each is listed once
            if target == path[0] == min(path):
                found.append([*path, target])
            elif target not in path:
                walk(target, [*path, target])

    for part in edges:
        walk(part, [part])
    return found


def _ask(code: str, *options: str) -> str:
    return subprocess.run(
        [sys.executable, *options, "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_every_part_has_its_place():
    unplaced = sorted(set(graph()) - set(LEVEL) - set(ALONE))
    assert not unplaced, f"give {unplaced} a place in LAYERS or ALONE"


def test_imports_go_downwards():
    assert violations(graph()) == []


def test_checks_see_only_the_bounds_of_models():
    for path in sorted((PACKAGE / "checks").rglob("*.py")):
        used = {n.split(".")[-1] for n in imported(path) if n.startswith("vaeteach.models")}
        assert used <= {"Elbo", "elbo", "iwae_bound"}, f"{path.name} imports {used}"


def test_no_circles():
    assert circles(graph()) == []


def test_a_wrong_import_would_be_found():
    assert violations({"distributions": {"models": {"distributions.py"}}})
    assert violations({"plots": {"priors": {"plots/a.py"}}})
    assert violations({"checks": {"priors": {"checks/nb01.py"}}})
    assert violations({"training": {"widgets": {"training.py"}}})
    assert violations({"support": {"data": {"cache.py"}}})
    assert not violations({"widgets": {"plots": {"widgets/a.py"}, "exact": {"widgets/a.py"}}})
    line = {"models": {"priors": {"x"}}, "priors": {"exact": {"x"}}, "exact": {}}
    assert circles(line | {"exact": {"models": {"x"}}}) and not circles(line)


@pytest.mark.parametrize(
    ("source", "inside", "found"),
    [
        ("from . import data", ("vaeteach",), {"vaeteach.data"}),
        ("from .. import plots", ("vaeteach", "widgets"), {"vaeteach.plots"}),
        ("from ..plots import draw", ("vaeteach", "widgets"), {"vaeteach.plots.draw"}),
        ("def f():\n    from vaeteach.models import VAE", ("vaeteach",), {"vaeteach.models.VAE"}),
        ("import torch.nn as nn, os", ("vaeteach",), {"torch.nn", "os"}),
    ],
)
def test_imports_are_read(source, inside, found):
    assert imports(ast.parse(source), inside) == found


def test_only_widgets_import_widgets():
    for path, roots in outside({"widgets"}):
        assert not roots & WIDGETS, f"{path.name} imports {roots & WIDGETS}"


def test_only_plots_and_widgets_draw():
    for path, roots in outside({"plots", "widgets"}):
        # glyphs are made of a font's outlines
        assert path.name == "glyphs.py" or not roots & {"matplotlib", "seaborn"}, path.name


def test_importing_the_package_is_light():
    """What only some lessons use is imported where it is used."""
    loaded = _ask("import sys, torch, vaeteach; vaeteach.load(); print(*sys.modules)").split()
    assert not HEAVY & set(loaded)


def test_the_package_leaves_pyplot_alone():
    """`draw_*` gets its Axes from the caller; importing pyplot would choose a backend for the whole
    kernel.
    """
    for path in sorted(PACKAGE.rglob("*.py")):
        found = [name for name in imported(path) if name.startswith("matplotlib.pyplot")]
        assert not found, f"{path.name} imports pyplot"
