"""Tests stand where the modules stand: `tests/codes/test_moments.py` for `codes/moments.py`."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE, TESTS = ROOT / "vaeteach", ROOT / "tests"

# Modules that one file tests together, because they have one contract.
TOGETHER = {
    # the exercises of the lessons: each carries its own answers, right and wrong
    "checks/nb*/*.py": "checks/test_lessons.py",
    "checks/questions.py": "checks/test_quiz.py",
    "checks/comparing.py": "checks/test_answers.py",
    "checks/running.py": "checks/test_exercise.py",
    "diagnosis/raster.py": "distributions/test_raster.py",
    "machines/annealing.py": "machines/test_boltzmann.py",
    "models/images.py": "training/test_inputs.py",
    # what is drawn: that nothing is lost between the numbers and the artists
    "plots/*.py": "plots/test_meanings.py",
    "training/history.py": "training/test_loop.py",
    "training/surroundings.py": "training/test_loop.py",
    "widgets/base/*.py": "widgets/base/test_figure.py",
    "widgets/canvas.py": "widgets/test_latent_explorer.py",
    "widgets/live_training_canvas.py": "widgets/test_live_training.py",
    "widgets/quiz.py": "checks/test_quiz.py",
    "widgets/inventory.py": "checks/test_inventory.py",
}


def modules(package=PACKAGE):
    return sorted(p for p in package.rglob("*.py") if not p.name.startswith("__"))


def test_file(module, package=PACKAGE, tests=TESTS):
    """The file that tests a module."""
    place = module.relative_to(package)
    for pattern, together in TOGETHER.items():
        if place.match(pattern) and not (tests / place.with_name(f"test_{place.name}")).exists():
            return tests / together
    return tests / place.with_name(f"test_{place.name}")


test_file.__test__ = False


@pytest.mark.parametrize("module", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_has_its_test_file(module):
    path = test_file(module)
    assert path.exists(), f"write {path.relative_to(ROOT)}"
    assert "def test_" in path.read_text("utf-8")


def test_a_test_file_has_its_module():
    """One naming scheme: a file of a folder of the package is named after one of its modules."""
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir()}
    for path in sorted(TESTS.rglob("test_*.py")):
        folder = path.relative_to(TESTS).parts[0]
        name = path.stem.removeprefix("test_")
        if folder in folders and name != folder:
            module = PACKAGE / path.relative_to(TESTS).with_name(f"{name}.py")
            together = folder == "plots" or path.relative_to(TESTS).as_posix() in TOGETHER.values()
            assert module.exists() or together, f"{path} tests no module"


def test_a_module_without_a_test_is_found(tmp_path):
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "new.py").touch()
    (module,) = modules(tmp_path)
    assert test_file(module, tmp_path) == TESTS / "codes" / "test_new.py"
    assert not test_file(module, tmp_path).exists()
