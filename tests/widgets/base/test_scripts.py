"""The scripts of the views that are painted in the page: how they are joined, and that each
function fits on a screen.
"""

import re

import pytest

from vaeteach.widgets import LatentExplorer
from vaeteach.widgets.base import scripts
from vaeteach.widgets.live_training_canvas import TrainingCanvas

WIDGETS = scripts.WIDGETS
SCRIPTS = sorted(WIDGETS.rglob("*.js"))
OPENS = re.compile(r"^( *)(?:(?:export (?:default )?)?(?:async )?function\b|.*(?:=> |\) )\{$)")


def lengths(text):
    """{(first line, its text): lines} of the functions and blocks that a script opens."""
    lines, found = text.splitlines(), {}
    for start, line in enumerate(lines):
        if (opening := OPENS.match(line)) and line.rstrip().endswith("{"):
            closing = re.compile(rf"^{opening.group(1)}\}}")
            end = next(i for i in range(start + 1, len(lines)) if closing.match(lines[i]))
            found[start + 1, line.strip()] = end - start + 1
    return found


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_function_is_longer_than_a_screen(path):
    long = {where: n for where, n in lengths(path.read_text("utf-8")).items() if n > 42}
    assert not long


def test_the_measure_of_length_sees_functions():
    text = "function a() {\n" + "  b();\n" * 50 + "}\nconst c = () => {\n  d();\n};\n"
    assert lengths(text) == {(1, "function a() {"): 52, (53, "const c = () => {"): 3}


def test_what_is_sent_is_one_module_without_imports():
    for view in (LatentExplorer, TrainingCanvas):
        text = view._esm if isinstance(view._esm, str) else view.class_traits()["_esm"].default()
        assert len(re.findall(r"(?m)^export default", text)) == 1
        assert not re.search(r"(?m)^(import|export (?!default))", text)


@pytest.mark.parametrize(
    "files, complaint",
    [
        ({"a.js": 'import { x } from "./b.js";\n'}, "a.js imports x, which no file before"),
        ({"a.js": "const x = 1;\n", "b.js": "function x() {}\n"}, "b.js declares x, and so does a"),
    ],
)
def test_a_wrong_order_and_a_name_twice_are_refused(tmp_path, monkeypatch, files, complaint):
    monkeypatch.setattr(scripts, "WIDGETS", tmp_path)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=complaint):
        scripts.es_module(*files)


def test_joining_keeps_the_code(tmp_path, monkeypatch):
    monkeypatch.setattr(scripts, "WIDGETS", tmp_path)
    (tmp_path / "a.js").write_text("export const x = 1;\n")
    (tmp_path / "b.js").write_text('import { x } from "./a.js";\nexport default { x };\n')
    assert scripts.es_module("a.js", "b.js") == "const x = 1;\n\nexport default { x };\n"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_colours_come_from_the_style(path):
    colours = re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(", path.read_text("utf-8"))
    assert set(colours) <= {"#000"}  # the default of `write`
