"""A reader's own copies of the lessons: what they touched is theirs, the rest follows the course.

    python -P copies.py OWN SOURCE...     sources are folders of lessons, or single files

Standard library only: `course.py` and the hub run it before anything else is loaded.
"""

import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

KINDS = {".ipynb", ".md"}
HANDED_OUT = ".handed_out.json"  # in the folder of copies: fingerprints of what the course gave


@dataclass
class Report:
    """What `refresh` did, by names of files; `kept` counts cells, 0 for a whole file."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Sentences for the reader; empty where there is nothing to say."""
        lines = []
        if self.new:
            lines.append(f"New: {', '.join(self.new)}.")
        if self.updated:
            lines.append(f"Brought up to date: {', '.join(self.updated)}.")
        if self.kept:
            told = [
                f"{n} cell{'s' * (n > 1)} of {name}" if n else name for name, n in self.kept.items()
            ]
            lines.append(
                f"Kept as you left it, though the course has changed it too: {', '.join(told)}."
            )
        return "\n".join(lines)


def refresh(own: Path, sources: Iterable[Path]) -> Report:
    """Bring the copies in `own` up to date with the course's lessons, and say what was done.

    A missing copy is made. Of a notebook each cell counts by itself: one whose text is still what
    the course gave gets the course's new text (and loses its outputs only if the text changed), one
    that was touched, added or deleted stays so. Of other files the whole counts. A copy that cannot
    be read as a notebook is left alone. Raises OSError where `own` cannot be written.
    """
    report = Report()
    own.mkdir(parents=True, exist_ok=True)
    handed_out = _handed_out(own)
    known = bool(handed_out)
    for source in _lessons(sources):
        given, copy = source.read_bytes(), own / source.name
        before = handed_out.get(source.name, {})
        if not copy.exists():
            _write(copy, given)
            report.new += [source.name] if known else []  # the first time all are
        elif before.get("file") != _digest(given):
            _update(copy, given, before, report)
        handed_out[source.name] = {"file": _digest(given), "cells": _fingerprints(given)}
    _write(own / HANDED_OUT, json.dumps(handed_out, indent=1).encode())
    return report


def merge(mine: dict, before: dict[str, str], given: dict) -> tuple[dict, int, int]:
    """Merge a reader's notebook with the one the course gives now: (notebook, updated, kept).

    `before` holds the fingerprints of the cells as they were last given. `updated` counts the
    cells in which something changed for the reader, `kept` those that both had changed.
    """
    own = {cell["id"]: cell for cell in mine["cells"]}
    theirs = {cell["id"]: cell for cell in given["cells"]}
    cells, updated, kept = [], 0, 0
    for name, cell in theirs.items():
        copy = own.get(name)
        if copy is None:
            if name not in before:  # else the reader deleted it
                cells.append(cell)
                updated += 1
        elif _text(copy) == _text(cell):
            cells.append(copy)
        elif before.get(name) == _fingerprint(copy):
            cells.append(cell)
            updated += 1
        else:
            cells.append(copy)
            kept += before.get(name) != _fingerprint(cell)
    above = None
    for name, cell in own.items():
        gone = before.get(name) == _fingerprint(cell)  # taken out by the course, never touched
        if name not in theirs and not gone:
            place = next((i + 1 for i, c in enumerate(cells) if c["id"] == above), 0)
            cells.insert(place, cell)
        if name in theirs or not gone:
            above = name
        updated += name not in theirs and gone
    return {**mine, "cells": cells}, updated, kept


def _update(copy: Path, given: bytes, before: dict, report: Report) -> None:
    mine = copy.read_bytes()
    if mine == given:
        return
    if before.get("file") == _digest(mine):
        _write(copy, given)
        report.updated.append(copy.name)
        return
    notebook, new = _notebook(mine), _notebook(given)
    if notebook is None or new is None:
        report.kept[copy.name] = 0
        return
    merged, updated, kept = merge(notebook, before.get("cells", {}), new)
    if updated:
        _write(copy, (json.dumps(merged, indent=1, ensure_ascii=False) + "\n").encode())
        report.updated.append(copy.name)
    if kept:
        report.kept[copy.name] = kept


def _lessons(sources: Iterable[Path]) -> list[Path]:
    """The files that are handed out."""
    found = [sorted(path.iterdir()) if path.is_dir() else [path] for path in sources]
    return [path for paths in found for path in paths if path.suffix in KINDS]


def _handed_out(own: Path) -> dict:
    """What the course gave so far; where that is lost, all that differs counts as touched."""
    try:
        known = json.loads((own / HANDED_OUT).read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _notebook(content: bytes) -> dict | None:
    """The notebook in a file, None where it is none or its cells cannot be told apart."""
    try:
        notebook = json.loads(content)
        names = Counter(cell["id"] for cell in notebook["cells"])
    except (ValueError, KeyError, TypeError):
        return None
    return notebook if max(names.values(), default=1) == 1 else None


def _text(cell: dict) -> tuple[str, str]:
    """What a reader or the course can change of a cell."""
    return cell.get("cell_type", ""), "".join(cell.get("source", ""))


def _fingerprint(cell: dict) -> str:
    return _digest("\n".join(_text(cell)).encode())


def _fingerprints(content: bytes) -> dict[str, str]:
    notebook = _notebook(content) or {"cells": []}
    return {cell["id"]: _fingerprint(cell) for cell in notebook["cells"]}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:24]


def _write(path: Path, content: bytes) -> None:
    """Through a temporary file: whatever happens, the old text or the new one is there."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        said = str(refresh(Path(sys.argv[1]), map(Path, sys.argv[2:])))
    except OSError as problem:
        sys.exit(f"Your copies of the lessons could not be brought up to date: {problem}.")
    if said:
        print(said, flush=True)
