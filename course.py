#!/usr/bin/env python3
"""Set up the course and start it. Needs nothing but Python 3.11 to 3.13.

    python3 course.py                 set up if needed, then open JupyterLab on your lesson 00
    python3 course.py test [ARGS]     set up if needed, then run every test (ARGS go to pytest)
    python3 course.py site            set up if needed, then write the course as pages into site/
    python3 course.py assignments FOLDER    for teachers: the exercises for nbgrader
    python3 course.py slides FOLDER         for teachers: six lectures of the lessons' figures
    python3 course.py hub             for teachers: JupyterHub for a class, in the present folder
    python3 course.py doctor          say what is installed and what does not work
    python3 course.py clean           remove what the other commands have made in this folder

On Windows: py course.py. Options after "python3 course.py" go to JupyterLab, like --no-browser.
"""

# Standard library only, and no syntax newer than Python 3.6: an old Python must get as far as
# reading the sentence that refuses it.
import functools
import hashlib
import json
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = str(VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
STAMP = VENV / "course-stamp"  # what .venv was made from, or UNFINISHED
UNFINISHED = "pip was at work"  # found in the stamp: pip was cut off
LISTS = [ROOT / "pyproject.toml", ROOT / "constraints.txt"]
COPIES = ROOT / "my"  # the reader's lessons: git and `clean` leave them alone
FIRST = "my/00_start_here.ipynb"
HUB = ["jupyterhub>=5.3,<7", "jupyterhub-systemdspawner", "nbgrader"]
PROXY = VENV / "proxy"  # of Node.js; JupyterHub stands behind it
PROXY_PACKAGE = "configurable-http-proxy@4"  # 5 needs a newer Node.js than Ubuntu has
CPU_TORCH = "https://download.pytorch.org/whl/cpu"
SPACE = 2.5e9  # bytes: 1.8 GB installed, the rest while unpacking
MADE = (
    ".venv site build jupyter_execute dist .pytest_cache .ruff_cache .hypothesis tests/artefacts"
    " vaeteach.egg-info"
)
SETTINGS = {  # of JupyterLab: no dialog covers the lesson, and saved notebooks keep their views
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True},
}


class Problem(Exception):
    """One sentence for the reader: what is wrong, and what to do."""


say = functools.partial(print, flush=True)


def read(path):
    """The text of a file, empty where there is none."""
    return path.read_text("utf-8", "replace") if path.is_file() else ""


def environment(**more):
    """The environment of everything started here: nothing reaches out of .venv, or into it."""
    drop = "PYTHONPATH PYTHONHOME VIRTUAL_ENV PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV"
    env = {name: value for name, value in os.environ.items() if name not in drop.split()}
    return dict(env, PYTHONNOUSERSITE="1", PYTHONUTF8="1", PIP_NO_INPUT="1", **more)


def runs(*command):
    """Whether this command ends well."""
    null = subprocess.DEVNULL
    try:
        return not subprocess.call(command, env=environment(), stdout=null, stderr=null)
    except OSError:
        return False


# --- set-up ---------------------------------------------------------------------------------------


def check_python(version=sys.version_info, which=shutil.which):
    """Refuse a Python outside 3.11 to 3.13, and name a fitting one where there is one."""
    if (3, 11) <= tuple(version)[:2] <= (3, 13):
        return
    advice = "install Python 3.13 from https://www.python.org/downloads/ and start again with it"
    for minor in (11, 12, 13):
        command = ["py", f"-3.{minor}"] if os.name == "nt" else [f"python3.{minor}"]
        if which(command[0]) and runs(*command, "-c", ""):
            advice = f"run it as `{' '.join(command)} course.py`"
    this = "This is Python {}.{}; the course needs".format(*version)
    raise Problem(f"{this} Python 3.11 to 3.13: {advice}.")


def recipe():
    """The fingerprint of all that .venv is made from; a moved folder needs a new one."""
    lists = list(map(read, LISTS))
    if not all(lists):
        raise Problem("pyproject.toml or constraints.txt is missing: get the whole folder again.")
    words = [str(sys.version_info[:2]), platform.machine(), str(ROOT), *lists]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def check_space(needed):
    free = shutil.disk_usage(str(ROOT)).free
    if free < needed:
        need = f"set-up needs {SPACE / 1e9:.1f} GB, {free / 1e9:.1f} GB is free"
        raise Problem(f"The disk is full: {need}; make room and start again.")


def make_venv():
    """Make .venv, in place of one that is broken, unfinished, or of another Python."""
    ours = "version = {}.{}.".format(*sys.version_info)
    good = ours in read(VENV / "pyvenv.cfg") and read(STAMP) != UNFINISHED
    if good and runs(PYTHON, "-m", "pip", "--version"):
        return
    if VENV.is_dir():
        say("The folder .venv is unfinished or broken: making it again.")
        remove(VENV)
    elif os.path.lexists(str(VENV)):
        raise Problem(".venv is not a folder: move it away and start again.")
    check_space(SPACE)
    if subprocess.call([sys.executable, "-m", "venv", str(VENV)], env=environment()):
        package = "python{}.{}-venv".format(*sys.version_info)
        raise Problem(
            "The folder .venv could not be made (Python's own words stand above): put the course in"
            f" a folder of your own; where ensurepip is missing, run `sudo apt install {package}`"
            " on Debian and Ubuntu, elsewhere install Python from https://www.python.org."
        )


def pip(*arguments):
    """Whether `pip install` ends well; it shows what it does."""
    options = ["-c", str(LISTS[1]), "--no-compile", "--disable-pip-version-check", *arguments]
    command = [PYTHON, "-m", "pip", "install", *options]
    return not subprocess.call(command, cwd=str(ROOT), env=environment())


def install(extra):
    """Install PyTorch without gigabytes of CUDA where that can be had, then the course."""
    cpu = ["--no-deps", "--retries=1", "--timeout=15", "--index-url", CPU_TORCH, "torch"]
    local = pip("-qqq", "--no-index", "--no-deps", "torch")  # from wheels that PIP_FIND_LINKS names
    small = local or (sys.platform.startswith("linux") and pip(*cpu))
    if not (small or pip("torch")) or not pip("-e", f".[{extra}]"):
        raise Problem(
            "pip could not install what the course needs (its own words stand above): connect to"
            " the network, or set HTTPS_PROXY, and start again; what is there is kept."
        )


def check_package():
    """Refuse an environment in which the course does not load, in Python's own last line."""
    loads = [PYTHON, "-c", "import torch, jupyterlab, anywidget, vaeteach"]
    done = subprocess.run(loads, env=environment(), cwd=str(ROOT), stderr=subprocess.PIPE)
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise Problem(
            f"What was installed does not load ({''.join(words)}): run `python3 course.py clean`"
            " and start again; on Windows PyTorch also needs Microsoft's"
            " https://aka.ms/vs/17/release/vc_redist.x64.exe."
        )


def set_up(extra="course"):
    """Make .venv hold "course", "site" or "test", each with all before; at once where it does."""
    wanted, stamp = recipe(), (read(STAMP) + "\n").split("\n")
    extra = max(extra, stamp[1])  # their order is that of the alphabet, and nothing is taken away
    if stamp[:2] == [wanted, extra] and runs(PYTHON, "-c", "import vaeteach"):
        return
    say("Setting up the course in .venv: a few minutes the first time, on a slow line longer.")
    make_venv()
    STAMP.write_text(UNFINISHED, "utf-8")
    try:
        install(extra)
    except Problem:
        check_space(5e7)  # else pip has undone what failed, and .venv stays usable
        STAMP.write_text("", "utf-8")
        raise
    STAMP.write_text("", "utf-8")
    check_package()
    STAMP.write_text(f"{wanted}\n{extra}", "utf-8")


# --- commands -------------------------------------------------------------------------------------


def become(command, env, folder=ROOT):
    """Run the command in place of this program where the system can, so that signals reach it."""
    os.chdir(str(folder))
    if os.name != "nt":
        os.execve(command[0], command, env)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the console sends it to the command too
    return subprocess.call(command, env=env)


def sockets_fit():
    """Whether kernels can talk through files: no port is taken twice, nobody else can listen."""
    home = "~/Library/Jupyter" if sys.platform == "darwin" else "~/.local/share/jupyter"
    runtime = os.path.join(os.environ.get("JUPYTER_DATA_DIR", os.path.expanduser(home)), "runtime")
    runtime = os.environ.get("JUPYTER_RUNTIME_DIR", runtime)
    return os.name != "nt" and len(runtime) < 50  # a socket's path has at most 103 characters


def lab_command(options=()):
    """JupyterLab on loopback, with the token that it makes itself, opened on the first notebook."""
    command = [PYTHON, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.root_dir={ROOT}", "--LabApp.news_url=None"]  # nothing looks outside
    command += ["--LabApp.extension_manager=readonly", f"--LabApp.default_url=/lab/tree/{FIRST}"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    if sockets_fit():
        command.append("--KernelManager.transport=ipc")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command + list(options)


def copy_lessons():
    """Make the reader's copies of the lessons, or bring up to date what they have not touched."""
    script = str(ROOT / "vaeteach/support/copies.py")  # -P: its neighbours are not Python's modules
    pages = ("notebooks", "teaching/pre_check.ipynb", "teaching/inventory.ipynb")
    if subprocess.call([PYTHON, "-P", script, str(COPIES), *(str(ROOT / page) for page in pages)]):
        raise Problem("Put the course in a folder of your own, make room, and start again.")
    say("Your copies of the lessons are in the folder my; notebooks is the course's own.")


def settle_lab():
    settings = VENV / "share/jupyter/lab/settings/overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps(SETTINGS), "utf-8")


def start(options):
    set_up()
    copy_lessons()
    settle_lab()
    # the kernel of .venv, not another one called python3; what a training needed is given back
    env = environment(JUPYTER_PREFER_ENV_PATH="1", MALLOC_TRIM_THRESHOLD_="131072")
    if not env.get("JUPYTER_TOKEN", "x"):
        del env["JUPYTER_TOKEN"]  # set but empty, it would switch the token off
    say("Starting JupyterLab. Stop it with Ctrl-C.")
    return become(lab_command(options), env)


def test(options):
    set_up("test")
    # tests run side by side: more threads would wait for each other
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    env = environment(**{name: os.environ.get(name, "1") for name in names})
    command = [PYTHON, "-m", "pytest"]
    if not any(option.startswith(("-n", "--numprocesses", "--pdb", "-p")) for option in options):
        # one more than cores: who drives the browser mostly waits; tests/conftest.py deals them out
        command += ["-n", str(1 + min(4, os.cpu_count() or 2)), "--dist", "loadscope"]
    return become(command + options, env)


def site(options):
    set_up("site")
    env = environment(JUPYTER_PREFER_ENV_PATH="1")  # the kernel of .venv
    return become([PYTHON, str(ROOT / "pages/build.py"), *options], env)


def remove(path):
    """Delete a folder, also where a file in it is read-only."""

    def again(function, name, _):
        os.chmod(name, 0o700)
        function(name)

    shutil.rmtree(str(path), onerror=again)


def clean(options):
    if pathlib.Path(sys.prefix).resolve() == VENV.resolve():
        raise Problem("This Python lives in .venv, which is to be removed: use another.")
    gone = [name for name in MADE.split() if (ROOT / name).is_dir()]
    for name in gone:
        remove(ROOT / name)
    for name in ("__pycache__", ".ipynb_checkpoints"):
        for folder in sorted(ROOT.rglob(name), reverse=True):  # what is inside another goes first
            if COPIES not in folder.parents:
                remove(folder)
    say(f"Removed {', '.join(gone)}." if gone else "Nothing to remove.")
    if COPIES.is_dir():
        say("Your lessons in the folder my are kept.")
    say("Data and kept results are outside this folder: `python3 course.py doctor` says where.")


def doctor(options):
    say(f"Python {platform.python_version()} on {platform.platform()}, in {ROOT}")
    if not VENV.is_dir():
        raise Problem("There is no .venv yet: run `python3 course.py`.")
    if read(STAMP) == UNFINISHED or not runs(PYTHON, "-m", "pip", "--version"):
        raise Problem(
            "The folder .venv is unfinished or broken: `python3 course.py` makes it anew."
        )
    if not read(STAMP).startswith(recipe()):
        say("! .venv was made from other lists than today's: `python3 course.py` mends that.")
    check_package()
    ask = "import sys, vaeteach; from vaeteach.support.doctor import examine"
    ask += "; sys.exit(examine(sys.argv[1], vaeteach.load))"
    return become([PYTHON, "-c", ask, str(LISTS[1])], environment())


def teaching(name):
    """The command that a module of teaching/ is; a folder means one seen from where it is typed."""

    def command(options):
        set_up()
        folder = [os.path.abspath(option) for option in options[:1] if option[:1] != "-"]
        words = [PYTHON, "-m", "teaching." + name, *folder, *options[len(folder) :]]
        return become(words, environment())

    return command


def install_hub():
    """Put JupyterHub and its proxy, a program for Node.js, into .venv."""
    if not runs(PYTHON, "-c", "import jupyterhub, systemdspawner, nbgrader") and not pip(*HUB):
        raise Problem("pip could not install JupyterHub (its own words stand above).")
    if not (PROXY / "node_modules").is_dir():
        npm = shutil.which("npm")
        if npm is None:
            raise Problem("The hub needs Node.js: `sudo apt install npm`, then start again.")
        if subprocess.call([npm, "install", "--prefix", str(PROXY), PROXY_PACKAGE]):
            raise Problem("npm could not install the hub's proxy (its own words stand above).")


def hub(options):
    """JupyterHub in the folder where the teacher stands, as teaching/hub/README.md says."""
    folder = pathlib.Path.cwd()
    if os.name == "nt":
        raise Problem("JupyterHub needs Linux or macOS.")
    if ROOT in (folder, *folder.parents):
        raise Problem("Start the hub from a folder of its own: the students' work goes there.")
    os.umask(0o022)  # what root installs is read by all
    set_up()
    install_hub()
    settle_lab()
    # students cannot write here: what is not compiled now would be compiled at each start
    say("Preparing for many at once.")
    places = [str(VENV / "lib"), str(ROOT / "vaeteach")]
    subprocess.call([PYTHON, "-m", "compileall", "-qq", "-j0", *places], env=environment())
    config = str(ROOT / "teaching/hub/jupyterhub_config.py")
    return become([PYTHON, "-m", "jupyterhub", "-f", config, *options], environment(), folder)


COMMANDS = {"test": test, "site": site, "clean": clean, "doctor": doctor, "hub": hub}
COMMANDS.update({name: teaching(name) for name in ("assignments", "slides")})


def main(arguments):
    name, options = "".join(arguments[:1]), arguments[1:]
    try:
        if name in ("-h", "--help", "help"):
            return say(__doc__.strip()) or 0
        check_python()
        if name in COMMANDS:
            return COMMANDS[name](options) or 0
        if name[:1] not in ("", "-"):
            raise Problem(f"There is no command {name!r}: use {', '.join(COMMANDS)}, or nothing.")
        return start(arguments) or 0
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
    except OSError as error:
        advice = "make room or close what uses it, keep the course in a folder of your own"
        sys.stderr.write(f"{error}: {advice}, and start again.\n")
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. Start again to go on.\n")
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
