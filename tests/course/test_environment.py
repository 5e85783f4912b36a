"""One list of dependencies: pyproject.toml says what, constraints.txt which, environment.yml
repeats nothing.
"""

import ast
import pathlib
import re
import subprocess
import sys
import tomllib
from importlib import metadata

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
DIRECT = [Requirement(text) for text in [*PROJECT["dependencies"], *sum(EXTRAS.values(), [])]]


def pins():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if line.split("#")[0].strip()]


def same(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pip_section():
    """The lines under `pip:` in environment.yml, without a YAML reader, so that nothing is needed
    to check them.
    """
    lines = (ROOT / "environment.yml").read_text("utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.strip() == "- pip:")
    deeper = [line for line in lines[start + 1 :] if line.startswith("      - ")]
    return [line.strip().removeprefix("- ") for line in deeper]


def test_each_pin_is_exact_and_serves_every_platform():
    for pin in pins():
        assert re.fullmatch(r"==[^+,]+", str(pin.specifier)), f"{pin} is not one exact version"


def test_every_dependency_is_pinned_within_its_range():
    for wanted in DIRECT:
        if same(wanted.name) == "vaeteach":
            continue
        found = [pin for pin in pins() if same(pin.name) == same(wanted.name)]
        assert len(found) == 1, f"{wanted.name} is not pinned once in constraints.txt"
        (version,) = list(found[0].specifier)
        assert wanted.specifier.contains(version.version), f"{found[0]} lies outside {wanted}"


@pytest.mark.parametrize("python", ["3.11.2", "3.11.9", "3.12.1", "3.13.0"])
@pytest.mark.parametrize(
    ("system", "name"), [("linux", "Linux"), ("darwin", "Darwin"), ("win32", "Windows")]
)
def test_one_pin_a_package_on_every_platform(python, system, name):
    place = default_environment() | {
        "python_version": ".".join(python.split(".")[:2]),
        "python_full_version": python,
        "sys_platform": system,
        "platform_system": name,
        "os_name": "nt" if system == "win32" else "posix",
    }
    names = [same(p.name) for p in pins() if p.marker is None or p.marker.evaluate(place)]
    assert len(names) == len(set(names))
    assert {"torch", "jupyterlab", "soupsieve"} <= set(names)


def test_nothing_installed_is_unpinned():
    """Else what the dependencies drag in would change from day to day.

    That what is installed is what is pinned, `tests/support/test_doctor.py` says.
    """
    pinned, seen = {same(pin.name) for pin in pins()}, set()
    todo = [(wanted, {""}) for wanted in DIRECT if wanted not in EXTRAS["dev"]]
    while todo:
        wanted, of = todo.pop()
        needed = not wanted.marker or any(wanted.marker.evaluate({"extra": e}) for e in of)
        extras = wanted.extras or {""}
        one = same(wanted.name), frozenset(extras)
        if not needed or one in seen:
            continue
        seen.add(one)
        try:
            needs = metadata.requires(wanted.name) or []
        except metadata.PackageNotFoundError:
            continue  # of an extra that is not installed here
        todo += [(Requirement(need), extras) for need in needs]
    unpinned = {name for name, _ in seen} - pinned - {"vaeteach"}
    assert {name for name in unpinned if not name.startswith(("nvidia", "cuda", "triton"))} == set()


def test_environment_has_no_list_of_its_own():
    text = (ROOT / "environment.yml").read_text("utf-8")
    entries = [line.strip() for line in text.splitlines() if line.startswith("  - ")]
    assert entries[-3:] == ["- python=3.11", "- pip", "- pip:"]
    *options, course = pip_section()
    assert options == [
        "--extra-index-url https://download.pytorch.org/whl/cpu",
        "--constraint constraints.txt",
    ]
    assert course == "--editable .[course]"


def test_each_extra_holds_the_one_before():
    """So course.py asks for one of them, and takes the last in the alphabet."""
    assert "jupyterlab" not in {wanted.name for wanted in map(Requirement, PROJECT["dependencies"])}
    assert "jupyterlab" in EXTRAS["course"]
    assert "vaeteach[course]" in EXTRAS["site"] and "vaeteach[site]" in EXTRAS["test"]


def test_the_pip_section_resolves(tmp_path):
    """pip reads the section as conda hands it over, and finds every version that it asks for
    already there.
    """
    listed = ROOT / "environment.yml"
    lines = [
        line.replace("--editable .[", f"--editable {listed.parent}[") for line in pip_section()
    ]
    lines = [line.replace("constraint ", f"constraint {listed.parent}/") for line in lines]
    (tmp_path / "requirements.txt").write_text("\n".join(lines), "utf-8")
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-index"]
    command += ["--no-build-isolation", "-r", str(tmp_path / "requirements.txt")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Would install vaeteach" in done.stdout
    assert done.stdout.count("Would install") == 1


def test_only_declared_packages_are_imported():
    declared = {same(wanted.name) for wanted in map(Requirement, PROJECT["dependencies"])}
    known = {"sklearn": "scikit-learn", "mpl_toolkits": "matplotlib", "PIL": "pillow"}
    carried = "ipython traitlets nbformat nbconvert packaging requests contourpy pillow".split()
    for path in (ROOT / "vaeteach").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                roots = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                roots = {node.module.split(".")[0]}
            else:
                continue
            for name in roots - set(sys.stdlib_module_names) - {"vaeteach"}:
                assert same(known.get(name, name)) in declared.union(carried), (
                    f"{path.name} imports {name}"
                )


def test_the_package_carries_its_scripts():
    """What is not Python in the package must be listed as package data, or an installed copy lacks
    it.
    """
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    listed = tools["setuptools"]["package-data"]["vaeteach"]
    for path in (ROOT / "vaeteach").rglob("*"):
        if path.is_file() and path.suffix not in {".py", ".pyc"}:
            assert f"**/*{path.suffix}" in listed, f"{path} would not be installed"


@pytest.mark.parametrize("asked", ["check --output-format=concise", "format --check"])
def test_the_code_is_clean(asked):
    """Ruff, with the settings of pyproject.toml, on code and notebooks."""
    command = [sys.executable, "-m", "ruff", *asked.split(), "--no-cache", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
