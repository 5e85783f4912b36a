"""Lessons with their outputs: run in a fresh kernel, and kept until something changes."""

import contextlib
import hashlib
import os
import pathlib

import nbformat

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "lessons"
RECORD = "VAETEACH_RECORD"  # set for a kernel: its views record themselves when they are shown


def lessons():
    """The notebooks of the course, in order."""
    return sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


@contextlib.contextmanager
def running(notebook, folder, seconds=60, **env):
    """A client whose fresh kernel has run every cell, with the outputs in `notebook`.

    Raises on the first cell that fails or takes longer than `seconds`, a number or a function of
    the cell.
    """
    from nbclient import NotebookClient

    drop = ("MPLBACKEND", "VAETEACH_DATA", RECORD)
    kept = {name: value for name, value in os.environ.items() if name not in drop}
    client = NotebookClient(
        notebook,
        timeout_func=seconds if callable(seconds) else lambda cell: seconds,
        kernel_name="python3",
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(folder)}},
    )
    with client.setup_kernel(env={**kept, "OMP_NUM_THREADS": "1", **env}):
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        yield client


def fingerprint(path):
    """Of the lesson and of all code and tables that it can reach."""
    found = hashlib.sha256(path.read_bytes())
    for file in sorted((ROOT / "vaeteach").rglob("*")):
        if file.suffix in (".py", ".js", ".css", ".csv", ".tsv"):
            found.update(file.read_bytes())
    return found.hexdigest()


def keep(path, notebook):
    """Write down that this is what the lesson gave, with its views recorded."""
    KEPT.mkdir(parents=True, exist_ok=True)
    notebook.metadata["fingerprint"] = fingerprint(path)
    half = KEPT / f"{path.name}.half"
    nbformat.write(notebook, half)
    half.replace(KEPT / path.name)


def kept(path):
    """The lesson as it was run and recorded, or None where that is not known or out of date."""
    try:
        notebook = nbformat.read(KEPT / path.name, 4)
    except (OSError, ValueError):
        return None
    return notebook if notebook.metadata.get("fingerprint") == fingerprint(path) else None
