"""course.py: what can go wrong on a reader's machine has its sentence, and a second run repairs the
first.
"""

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


@pytest.fixture
def course(tmp_path):
    """course.py as a module that lives in a folder of its own, with the project's two lists beside
    it.
    """
    for name in ("course.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    spec = importlib.util.spec_from_file_location("course_under_test", tmp_path / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def installer(course, monkeypatch):
    """Replace pip: `fails` maps a word of a command to what pip then says; `calls` are kept."""
    made = types.SimpleNamespace(fails={}, calls=[])

    def pip(what, *arguments):
        made.calls.append(arguments)
        said = [text for word, text in made.fails.items() if word in arguments]
        pathlib.Path(course.LOG).write_text("".join(said), "utf-8")
        return len(said)

    monkeypatch.setattr(course, "pip", pip)
    monkeypatch.setattr(course, "make_venv", lambda: os.makedirs(course.VENV, exist_ok=True))
    monkeypatch.setattr(course, "runs", lambda command: True)
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
        course.Problem, match=rf"This is Python {version[0]}\.{version[1]}; .*python\.org"
    ):
        course.check_python(version, which=lambda name: None)


@pytest.mark.skipif(os.name == "nt", reason="Windows names its Pythons through py")
def test_a_fitting_python_is_named(course, monkeypatch):
    monkeypatch.setattr(course, "runs", lambda command: True)
    with pytest.raises(course.Problem, match="run it as `python3.12 course.py`"):
        course.check_python((3, 9), which=lambda name: name if name == "python3.12" else None)


def test_a_python_that_only_seems_to_be_there_is_not_named(course, monkeypatch):
    monkeypatch.setattr(course, "runs", lambda command: False)
    with pytest.raises(course.Problem, match="python.org"):
        course.check_python((3, 9), which=lambda name: name)


def test_an_old_python_can_read_the_refusal():
    """No syntax after 3.6, so that the old interpreter reaches the sentence."""
    import ast

    ast.parse((ROOT / "course.py").read_text("utf-8"), feature_version=(3, 6))


def test_it_needs_the_standard_library_only():
    code = (
        "import sys; sys.path = [p for p in sys.path if 'site-packages' not in p]; sys.argv = ['x',"
        " '--help']\n"
    )
    code += f"import runpy; runpy.run_path({str(ROOT / 'course.py')!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0 and "python3 course.py test" in done.stdout


def old_pythons():
    names = ["python3.6", "python3.7", "python3.8", "python3.9", "python3.10"]
    found = [shutil.which(name) for name in names]
    for path in filter(None, found):
        # a version manager may only promise
        if subprocess.run([path, "-c", ""], capture_output=True).returncode == 0:
            yield path


@pytest.mark.skipif(not list(old_pythons()), reason="no old Python on this machine")
def test_old_pythons_say_so_for_real():
    for python in old_pythons():
        done = subprocess.run([python, str(ROOT / "course.py")], capture_output=True)
        assert done.returncode == 1
        assert re.fullmatch(
            rb"This is Python 3\.\d+; the course needs Python 3\.11 to 3\.13: .*\.\s*", done.stderr
        )


# --- the environment ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ("import ensurepip, venv", r"sudo apt install python3\.\d+-venv"),
        ("venv", "could not be made"),
    ],
)
def test_a_python_that_makes_no_venv(course, monkeypatch, broken, sentence):
    monkeypatch.setattr(course, "runs", lambda command: broken not in command)
    with pytest.raises(course.Problem, match=sentence):
        course.make_venv()
    assert not os.path.exists(course.VENV)


def test_too_little_room_is_seen_before_anything_is_made(course, monkeypatch):
    monkeypatch.setattr(
        course.shutil,
        "disk_usage",
        lambda path: shutil._ntuple_diskusage(10**9, 10**9 - 10**8, 10**8),
    )
    with pytest.raises(course.Problem, match="needs 2.5 GB, 0.1 GB is free"):
        course.make_venv()
    assert not os.path.exists(course.VENV)


def test_a_real_venv_without_network_is_kept_and_repaired(course):
    course.make_venv()
    marker = pathlib.Path(course.VENV, "marker")
    marker.touch()
    no_network(course)
    course.make_venv()
    assert marker.exists(), "a good .venv is kept"
    pathlib.Path(course.BUSY).touch()
    course.make_venv()
    assert not marker.exists(), "one that pip was cut off in is made anew"
    assert course.runs([course.PYTHON, "-m", "pip", "--version"])


def no_network(course):
    """The real pip, with an index that nobody listens to."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("PIP_") or name.lower().endswith("_proxy"):
                patch.delenv(name)
        patch.setenv("PIP_CONFIG_FILE", os.devnull)
        patch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
        patch.setenv("PIP_RETRIES", "0")
        patch.setattr(course, "CPU_TORCH", "http://127.0.0.1:9/cpu")
        with pytest.raises(
            course.Problem, match=r"pip could not install .*\(ERROR: .*\): connect to the network"
        ):
            course.set_up()
    assert not os.path.exists(course.STAMP) and not os.path.exists(course.BUSY)


@pytest.mark.parametrize(
    ("version", "works", "made"),
    [
        (f"3.{sys.version_info[1]}.1", True, False),
        ("3.10.9", True, True),
        (None, True, True),
        (f"3.{sys.version_info[1]}.1", False, True),
    ],
)
def test_a_venv_that_cannot_serve_is_made_anew(course, monkeypatch, version, works, made):
    """Of another Python, without its description, or with a Python that does not run."""
    os.makedirs(course.VENV)
    if version:
        pathlib.Path(course.VENV, "pyvenv.cfg").write_text(f"home = x\nversion = {version}\n")
    monkeypatch.setattr(course, "runs", lambda command: works)
    with pytest.raises(course.Problem) if made and not works else contextlib.nullcontext():
        course.make_venv()
    # what was there is gone; the real command would have made it again
    assert os.path.exists(course.VENV) != made


def test_venv_is_a_file(course):
    pathlib.Path(course.VENV).touch()
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


def test_set_up_once(course, installer):
    course.set_up()
    assert len(installer.calls) == 2  # PyTorch from local wheels, then the rest
    course.set_up()
    assert len(installer.calls) == 2, "the second start installs nothing"


def test_the_tests_need_more_and_keep_it(course, installer):
    course.set_up()
    course.set_up("test")
    assert installer.calls[-1] == ("-e", ".[test]")
    count = len(installer.calls)
    course.set_up()
    course.set_up("test")
    assert len(installer.calls) == count
    with open(os.path.join(course.ROOT, "constraints.txt"), "a") as file:
        file.write("# another version\n")
    course.set_up()
    assert installer.calls[-1] == ("-e", ".[test]"), "an update keeps what the tests need"


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_changed_list_is_installed(course, installer, name):
    course.set_up()
    with open(os.path.join(course.ROOT, name), "a") as file:
        file.write("\n")
    course.set_up()
    assert len(installer.calls) == 4


def test_a_missing_list_has_its_sentence(course):
    os.remove(course.CONSTRAINTS)
    with pytest.raises(course.Problem, match="constraints.txt is missing"):
        course.set_up()


def test_a_moved_folder_is_set_up_again(course, installer, monkeypatch):
    course.set_up()
    before = course.recipe()
    monkeypatch.setattr(course, "ROOT", course.ROOT + os.sep + ".")
    assert course.recipe() != before


def test_a_damaged_stamp_is_no_stamp(course, installer):
    course.set_up()
    for damage in ("", "{", "\n\n", course.recipe()[:-1]):
        pathlib.Path(course.STAMP).write_text(damage)
        count = len(installer.calls)
        course.set_up()
        assert len(installer.calls) == count + 2


def test_an_interrupt_is_remembered(course, installer, monkeypatch, capsys):
    def interrupted(what, *arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(course, "pip", interrupted)
    assert course.main(["--no-browser"]) == 130
    assert "Stopped. Start again to go on." in capsys.readouterr().err
    assert os.path.exists(course.BUSY) and not os.path.exists(course.STAMP)


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
    course, installer, monkeypatch, platform, broken, expected
):
    os.makedirs(course.VENV)
    monkeypatch.setattr(course.sys, "platform", platform)
    installer.fails = {word: "no" for word in broken}
    course.install("")
    assert installer.calls.pop() == ("-e", ".")
    assert len(installer.calls) == len(expected)
    assert all(word in call for word, call in zip(expected, installer.calls, strict=True))
    assert all("--no-deps" in call for call in installer.calls if call != ("torch",))


# --- one sentence for each failure ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Building\nERROR: No matching distribution found for torch==2\n\n[notice] x", "torch==2"),
        ("ERROR: first\nERROR: [Errno 13] Permission denied: 'x'", "ERROR: .*Permission denied"),
        ("SSLError: certificate verify failed", "certificate verify failed"),
        ("", "nothing"),
    ],
)
@pytest.mark.parametrize("step", ["torch", "-e"])
def test_pips_last_line_becomes_one_sentence(course, installer, capsys, step, text, last):
    installer.fails = {step: text}
    assert course.main([]) == 1
    said = capsys.readouterr().err.strip()
    assert re.fullmatch(
        rf"pip could not install .* \([^()]*{last}[^()]*\): connect .*course-install\.log\.", said
    )
    assert not os.path.exists(course.STAMP) and not os.path.exists(course.BUSY)


def test_a_full_disk(course, installer, monkeypatch, capsys):
    """Pip had no room to undo what it had begun: the next start makes .venv anew."""
    usage = shutil._ntuple_diskusage(10**9, 10**9 - 10, 10)
    monkeypatch.setattr(course.shutil, "disk_usage", lambda path: usage)
    installer.fails = {"-e": "ERROR: [Errno 28] No space left on device"}
    assert course.main([]) == 1
    assert capsys.readouterr().err.startswith("The disk is full")
    assert os.path.exists(course.BUSY)


def test_what_cannot_be_written_is_said(course, monkeypatch, capsys):
    def locked():
        raise PermissionError(13, "Permission denied", "course-stamp")

    monkeypatch.setattr(course, "make_venv", locked)
    assert course.main([]) == 1
    assert re.match(r".*denied: 'course-stamp': .*folder of your own", capsys.readouterr().err)


def test_what_does_not_load_is_said(course, installer, monkeypatch):
    broken = subprocess.CompletedProcess(
        [], 1, None, b"Traceback\nImportError: libgomp.so.1: cannot open shared object file"
    )
    monkeypatch.setattr(course.subprocess, "run", lambda *_, **__: broken)
    with pytest.raises(course.Problem, match="does not load .*libgomp"):
        course.set_up()
    assert not os.path.exists(course.STAMP)


# --- the commands ---------------------------------------------------------------------------------


def test_unknown_command(course, capsys):
    assert course.main(["tset"]) == 1
    assert "no command 'tset'" in capsys.readouterr().err


def test_lab_stays_on_loopback_and_keeps_its_token(course, monkeypatch):
    command = course.lab_command(["--no-browser"])
    assert "--ServerApp.ip=127.0.0.1" in command and command[-1] == "--no-browser"
    assert not [word for word in command if "token" in word.lower() or "password" in word.lower()]
    monkeypatch.setattr(course.os, "geteuid", lambda: 0, raising=False)
    assert "--allow-root" in course.lab_command()
    monkeypatch.setattr(course.os, "geteuid", lambda: 1000, raising=False)
    assert "--allow-root" not in course.lab_command()
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


def test_an_empty_token_does_not_open_the_server(course, installer, monkeypatch):
    monkeypatch.setenv("JUPYTER_TOKEN", "")
    started = []
    monkeypatch.setattr(course, "become", lambda command, env: started.append(env) or 0)
    assert course.main([]) == 0
    assert "JUPYTER_TOKEN" not in started[0] and started[0]["JUPYTER_PREFER_ENV_PATH"] == "1"


def test_test_runs_pytest_on_all_cores(course, installer, monkeypatch):
    started = []
    monkeypatch.setattr(course, "become", lambda command, env: started.append((command, env)) or 0)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert course.main(["test", "tests/test_course.py"]) == 0
    command, env = started[0]
    assert (
        command[1:3] == ["-m", "pytest"]
        and "-n" in command
        and command[-1] == "tests/test_course.py"
    )
    assert env["OMP_NUM_THREADS"] == "1"
    course.main(["test", "-n0"])
    assert "-n" not in started[1][0]


def test_clean_removes_what_was_made_and_nothing_else(course, capsys):
    kept = pathlib.Path(course.ROOT, "notebooks", "mine.ipynb")
    kept.parent.mkdir()
    kept.touch()
    os.makedirs(os.path.join(course.VENV, "lib"))
    os.makedirs(os.path.join(course.ROOT, "vaeteach", "__pycache__"))
    locked = pathlib.Path(course.VENV, "lib", "locked")
    locked.touch()
    locked.chmod(0o400)
    assert course.main(["clean"]) == 0
    assert "Removed .venv" in capsys.readouterr().out
    left = {str(path.relative_to(course.ROOT)) for path in pathlib.Path(course.ROOT).rglob("*")} - {
        "__pycache__"
    }
    assert left == {
        "course.py",
        "pyproject.toml",
        "constraints.txt",
        "notebooks",
        str(kept.relative_to(course.ROOT)),
        "vaeteach",
    }
    assert course.main(["clean"]) == 0
    assert "Nothing to remove" in capsys.readouterr().out


def test_clean_does_not_saw_off_its_branch(course, monkeypatch):
    monkeypatch.setattr(course.sys, "prefix", course.VENV)
    assert course.main(["clean"]) == 1


def test_doctor_without_venv(course, capsys):
    assert course.main(["doctor"]) == 1
    assert "no .venv yet" in capsys.readouterr().err


def test_doctor_on_an_unfinished_venv(course, capsys):
    os.makedirs(course.VENV)
    assert course.main(["doctor"]) == 1
    assert "unfinished or broken" in capsys.readouterr().err


def test_doctor_examines_this_environment(course):
    """Where these tests run all is well but for a version that we say was not tried."""
    lists = pathlib.Path(course.CONSTRAINTS)
    lists.write_text(re.sub(r"(?m)^numpy==.*$", "numpy==0.1", lists.read_text("utf-8")), "utf-8")
    command = [sys.executable, os.path.join(course.ROOT, "course.py"), "--examine"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and re.search(r"! numpy is [\d.]+, tried was 0\.1", done.stdout)
    assert "1 problem(s) found." in done.stdout, done.stdout
    for what in (
        "torch 2",
        ".* the widgets of anywidget",
        "data digits: 1437 training",
        "cache \\S",
    ):
        assert re.search(rf"(?m)^  {what}", done.stdout), what


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
    options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    command = [sys.executable, *course.lab_command(options)[1:]]
    with open(log, "wb") as file:
        server = subprocess.Popen(command, cwd=tmp_path, stdout=file, stderr=subprocess.STDOUT)
    try:
        for _ in range(600):
            found = re.search(
                r"http://([\w.]+):\d+/lab\S*\?token=(\w{20,})", log.read_text("utf-8")
            )
            if found or server.poll() is not None:
                break
            time.sleep(0.2)
        assert found, log.read_text("utf-8")[-2000:]
        assert found[1] in ("127.0.0.1", "localhost")
        address = f"http://127.0.0.1:{port}/api/kernels"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(address, timeout=30)
        # a kernel really starts, and listens where nobody else can
        asked = urllib.request.Request(f"{address}?token={found[2]}", b"{}", method="POST")
        assert urllib.request.urlopen(asked, timeout=60).status == 201
        (connection,) = pathlib.Path(runtime).glob("kernel-*.json")
        transport = json.loads(connection.read_text())["transport"]
        assert transport == ("ipc" if course.sockets_fit() else "tcp")
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(runtime)
