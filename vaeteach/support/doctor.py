"""What `course.py doctor` asks in the environment that it has made."""

import os
import pathlib
import sys
from importlib import metadata

from packaging.requirements import Requirement

from .cache import folder

SHOWN = "torch numpy jupyterlab ipywidgets anywidget matplotlib seaborn scikit-learn".split()
AGAIN = "run `python3 course.py clean`, then `python3 course.py`"


def versions(constraints):
    """A pair (good, sentence) for each package that is shown, or is not as it was tried."""
    lines = pathlib.Path(constraints).read_text("utf-8").splitlines()
    for pin in map(Requirement, filter(None, (line.split("#")[0].strip() for line in lines))):
        there = "".join(found.version for found in metadata.distributions(name=pin.name))
        good = there.split("+")[0] in pin.specifier
        if good and pin.name in SHOWN:
            yield True, f"{pin.name} {there}"
        elif not good and (there or pin.name in SHOWN):
            if pin.marker is None or pin.marker.evaluate():
                yield False, f"{pin.name} is {there or 'missing'}, tried was {pin.specifier}"


def examine(constraints, load) -> int:
    """Print what is installed and what does not work.

    Args:
        constraints: the file of the versions that the course was tried with.
        load: the function that loads a data set.

    Returns: 1 if anything is wrong, else 0.
    """
    bad = []

    def report(good, text, advice=AGAIN):
        print(f"  {text}" if good else f"! {text}: {advice}")
        bad.extend([] if good else [text])

    for good, text in versions(constraints):
        report(good, text)
    for name in ("@jupyter-widgets/jupyterlab-manager", "anywidget"):
        there = pathlib.Path(sys.prefix, "share/jupyter/labextensions", name).exists()
        report(there, f"JupyterLab {'can' if there else 'cannot'} display the widgets of {name}")
    near = next(path for path in (folder(), *folder().parents) if path.exists())
    mine = "it cannot be written; set VAETEACH_CACHE to a folder of yours"
    report(os.access(near, os.W_OK), f"cache {folder()}", mine)
    try:
        data = load("digits")
        report(True, f"data digits: {len(data.train)} training and {len(data.test)} test images")
    except Exception as error:
        report(False, f"the package does not work ({type(error).__name__}: {error})")
    print(f"{len(bad)} problem(s) found." if bad else "All is well.")
    return int(bool(bad))
