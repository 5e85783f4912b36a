"""The hub: its configuration, the copies that students get, and on request the real one."""

import asyncio
import csv
import importlib.util
import json
import os
import pathlib
import stat
import subprocess
import sys
import urllib.parse

import nbformat
import psutil
import pytest
from traitlets.config import PyFileConfigLoader

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HUB = ROOT / "teaching/hub"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="JupyterHub needs Linux or macOS")
ASKED = pytest.mark.skipif("VAETEACH_EVERYTHING" not in os.environ, reason="VAETEACH_EVERYTHING=1")
HTTPS = 'certificate = "c.pem"\nkey = "k.pem"\n'


@pytest.fixture
def configured(tmp_path, monkeypatch, capsys):
    """What JupyterHub is told, for the words of class.toml, root or not, systemd or not."""
    monkeypatch.chdir(tmp_path)

    def load(words="", user=0, systemd=True):
        (tmp_path / "class.toml").write_text(words, "utf-8")
        monkeypatch.setattr(os, "geteuid", lambda: user)
        is_dir = pathlib.Path.is_dir
        monkeypatch.setattr(
            pathlib.Path,
            "is_dir",
            lambda self: systemd if str(self) == "/run/systemd/system" else is_dir(self),
        )
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: systemd or None)
        config = PyFileConfigLoader("jupyterhub_config.py", str(HUB)).load_config()
        config.said = capsys.readouterr().out
        return config

    return load


def test_logins_within_limits_on_loopback(configured):
    c = configured('teachers = ["anna"]')
    assert c.JupyterHub.bind_url == "http://127.0.0.1:8000"
    assert c.JupyterHub.authenticator_class == "pam" and c.PAMAuthenticator.allow_all
    assert c.PAMAuthenticator.admin_users == {"anna"}
    assert c.JupyterHub.spawner_class == "systemdspawner.SystemdSpawner"
    assert (c.Spawner.mem_limit, c.Spawner.cpu_limit) == ("2G", 1.0)
    assert "2G and 1.0 cores each" in c.said
    assert "--KernelManager.transport=ipc" in c.Spawner.args
    assert "--allow-root" not in c.Spawner.args


def test_without_systemd_it_says_that_nothing_limits(configured):
    c = configured(systemd=False)
    assert c.JupyterHub.spawner_class == "jupyterhub.spawner.LocalProcessSpawner"
    assert "without limits" in c.said and "mem_limit" not in c.Spawner


def test_a_group_may_come_in_and_nobody_else(configured):
    c = configured('group = "students"\nteachers = ["anna"]')
    assert "allow_all" not in c.PAMAuthenticator
    assert c.PAMAuthenticator.allowed_groups == {"students"}
    assert c.PAMAuthenticator.allowed_users == {"anna"}


@pytest.mark.parametrize(("words", "user"), [("", 1000), ("trial = true", 0)])
def test_a_trial_has_one_password_that_is_kept(configured, tmp_path, words, user):
    c = configured(words, user)
    password = c.SharedPasswordAuthenticator.user_password
    assert c.JupyterHub.authenticator_class == "shared-password" and len(password) >= 8
    assert password in c.said and "one user of this machine" in c.said
    assert configured(words, user).SharedPasswordAuthenticator.user_password == password
    for name in ("password.txt", "jupyterhub.sqlite"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert ("--allow-root" in c.Spawner.args) == (user == 0)


def test_https_opens_the_hub_to_all(configured):
    c = configured(HTTPS + 'address = "0.0.0.0"\nport = 443')
    assert c.JupyterHub.bind_url == "https://0.0.0.0:443"
    assert (c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key) == ("c.pem", "k.pem")


@pytest.mark.parametrize(
    ("words", "user", "said"),
    [
        ('address = "0.0.0.0"', 0, "needs HTTPS: give certificate and key"),
        (HTTPS + 'address = "0.0.0.0"', 1000, "needs logins: start the hub as root"),
        ("memroy = 3", 0, "there is no 'memroy'; there are teachers, address"),
        ("memory = 3", 0, "memory must be like '2G', not 3"),
        ("memory = ", 0, "it cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(configured, words, user, said):
    with pytest.raises(SystemExit, match=said):
        configured(words, user)


def test_trained_models_are_read_from_one_folder(configured, tmp_path):
    assert configured().Spawner.environment["VAETEACH_SHARED_CACHE"] == str(tmp_path / "trained")
    c = configured(f'trained = "{tmp_path}/models"')
    assert c.Spawner.environment["VAETEACH_SHARED_CACHE"] == str(tmp_path / "models")


def begin(home, *command, temporary=None):
    """The script that starts a student's server, with another command in its place."""
    env = {
        "HOME": str(home),
        "TMPDIR": str(temporary or home),
        "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    command = ["/bin/sh", str(HUB / "start"), *command]
    return subprocess.run(command, env=env, cwd=home, capture_output=True, text=True, check=True)


def test_a_student_finds_the_lessons_and_keeps_what_they_wrote(tmp_path):
    said = begin(tmp_path, sys.executable, "-c", "import os; print(os.getcwd())").stdout
    own = tmp_path / "vaeteach"
    lessons = {path.name for path in ROOT.glob("notebooks/*.ipynb")}
    assert said == f"{own}\n" and lessons | {"pre_check.ipynb"} <= set(os.listdir(own))
    assert "what_is_new.txt" not in os.listdir(own)
    (own / "03_kl.ipynb").write_text("mine")
    (own / "05_codes.ipynb").unlink()
    said = begin(tmp_path, "true").stderr
    assert "New: 05_codes.ipynb." in said == (own / "what_is_new.txt").read_text()
    assert (own / "03_kl.ipynb").read_text() == "mine"


def test_copies_that_cannot_be_written_keep_nobody_out(tmp_path):
    (tmp_path / "vaeteach").mkdir()
    (tmp_path / "vaeteach" / ".handed_out.json").mkdir()
    done = begin(tmp_path, "echo", "served")
    assert done.stdout == "served\n" and "could not be brought up to date" in done.stderr


def test_sockets_of_a_long_home_go_elsewhere(tmp_path):
    folder = begin(
        tmp_path, "sh", "-c", "echo $JUPYTER_RUNTIME_DIR", temporary="/tmp"
    ).stdout.strip()
    assert len(str(tmp_path)) > 26 > len(folder) and stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    os.rmdir(folder)


@pytest.mark.parametrize(("student", "teaches"), [("anna", False), ("", True)])
def test_nbgrader_finds_the_exchange_and_a_teacher_s_folder(
    tmp_path, monkeypatch, student, teaches
):
    for name, value in dict(
        HOME=tmp_path, VAETEACH_EXCHANGE="/x", VAETEACH_STUDENT=student
    ).items():
        monkeypatch.setenv(name, str(value))
    room = tmp_path / "vaeteach" / "class"
    if teaches:
        room.mkdir(parents=True)
        (room / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 7\n")
    c = PyFileConfigLoader("nbgrader_config.py", str(HUB / "jupyter")).load_config()
    assert (c.Exchange.root, c.CourseDirectory.course_id) == ("/x", "vaeteach")
    assert c.CourseDirectory.get("student_id", "") == student
    assert (
        (c.CourseDirectory.get("root") == str(room)) == (c.Execute.get("timeout") == 7) == teaches
    )


def classroom():
    """The benchmark, as a module."""
    spec = importlib.util.spec_from_file_location("classroom", ROOT / "benchmarks/classroom.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def real_hub(tmp_path):
    """(the benchmark, the hub's process, its address); VAETEACH_HUB names a Python that has it."""
    room = classroom()
    python = os.environ.get("VAETEACH_HUB") or room.environment(tmp_path / "env")
    with room.hub(python, tmp_path) as (process, address):
        yield room, process, address


@ASKED
@pytest.mark.slow
def test_a_real_hub(real_hub, tmp_path):
    """Two students log in, run notebook 00 and drag."""
    room, process, address = real_hub
    work = room.attend(address, process, 2, "00_start_here.ipynb", drags=True)
    students, (servers, kernels) = asyncio.run(work)
    for one in students:
        assert one.errors == [] and one.drags and {"picture", "view"} <= set(one.at)
    assert len(servers) == len(kernels) == 2
    copies = tmp_path.glob("students/*/vaeteach/00_start_here.ipynb")
    assert len(list(copies)) == 2


@ASKED
@pytest.mark.slow
def test_an_assignment_goes_out_and_comes_back(real_hub, tmp_path):
    """As README says: the teacher's commands in a terminal, the student's in Assignment List."""
    room, process, address = real_hub
    asyncio.run(hand_out_and_collect(room, tmp_path, process, address))
    grades = (tmp_path / "students/teacher/vaeteach/class/grades.csv").read_text("utf-8")
    rows = list(csv.DictReader(grades.splitlines()))
    assert {row["student_id"]: float(row["score"]) for row in rows} == {"anna": 2, "bob": 0}


async def hand_out_and_collect(room, folder, process, address):
    teacher, *students = (room.Student(name, address) for name in ("teacher", "anna", "bob"))
    for one in (teacher, *students):
        await one.log_in()
        await one.serve()

    def type_in_a_terminal(*words, where="class"):
        for one in psutil.Process(process.pid).children(recursive=True):
            env = one.environ()
            if env.get("JUPYTERHUB_USER") == "teacher" and "singleuser" in "".join(one.cmdline()):
                break
        place = folder / "students/teacher/vaeteach" / where
        done = subprocess.run(words, cwd=place, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def nbgrader(*words):
        type_in_a_terminal(f"{pathlib.Path(python_of(process)).parent}/nbgrader", *words)

    async def press(one, what):
        which = urllib.parse.urlencode({"course_id": "vaeteach", "assignment_id": "03_kl"})
        answer = await one.ask("POST", f"/user/{one.name}/assignments/{what}?{which}", "")
        said = json.loads(answer.body)
        assert said["success"] and "03_kl" in str(said["value"]), said

    # in an environment of tests the command itself is what course.py would start
    words = [python_of(process), "-m", "teaching.assignments", "class", "03", "--seed", "1"]
    type_in_a_terminal(*words, where=".")
    nbgrader("generate_assignment", "03_kl")
    nbgrader("release_assignment", "03_kl")
    for one in students:
        await press(one, "fetch")
    mine = folder / "students/anna/vaeteach/03_kl/03_kl.ipynb"
    notebook = nbformat.read(mine, 4)
    for cell in notebook.cells:
        if cell.id == "kl_gradient-answer":
            cell.source = "from vaeteach import checks\nkl_gradient = checks.kl_gradient.solution"
    nbformat.write(notebook, mine)
    for one in students:
        await press(one, "submit")
    for words in (["collect"], ["autograde"], ["generate_feedback"], ["release_feedback"]):
        nbgrader(*words, "03_kl")
    nbgrader("export")
    await press(students[0], "fetch_feedback")
    assert list(mine.parent.glob("feedback/*/03_kl.html"))


def python_of(process):
    """The Python that runs the hub."""
    return psutil.Process(process.pid).cmdline()[0]
