"""The fixture `lab`: one JupyterLab and one Chromium for all browser tests of a process."""

import os
import pathlib
import shutil

import pytest
from lab import Lab, find_chromium

HERE = pathlib.Path(__file__).resolve().parent
NOTEBOOKS = HERE.parent.parent / "notebooks"


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in pathlib.Path(item.fspath).parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def lab_folder(tmp_path_factory) -> pathlib.Path:
    """A copy of the notebooks, so that what JupyterLab saves does not touch the originals."""
    folder = tmp_path_factory.mktemp("lab") / "notebooks"
    shutil.copytree(NOTEBOOKS, folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return folder


@pytest.fixture(scope="session")
def lab(lab_folder, own_cache):
    if find_chromium() is None:
        sentence = (
            "no Chromium, Chrome or Edge was found: install one, or set VAETEACH_BROWSER to its"
            " path"
        )
        if "CI" in os.environ:
            pytest.fail(sentence)
        pytest.skip(sentence)
    running = Lab(lab_folder)
    yield running
    running.close()
