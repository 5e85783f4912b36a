"""What all tests share: one thread a process, and a cache of their own."""

import os
import pathlib
import sys

import pytest

# tests run side by side; more threads would only wait for each other
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Else each of some hundred processes would compile PyTorch anew, three seconds every time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

ROOT = pathlib.Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Keep the results that tests cache in one folder of this run, so that no earlier run can make
    a test pass.

    The workers of a run share the folder: what one notebook has built, the browser's copy of it
    reads.
    """
    if "VAETEACH_CACHE" in os.environ:
        yield pathlib.Path(os.environ["VAETEACH_CACHE"])
        return
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "vaeteach-cache"
    os.environ["VAETEACH_CACHE"] = str(folder)
    yield folder
    del os.environ["VAETEACH_CACHE"]


@pytest.fixture(scope="session")
def root() -> pathlib.Path:
    """The course's folder."""
    return ROOT


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Files stay together, since their fixtures are dear; all browser tests share one JupyterLab, a
    lesson's claims its trainings; lessons are dealt out one by one.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByCost(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            path, _, name = nodeid.partition("::")
            if path.startswith("tests/browser/"):
                return "browser"
            if path.endswith("test_claims.py"):
                return path + name.partition("[")[2][:2]
            return nodeid if path.endswith("test_notebooks.py") else path

    # In the order of the folders: the browser, which waits a lot, first; the long lessons before
    # what is short, so that no worker is left alone with one of them at the end.
    config.option.loadscopereorder = False
    return ByCost(config, log)
