"""The lessons with the versions that Colab had in August 2026, as far as they can be had here."""

import os
import pathlib
import shutil
import subprocess
import tomllib
import venv

import lessons
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COLAB = """ipywidgets==7.7.1
anywidget==0.9.21
ipykernel==6.17.1
ipython==7.34.0
numpy==2.1.*
pandas==2.2.*
scikit-learn==1.6.*
matplotlib==3.10.*
"""
TORCH, CPU_TORCH = "torch==2.11.*", "https://download.pytorch.org/whl/cpu"
RUN = """import pathlib, sys, lessons, nbformat
path = pathlib.Path(sys.argv[1])
with lessons.running(nbformat.read(path, 4), sys.argv[2], 300):
    pass
"""
pytestmark = pytest.mark.skipif(
    "VAETEACH_EVERYTHING" not in os.environ, reason="makes an environment with other versions"
)


@pytest.fixture(scope="module")
def colab(tmp_path_factory):
    """Python with these versions; VAETEACH_COLAB names a folder that keeps it for the next time.

    Colab's torch has CUDA and gigabytes. Its CPU build is taken where it can be had, else the
    newest that the course allows.
    """
    folder = pathlib.Path(os.environ.get("VAETEACH_COLAB") or tmp_path_factory.mktemp("colab"))
    python = folder / "bin" / "python"
    if python.exists():
        return python
    venv.create(folder, with_pip=True)

    def pip(*arguments):
        return not subprocess.call([python, "-m", "pip", "install", "-q", *arguments])

    (folder / "colab.txt").write_text(COLAB)
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    (torch,) = [one for one in wanted if one.startswith("torch")]
    small = ["--no-deps", "--retries=1", "--timeout=15", "--index-url", CPU_TORCH, TORCH]
    fine = pip(*small) or pip("--no-index", "--no-deps", torch) or pip(torch)
    others = [one for one in wanted if one != torch]
    if not (fine and pip("-c", folder / "colab.txt", torch, *others, "nbclient", "nbformat")):
        shutil.rmtree(folder)
        pytest.fail("pip could not resolve Colab's versions on this Python; its words stand above")
    return python


@pytest.mark.parametrize("path", lessons.lessons(), ids=lambda path: path.stem)
def test_lesson_runs_with_the_versions_of_colab(colab, path, tmp_path):
    found = os.pathsep.join(map(str, [ROOT, ROOT / "pages"]))
    env = {**os.environ, "PYTHONPATH": found, "JUPYTER_PREFER_ENV_PATH": "1"}
    ran = subprocess.run([colab, "-c", RUN, path, tmp_path], env=env, capture_output=True)
    assert ran.returncode == 0, ran.stderr.decode()[-3000:]
