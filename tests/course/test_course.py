"""course.py: what can go wrong on a reader's machine has its sentence; a second run repairs it."""

import ast
import contextlib
import importlib.util
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import types
import urllib.error
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FULL = shutil._ntuple_diskusage(10**9, 10**9 - 10, 10)


@pytest.fixture
def course(tmp_path):
    """course.py as a module in a folder of its own, the project's two lists beside it."""
    return load(tmp_path)


def load(folder):
    """The module course.py, of a copy in this folder."""
    for name in ("course.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
    spec = importlib.util.spec_from_file_location("course_under_test", folder / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def made(course, monkeypatch):
    """Nothing is installed or started: pip fails at the words in `fails`; `calls`, `started`."""
    made = types.SimpleNamespace(fails=[], calls=[], started=[])

    def pip(*arguments):
        made.calls.append(arguments)
        return not set(made.fails) & set(arguments)

    monkeypatch.setattr(course, "pip", pip)
    monkeypatch.setattr(course, "make_venv", lambda: course.VENV.mkdir(exist_ok=True))
    monkeypatch.setattr(course, "runs", lambda *command: True)
    monkeypatch.setattr(course, "copy_lessons", lambda: None)
    monkeypatch.setattr(course, "become", lambda *what: made.started.append(what) or 0)
    fine = subprocess.CompletedProcess([], 0, b"", b"")
    monkeypatch.setattr(course.subprocess, "run", lambda *_, **__: fine)
    return made


# --- the Python that starts it --------------------------------------------------------------------


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13), (3, 11, 7)])
def test_supported_pythons_pass(course, version):
    course.check_python(version)


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10), (3, 14)])
def test_other_pythons_are_refused_with_advice(course, version):
    with pytest.raises(
        course.Problem, match=r"This is Python {}\.{}; .*python\.org".format(*version)
    ):
        course.check_python(version, which=lambda name: None)


@pytest.mark.skipif(os.name == "nt", reason="Windows names its Pythons through py")
@pytest.mark.parametrize(("works", "said"), [(True, "`python3.12 course.py`"), (False, "org")])
def test_a_fitting_python_is_named_if_it_runs(course, monkeypatch, works, said):
    monkeypatch.setattr(course, "runs", lambda *command: works)
    with pytest.raises(course.Problem, match=said):
        course.check_python((3, 9), which=lambda name: name if name == "python3.12" else None)


def test_an_old_python_can_read_the_refusal():
    """No syntax after 3.6, so that the old interpreter reaches the sentence."""
    ast.parse((ROOT / "course.py").read_text("utf-8"), feature_version=(3, 6))


def test_it_needs_the_standard_library_only():
    command = [sys.executable, "-I", "-S", str(ROOT / "course.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and "python3 course.py test" in done.stdout


# --- the environment ------------------------------------------------------------------------------


def test_a_python_that_makes_no_venv(course, monkeypatch):
    monkeypatch.setattr(course.subprocess, "call", lambda *_, **__: 1)
    with pytest.raises(
        course.Problem, match=r"folder of your own; .*apt install python3\.\d+-venv"
    ):
        course.make_venv()


def test_too_little_room_is_seen_before_anything_is_made(course, monkeypatch):
    monkeypatch.setattr(course.shutil, "disk_usage", lambda path: FULL)
    with pytest.raises(course.Problem, match="needs 2.5 GB, 0.0 GB is free"):
        course.make_venv()
    assert not course.VENV.exists()


def test_a_real_venv_without_network_is_kept_and_repaired(course, monkeypatch, capfd):
    course.make_venv()
    marker = course.VENV / "marker"
    marker.touch()
    for name in list(os.environ):
        if name.startswith("PIP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nobody listens
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setattr(course, "CPU_TORCH", "http://127.0.0.1:9/cpu")
    with pytest.raises(course.Problem, match="pip could not install .*: connect to the network"):
        course.set_up()
    assert "ERROR: " in capfd.readouterr().err, "pip's own words are shown"
    course.make_venv()
    assert marker.exists(), "a good .venv is kept"
    course.STAMP.write_text(course.UNFINISHED)
    course.make_venv()
    assert not marker.exists(), "one that pip was cut off in is made anew"
    assert course.runs(course.PYTHON, "-m", "pip", "--version")


OURS = f"3.{sys.version_info[1]}.1"


@pytest.mark.parametrize(
    ("version", "works", "kept"),
    [(OURS, True, True), ("3.10.9", True, False), (None, True, False), (OURS, False, False)],
)
def test_a_venv_that_cannot_serve_is_made_anew(course, monkeypatch, version, works, kept):
    """Of another Python, without its description, or with a Python that does not run."""
    course.VENV.mkdir()
    if version:
        (course.VENV / "pyvenv.cfg").write_text(f"home = x\nversion = {version}\n")
    monkeypatch.setattr(course, "runs", lambda *command: works)
    monkeypatch.setattr(course.subprocess, "call", lambda *_, **__: 1)  # it would be made here
    with contextlib.nullcontext() if kept else pytest.raises(course.Problem):
        course.make_venv()
    assert course.VENV.exists() == kept


def test_venv_is_a_file(course):
    course.VENV.touch()
    with pytest.raises(course.Problem, match="not a folder"):
        course.make_venv()


def test_foreign_settings_stay_outside(course, monkeypatch):
    for name in ("PYTHONPATH", "PIP_USER", "PIP_TARGET"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    env = course.environment()
    assert not {"PYTHONPATH", "PIP_USER", "PIP_TARGET"} & set(env)
    assert env["HTTPS_PROXY"] == "http://proxy:1" and env["PYTHONNOUSERSITE"] == "1"


# --- the order of the steps -----------------------------------------------------------------------


def test_set_up_once_and_what_the_tests_need_is_kept(course, made):
    course.set_up()
    assert made.calls[1:] == [("-e", ".[course]")]  # after PyTorch
    course.set_up()
    assert len(made.calls) == 2, "the second start installs nothing"
    for _ in range(2):
        course.set_up("test")
        course.set_up("site")  # the tests need all that the pages need
        course.set_up()
        assert made.calls[3:] == [("-e", ".[test]")]


@pytest.mark.parametrize("number", [0, 1])
def test_a_changed_list_is_installed_with_what_the_tests_need(course, made, number):
    course.set_up("test")
    with open(course.LISTS[number], "a") as file:
        file.write("\n")
    course.set_up()
    assert [call for call in made.calls if "-e" in call] == [("-e", ".[test]")] * 2


def test_a_missing_list_has_its_sentence(course):
    course.LISTS[1].unlink()
    with pytest.raises(course.Problem, match="constraints.txt is missing"):
        course.set_up()


def test_a_moved_folder_or_a_damaged_stamp_is_set_up_again(course, made, monkeypatch):
    course.set_up()
    for damage in ("", "{", "\n\n", course.recipe()[:-1]):
        course.STAMP.write_text(damage)
        count = len(made.calls)
        course.set_up()
        assert len(made.calls) == count + 2
    before = course.recipe()
    monkeypatch.setattr(course, "ROOT", course.ROOT / "elsewhere")
    assert course.recipe() != before


def test_an_interrupt_is_remembered(course, made, monkeypatch, capsys):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(course, "pip", interrupted)
    assert course.main(["--no-browser"]) == 130
    assert "Stopped. Start again to go on." in capsys.readouterr().err
    assert course.main(["doctor"]) == 1
    assert "unfinished or broken" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("platform", "broken", "expected"),
    [
        ("linux", [], ["--no-index"]),
        ("linux", ["--no-index"], ["--no-index", "--index-url"]),
        ("linux", ["--no-index", "--index-url"], ["--no-index", "--index-url", "torch"]),
        ("darwin", ["--no-index"], ["--no-index", "torch"]),
        ("win32", ["--no-index"], ["--no-index", "torch"]),
    ],
)
def test_torch_is_looked_for_where_it_is_small(
    course, made, monkeypatch, platform, broken, expected
):
    monkeypatch.setattr(course.sys, "platform", platform)
    made.fails = broken
    course.install("course")
    assert made.calls.pop() == ("-e", ".[course]")
    assert len(made.calls) == len(expected)
    assert all(word in call for word, call in zip(expected, made.calls, strict=True))
    assert all("--no-deps" in call for call in made.calls if call != ("torch",))


# --- one sentence for each failure ----------------------------------------------------------------


@pytest.mark.parametrize("step", ["torch", "-e"])
def test_a_pip_that_fails_leaves_a_venv_that_can_be_used(course, made, capsys, step):
    made.fails = [step]
    assert course.main([]) == 1
    said = capsys.readouterr().err
    assert re.fullmatch(r"pip could not install .*: connect to the network.*\.\n", said)
    assert course.STAMP.read_text() == ""


def test_a_full_disk(course, made, monkeypatch, capsys):
    """Pip had no room to undo what it had begun: the next start makes .venv anew."""
    monkeypatch.setattr(course.shutil, "disk_usage", lambda path: FULL)
    made.fails = ["-e"]
    assert course.main([]) == 1
    assert capsys.readouterr().err.startswith("The disk is full")
    assert course.STAMP.read_text() == course.UNFINISHED


def test_what_cannot_be_written_is_said(course, monkeypatch, capsys):
    def locked():
        raise PermissionError(13, "Permission denied", "course-stamp")

    monkeypatch.setattr(course, "make_venv", locked)
    assert course.main([]) == 1
    assert re.match(r".*denied: 'course-stamp': .*folder of your own", capsys.readouterr().err)


def test_what_does_not_load_is_said(course, made, monkeypatch):
    words = b"Traceback\nImportError: libgomp.so.1: cannot open shared object file"
    broken = subprocess.CompletedProcess([], 1, None, words)
    monkeypatch.setattr(course.subprocess, "run", lambda *_, **__: broken)
    with pytest.raises(course.Problem, match="does not load .*libgomp"):
        course.set_up()
    assert course.STAMP.read_text() == ""


# --- the commands ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"), [("tset", "no command 'tset'"), ("doctor", "no .venv yet")]
)
def test_a_command_that_cannot_run_says_so(course, capsys, name, said):
    assert course.main([name]) == 1
    assert said in capsys.readouterr().err


def test_assignments_go_where_the_teacher_stands(course, monkeypatch, tmp_path):
    """The command runs in the course's folder; the name of a folder means one seen from here."""
    here, asked = tmp_path / "here", []
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(course, "set_up", lambda: None)
    monkeypatch.setattr(course, "become", lambda command, env: asked.append(command))
    course.main(["assignments", "class", "03", "--seed", "1"])
    course.main(["assignments", "--help"])
    assert asked[0][-4:] == [str(here / "class"), "03", "--seed", "1"]
    assert asked[1][-2:] == ["teaching.assignments", "--help"]


def test_a_hub_is_installed_and_runs_where_the_teacher_stands(course, made, monkeypatch, tmp_path):
    here, calls = tmp_path.parent / f"{tmp_path.name}-class", []
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(course, "runs", lambda *command: False)
    monkeypatch.setattr(course.shutil, "which", lambda name: "/bin/npm")
    monkeypatch.setattr(course.subprocess, "call", lambda command, **_: calls.append(command))
    assert course.main(["hub", "--debug"]) == 0
    assert made.calls[-1] == tuple(course.HUB)
    assert calls[0][:2] == ["/bin/npm", "install"] and "compileall" in calls[1]
    ((command, _, folder),) = made.started
    assert command[1:4] == ["-m", "jupyterhub", "-f"] and command[-1] == "--debug"
    assert command[4].endswith("teaching/hub/jupyterhub_config.py") and folder == here


@pytest.mark.parametrize(
    ("place", "fails", "npm", "said"),
    [
        ("notebooks", [], "npm", "from a folder of its own"),
        ("..", ["nbgrader"], "npm", "pip could not install JupyterHub"),
        ("..", [], None, "apt install npm"),
    ],
)
def test_what_a_hub_lacks_is_said(course, made, monkeypatch, capsys, place, fails, npm, said):
    (course.ROOT / "notebooks").mkdir()
    monkeypatch.chdir(course.ROOT / place)
    made.fails += fails
    set_up = course.set_up
    monkeypatch.setattr(course, "set_up", lambda: set_up() or setattr(course, "runs", lambda *_: 0))
    monkeypatch.setattr(course.shutil, "which", lambda name: npm)
    assert course.main(["hub"]) == 1
    assert said in capsys.readouterr().err and not made.started


def test_lab_stays_on_loopback_and_keeps_its_token(course, monkeypatch):
    command = course.lab_command(["--no-browser"])
    assert "--ServerApp.ip=127.0.0.1" in command and command[-1] == "--no-browser"
    assert not [word for word in command if "token" in word.lower() or "password" in word.lower()]
    for user in (0, 1000):
        monkeypatch.setattr(course.os, "geteuid", lambda user=user: user, raising=False)
        assert ("--allow-root" in course.lab_command()) == (user == 0)
    monkeypatch.delattr(course.os, "geteuid")  # Windows
    assert "--allow-root" not in course.lab_command()


@pytest.mark.parametrize(
    ("system", "folder", "expected"),
    [("posix", "/home/a/.runtime", True), ("posix", "/home" * 12, False), ("nt", "C:/a", False)],
)
def test_kernels_talk_through_files_where_they_can(course, monkeypatch, system, folder, expected):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", folder)
    monkeypatch.setattr(course.os, "name", system)
    assert ("--KernelManager.transport=ipc" in course.lab_command()) == expected


def test_an_empty_token_does_not_open_the_server(course, made, monkeypatch):
    monkeypatch.setenv("JUPYTER_TOKEN", "")
    assert course.main([]) == 0
    _, env = made.started[0]
    assert "JUPYTER_TOKEN" not in env and env["JUPYTER_PREFER_ENV_PATH"] == "1"


def test_test_runs_pytest_on_all_cores(course, made, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert course.main(["test", "tests/exact"]) == course.main(["test", "-n0"]) == 0
    (command, env), (alone, _) = made.started
    assert command[1:4] == ["-m", "pytest", "-n"] and command[-1] == "tests/exact"
    assert env["OMP_NUM_THREADS"] == "1"
    assert alone[1:] == ["-m", "pytest", "-n0"]


def test_site_makes_the_pages_in_the_environment(course, made):
    assert course.main(["site"]) == 0
    assert made.calls[1:] == [("-e", ".[site]")]
    ((command, _),) = made.started
    assert command[0] == course.PYTHON and command[1].endswith("build.py")


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_a_pull_meets_no_conflict_and_keeps_what_was_touched(tmp_path, monkeypatch, capfd):
    """A reader works, the course mends the same lesson, they pull and start again."""
    upstream, folder = tmp_path / "upstream", tmp_path / "reader"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "a")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@b")

    def git(*words, cwd=upstream):
        return subprocess.run(["git", *words], cwd=cwd, check=True, capture_output=True, text=True)

    pages = ["teaching/pre_check.ipynb", "teaching/inventory.ipynb", ".gitignore"]
    for name in ("notebooks/00_start_here.ipynb", "vaeteach/support/copies.py", *pages):
        (upstream / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, upstream / name)
    load(upstream)
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    git("clone", "-q", str(upstream), str(folder), cwd=tmp_path)
    course = load(folder)
    monkeypatch.setattr(course, "PYTHON", sys.executable)
    monkeypatch.setattr(course, "set_up", lambda: None)
    monkeypatch.setattr(course, "become", lambda *what: 0)
    course.SETTINGS.clear()
    assert course.main([]) == 0 and (folder / course.FIRST).is_file()
    assert (folder / "my/pre_check.ipynb").is_file() and (folder / "my/inventory.ipynb").is_file()
    assert "copies of the lessons are in the folder my" in capfd.readouterr().out

    def rewrite(path, index, text):
        content = json.loads(path.read_text("utf-8"))
        content["cells"][index]["source"] = text
        path.write_text(json.dumps(content, indent=1), "utf-8")

    rewrite(folder / course.FIRST, 1, "my own words")
    lesson = upstream / "notebooks/00_start_here.ipynb"
    rewrite(lesson, 0, "a mended title")
    rewrite(lesson, 1, "other words")
    git("commit", "-qam", "two")
    git("pull", "-q", "--ff-only", cwd=folder)
    assert course.main([]) == 0
    said = capfd.readouterr().out
    assert "Brought up to date: 00_start_here.ipynb." in said
    assert "Kept as you left it, though the course has changed it too: 1 cell of 00" in said
    first, second, *_ = json.loads((folder / course.FIRST).read_text("utf-8"))["cells"]
    assert (first["source"], second["source"]) == ("a mended title", "my own words")
    assert git("status", "--porcelain", "--untracked-files=no", cwd=folder).stdout == ""


def test_copies_that_cannot_be_written_stop_with_a_sentence(course, monkeypatch, capsys):
    monkeypatch.setattr(course, "set_up", lambda: None)
    monkeypatch.setattr(course.subprocess, "call", lambda *_, **__: 1)
    assert course.main([]) == 1
    assert "Put the course in a folder of your own" in capsys.readouterr().err


def test_clean_removes_what_was_made_and_nothing_else(course, capsys):
    kept, locked = course.COPIES / ".ipynb_checkpoints/mine.ipynb", course.VENV / "lib/locked"
    made = course.ROOT / "vaeteach/__pycache__/x.pyc"
    for path in (kept, locked, made):
        path.parent.mkdir(parents=True)
        path.touch()
    locked.chmod(0o400)
    assert course.main(["clean"]) == course.main(["clean"]) == 0
    assert re.match(r"(?s)Removed .venv\..*Nothing to remove", capsys.readouterr().out)
    left = {path.name for path in course.ROOT.rglob("*")}
    mine = {"my", ".ipynb_checkpoints", kept.name, "vaeteach"}
    assert left == {"course.py", "pyproject.toml", "constraints.txt"} | mine


def test_clean_does_not_saw_off_its_branch(course, monkeypatch):
    monkeypatch.setattr(course.sys, "prefix", str(course.VENV))
    assert course.main(["clean"]) == 1


def test_doctor_asks_inside_the_environment(course, made, capsys):
    """Where these tests run all is well; that the lists have changed since is said."""
    course.set_up()
    course.STAMP.write_text("older")
    assert course.main(["doctor"]) == 0
    assert "! .venv was made from other lists" in capsys.readouterr().out
    ((command, _),) = made.started
    asked = subprocess.Popen([sys.executable, *command[1:]], stdout=subprocess.PIPE, cwd=ROOT)
    assert b"data digits: 1437 training" in asked.communicate()[0]


def test_the_server_answers_on_loopback_and_only_with_its_token(course, tmp_path, monkeypatch):
    """The command for real, with the JupyterLab of these tests."""
    runtime = tempfile.mkdtemp()  # a short path, as a reader's is
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", runtime)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    monkeypatch.delenv("JUPYTER_TOKEN", raising=False)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "lab.log"
    # another test may take the port meanwhile: then the server looks for the next
    command = [sys.executable, *course.lab_command(["--no-browser", f"--port={port}"])[1:]]
    with open(log, "wb") as file:
        server = subprocess.Popen(command, cwd=tmp_path, stdout=file, stderr=subprocess.STDOUT)
    try:
        printed = r"http://([\w.]+):(\d+)/lab\S*\?token=(\w{20,})"
        for _ in range(600):
            found = re.search(printed, log.read_text("utf-8"))
            if found or server.poll() is not None:
                break
            time.sleep(0.2)
        assert found, log.read_text("utf-8")[-2000:]
        assert found[1] in ("127.0.0.1", "localhost")
        address = f"http://127.0.0.1:{found[2]}/api/kernels"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(address, timeout=30)
        # a kernel really starts, and listens where nobody else can
        asked = urllib.request.Request(f"{address}?token={found[3]}", b"{}", method="POST")
        assert urllib.request.urlopen(asked, timeout=60).status == 201
        (connection,) = pathlib.Path(runtime).glob("kernel-*.json")
        transport = json.loads(connection.read_text())["transport"]
        assert transport == ("ipc" if course.sockets_fit() else "tcp")
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(runtime)
