"""The lessons as a teacher sees them: sections and exercises, read from the notebooks themselves.

What only a teacher needs to know of a lesson stands in `lessons.toml`.
"""

import ast
import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat

from vaeteach import checks

ROOT = Path(__file__).resolve().parent.parent
FOLDED = re.compile(r"<details><summary>([^<]*)</summary>(.*?)</details>\s*", re.DOTALL)
CALL = re.compile(r"^checks\.(\w+)\((\w*)\)", re.MULTILINE)


@dataclass(frozen=True)
class Task:
    """An exercise as it stands in a lesson: Markdown, the stub, the folded hints and solution."""

    check: checks.Exercise
    function: str
    prompt: str
    stub: str
    hints: str
    solution: str

    @property
    def name(self):
        return self.check.name

    @property
    def title(self):
        """What the lesson calls it, such as "2.1 the ELBO in one line"."""
        number, name = re.match(
            r"[#*\s]*(?:Exercise ?([\d.]*):? ?)?([^\n*]*)", self.prompt
        ).groups()
        name = name.strip(" .") if number is not None else ""
        return f"{(number or '').strip('.')} {name or self.name.replace('_', ' ')}".strip()


@dataclass(frozen=True)
class Section:
    """A heading of a lesson and the cells below it."""

    title: str
    cells: list = field(default_factory=list)


@dataclass(frozen=True)
class Lesson:
    """A notebook, with its notes from `lessons.toml` (empty where there are none)."""

    path: Path
    notes: dict

    @property
    def number(self):
        return self.path.name[:2]

    @cached_property
    def cells(self):
        return nbformat.read(self.path, as_version=4).cells

    @property
    def title(self):
        return self.cells[0].source.splitlines()[0].lstrip("# ")

    @property
    def imports(self):
        """The import cell."""
        return next(cell.source for cell in self.cells if cell.cell_type == "code")

    @cached_property
    def sections(self) -> list[Section]:
        """From one `##` heading to the next; what stands before the first is "Opening"."""
        found = [Section("Opening")]
        for cell in self.cells:
            pieces = [cell.source]
            if cell.cell_type == "markdown":
                pieces = re.split(r"^(?=## )", cell.source, flags=re.MULTILINE)
            for piece in filter(str.strip, pieces):
                heading = re.match(r"## (.*)", piece) if cell.cell_type == "markdown" else None
                if heading:
                    found.append(Section(heading[1]))
                found[-1].cells.append(nbformat.from_dict(cell | {"source": piece}))
        return found

    @cached_property
    def tasks(self) -> list[Task]:
        """The exercises, in their order; the prompt of one begins where the lesson calls it so."""
        found = []
        for i, cell in enumerate(self.cells[1:], 1):
            call = CALL.search(cell.source) if cell.cell_type == "code" else None
            if not call:
                continue
            check = getattr(checks, call[1])
            before = self.cells[i - 1].source
            begin = [m.start() for m in re.finditer(r"^(### |\*\*)Exercise", before, re.MULTILINE)]
            after = []
            for below in self.cells[i + 1 :]:
                if below.cell_type != "markdown":
                    break
                after += FOLDED.findall(below.source)
                if any("olution" in title for title, _ in after):
                    break
            hints = "\n\n".join(
                f"<details><summary>{title}</summary>{text}</details>"
                for title, text in after
                if "olution" not in title
            )
            (solution,) = (text for title, text in after if "olution" in title)
            found.append(
                Task(
                    check=check,
                    function=call[2],
                    prompt=before[begin[-1] if begin else 0 :].strip(),
                    stub=cell.source[: call.start()].strip(),
                    hints=hints,
                    solution=re.search(r"```python\n(.*?)\n?```", solution, re.DOTALL)[1],
                )
            )
        return found


def lessons(folder=ROOT / "notebooks") -> list[Lesson]:
    """Every numbered notebook of the folder, in order."""
    notes = tomllib.loads((ROOT / "teaching" / "lessons.toml").read_text("utf-8"))
    paths = sorted(Path(folder).glob("[0-9][0-9]_*.ipynb"))
    return [Lesson(path, notes.get(path.name[:2], {})) for path in paths]


def split_function(source: str, name: str) -> tuple[str, str]:
    """The head of a function, and all else of its source as one body: imports, helpers, lines."""
    lines = source.splitlines()
    (node,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    )
    first = node.body[0].lineno - 1
    head = "\n".join(lines[node.lineno - 1 : first])
    around = lines[: node.lineno - 1] + lines[node.end_lineno :]
    body = [f"    {line}" if line else "" for line in around if line.strip()]
    return head, "\n".join(body + lines[first : node.end_lineno])
