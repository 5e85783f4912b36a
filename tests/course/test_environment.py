"""One list of dependencies: pyproject.toml says what, constraints.txt which, environment.yml
repeats nothing.
"""

import ast
import pathlib
import re
import subprocess
import sys
import tomllib

import pytest
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
DIRECT = [Requirement(text) for text in [*PROJECT["dependencies"], *EXTRAS["test"], *EXTRAS["dev"]]]


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
        (version,) = list(pin.specifier)
        assert version.operator == "==" and "+" not in version.version, (
            f"{pin} is not one exact version"
        )


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
    names = [
        same(pin.name)
        for pin in pins()
        if pin.marker is None or Marker(str(pin.marker)).evaluate(place)
    ]
    assert len(names) == len(set(names))
    assert {"torch", "jupyterlab", "soupsieve"} <= set(names)


def test_what_is_installed_is_what_is_pinned():
    """Else the tests would not speak of the versions that readers get."""
    from importlib import metadata

    wrong = []
    for pin in pins():
        if pin.marker is not None and not pin.marker.evaluate():
            continue
        try:
            version = metadata.version(pin.name).split("+")[0]
        except metadata.PackageNotFoundError:
            continue
        if not pin.specifier.contains(version):
            wrong.append(f"{pin.name} {version} is installed, {pin} is pinned")
    assert wrong == []


def test_nothing_installed_is_unpinned():
    """Everything that the dependencies drag in has its pin: what is not listed would change from
    day to day.
    """
    from importlib import metadata

    pinned, seen = {same(pin.name) for pin in pins()}, set()
    todo = [wanted for wanted in DIRECT if wanted not in EXTRAS["dev"]]
    while todo:
        wanted = todo.pop()
        extras = wanted.extras or {""}
        if wanted.marker is not None and not any(
            wanted.marker.evaluate({"extra": extra}) for extra in extras
        ):
            continue
        if (same(wanted.name), frozenset(extras)) in seen:
            continue
        seen.add((same(wanted.name), frozenset(extras)))
        try:
            needs = metadata.requires(wanted.name) or []
        except metadata.PackageNotFoundError:
            continue  # of an extra that is not installed here
        for need in map(Requirement, needs):
            if need.marker is None or any(
                need.marker.evaluate({"extra": extra}) for extra in extras
            ):
                todo.append(Requirement(str(need).split(";")[0]))
    unpinned = {name for name, _ in seen} - pinned - {"vaeteach"}
    assert {name for name in unpinned if not name.startswith(("nvidia", "cuda", "triton"))} == set()


def test_environment_has_no_list_of_its_own():
    text = (ROOT / "environment.yml").read_text("utf-8")
    entries = [line.strip() for line in text.splitlines() if line.startswith("  - ")]
    assert entries[-3:] == ["- python=3.11", "- pip", "- pip:"]
    assert pip_section() == ["--constraint constraints.txt", "--editable ."]


def test_the_pip_section_resolves(tmp_path):
    """pip reads the section as conda hands it over, and finds every version that it asks for
    already there.
    """
    listed = ROOT / "environment.yml"
    lines = [line.replace("--editable .", f"--editable {listed.parent}") for line in pip_section()]
    lines = [line.replace("constraint ", f"constraint {listed.parent}/") for line in lines]
    (tmp_path / "requirements.txt").write_text("\n".join(lines), "utf-8")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--no-index",
        "--no-build-isolation",
        "-r",
    ]
    done = subprocess.run(
        [*command, str(tmp_path / "requirements.txt")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Would install vaeteach" in done.stdout
    assert done.stdout.count("Would install") == 1


def test_only_declared_packages_are_imported():
    declared = {same(wanted.name) for wanted in map(Requirement, PROJECT["dependencies"])}
    known = {
        "sklearn": "scikit-learn",
        "IPython": "ipython",
        "mpl_toolkits": "matplotlib",
        "PIL": "pillow",
    }
    carried = {
        "ipython",
        "traitlets",
        "nbformat",
        "nbconvert",
        "packaging",
        "requests",
        "contourpy",
        "pillow",
    }
    for path in (ROOT / "vaeteach").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                roots = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                roots = {node.module.split(".")[0]}
            else:
                continue
            for name in roots - set(sys.stdlib_module_names) - {"vaeteach"}:
                assert same(known.get(name, name)) in declared | carried, (
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
