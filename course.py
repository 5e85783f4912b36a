#!/usr/bin/env python3
"""Set up the course and start it. Needs nothing but Python 3.11 to 3.13.

    python3 course.py                 set up if needed, then open JupyterLab on the first notebook
    python3 course.py test [ARGS]     set up if needed, then run every test (ARGS go to pytest)
    python3 course.py doctor          say what is installed and what does not work
    python3 course.py clean           remove what the other commands have made in this folder

On Windows: py course.py. Options after "python3 course.py" go to JupyterLab, like --no-browser.
"""

# Standard library only, and no syntax newer than Python 3.6: an old Python must get as far as
# reading the sentence that refuses it.
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
STAMP = os.path.join(VENV, "course-stamp")  # what .venv was made from; written when all is there
BUSY = os.path.join(VENV, "course-unfinished")  # there while pip works: found, it was cut off
LOG = os.path.join(VENV, "course-install.log")
CONSTRAINTS = os.path.join(ROOT, "constraints.txt")
FIRST = "notebooks/00_start_here.ipynb"
OLDEST, NEWEST = (3, 11), (3, 13)
CPU_TORCH = "https://download.pytorch.org/whl/cpu"
SPACE = 2.5e9  # bytes: 1.8 GB installed, the rest while unpacking
MADE = ".venv build dist .pytest_cache .ruff_cache .hypothesis tests/artefacts vaeteach.egg-info"
SETTINGS = {  # of JupyterLab: no dialog covers the lesson, and saved notebooks keep their views
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True},
}


class Problem(Exception):
    """One sentence for the reader: what is wrong, and what to do."""


def say(text):
    print(text, flush=True)


# --- set-up ---------------------------------------------------------------------------------------


def check_python(version=None, which=shutil.which):
    """Refuse a Python outside 3.11 to 3.13, and name a fitting one where there is one."""
    version = tuple(version or sys.version_info)[:2]
    if OLDEST <= version <= NEWEST:
        return
    advice = "install Python 3.13 from https://www.python.org/downloads/ and start again with it"
    for minor in range(OLDEST[1], NEWEST[1] + 1):
        command = ["py", f"-3.{minor}"] if os.name == "nt" else [f"python3.{minor}"]
        if which(command[0]) and runs(command + ["-c", ""]):
            advice = f"run it as `{' '.join(command)} course.py`"
    this = f"{version[0]}.{version[1]}"
    raise Problem(f"This is Python {this}; the course needs Python 3.11 to 3.13: {advice}.")


def read(path):
    """The text of a file, empty where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def recipe():
    """The fingerprint of all that .venv is made from; a moved folder needs a new one."""
    lists = [read(os.path.join(ROOT, name)) for name in ("pyproject.toml", "constraints.txt")]
    if not all(lists):
        raise Problem(
            "pyproject.toml or constraints.txt is missing: get the whole course folder again."
        )
    words = [str(sys.version_info[:2]), platform.machine(), ROOT, *lists]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def environment():
    """The environment of everything started here: nothing reaches out of .venv, or into it."""
    drop = "PYTHONPATH PYTHONHOME VIRTUAL_ENV PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV"
    env = {name: value for name, value in os.environ.items() if name not in drop.split()}
    return dict(env, PYTHONNOUSERSITE="1", PYTHONUTF8="1", PIP_NO_INPUT="1")


def runs(command):
    """Whether this command ends well."""
    null = subprocess.DEVNULL
    try:
        return not subprocess.call(command, env=environment(), stdout=null, stderr=null)
    except OSError:
        return False


def check_space(needed):
    free = shutil.disk_usage(ROOT).free
    if free < needed:
        raise Problem(
            f"The disk is full: set-up needs {SPACE / 1e9:.1f} GB, {free / 1e9:.1f} GB is free;"
            " make room and start again."
        )


def make_venv():
    """Make .venv, in place of one that is broken, unfinished, or of another Python."""
    ours = "version = {}.{}.".format(*sys.version_info[:2])
    good = ours in read(os.path.join(VENV, "pyvenv.cfg")) and not os.path.exists(BUSY)
    if good and runs([PYTHON, "-m", "pip", "--version"]):
        return
    if os.path.isdir(VENV):
        say("The folder .venv is unfinished or broken: making it again.")
        remove(VENV)
    elif os.path.lexists(VENV):
        raise Problem(".venv is not a folder: move it away and start again.")
    check_space(SPACE)
    if not runs([sys.executable, "-c", "import ensurepip, venv"]):
        raise Problem(
            "This Python cannot make an environment, because its module ensurepip is missing: on"
            " Debian and Ubuntu run `sudo apt install python{}.{}-venv`, elsewhere install Python"
            " from https://www.python.org, and start again.".format(*sys.version_info[:2])
        )
    if not runs([sys.executable, "-m", "venv", VENV]):
        raise Problem(f"{VENV} could not be made: put the course in a folder of your own.")


def pip(what, *arguments):
    """Run `pip install`, show that it lives, and return its exit code; its words go to the log."""
    options = ["--no-compile", "--progress-bar=off", "--disable-pip-version-check"]
    command = [PYTHON, "-m", "pip", "install", "-c", CONSTRAINTS] + options + list(arguments)
    start, tty = time.time(), sys.stdout.isatty()
    with open(LOG, "ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
        try:
            while process.poll() is None:
                if tty:
                    print(f"\r{what} … {time.time() - start:.0f} s ", end="", flush=True)
                time.sleep(0.1)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    ended = "failed" if process.returncode else "done"
    say(("\r" if tty else "") + f"{what}: {ended} after {time.time() - start:.0f} s.")
    return process.returncode


def install(extra):
    """Install PyTorch without gigabytes of CUDA where that can be had, then the course."""
    cpu = ["--no-deps", "--retries=1", "--timeout=15", "--index-url", CPU_TORCH]
    if pip("PyTorch, from local wheels", "--no-index", "--no-deps", "torch"):
        if not sys.platform.startswith("linux") or pip("PyTorch for the CPU", *(cpu + ["torch"])):
            if pip("PyTorch as pip finds it, several GB on Linux", "torch"):
                raise Problem(pips_last_line())
    if pip("The course's packages", "-e", f".[{extra}]" if extra else "."):
        raise Problem(pips_last_line())


def pips_last_line():
    """The sentence for a pip that failed, with its own last line of error."""
    said = [line.strip() for line in read(LOG).splitlines()]
    last = ([line for line in said if line.startswith("ERROR")] or said or ["nothing"])[-1]
    return (
        f"pip could not install what the course needs ({last}): connect to the network (or set"
        f" HTTPS_PROXY) and start again; what is there is kept, and all that pip said is in {LOG}."
    )


def set_up(extra=""):
    """Make .venv hold the course, with extra="test" its tests; at once where it already does."""
    wanted, stamp = recipe(), (read(STAMP) + "\n").split("\n")
    extra = extra or stamp[1]
    if stamp[:2] == [wanted, extra] and runs([PYTHON, "-c", "import vaeteach"]):
        return
    start = time.time()
    say("Setting up the course in .venv: a few minutes the first time, on a slow line longer.")
    make_venv()
    for name in (STAMP, LOG):
        if os.path.exists(name):
            os.remove(name)
    open(BUSY, "w").close()
    try:
        install(extra)
    except Problem:
        check_space(5e7)  # else pip has undone what failed, and .venv stays usable
        os.remove(BUSY)
        raise
    os.remove(BUSY)
    loads = [PYTHON, "-c", "import torch, jupyterlab, anywidget, vaeteach"]
    check = subprocess.run(loads, env=environment(), cwd=ROOT, stderr=subprocess.PIPE)
    if check.returncode:
        words = check.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise Problem(
            f"What was installed does not load ({''.join(words)}): run `python3 course.py clean`"
            " and start again; on Windows PyTorch also needs Microsoft's"
            " https://aka.ms/vs/17/release/vc_redist.x64.exe."
        )
    with open(STAMP, "w", encoding="utf-8") as file:
        file.write(f"{wanted}\n{extra}")
    say(f"Set up in {time.time() - start:.0f} s.")


# --- commands -------------------------------------------------------------------------------------


def become(command, env):
    """Run the command in place of this program where the system can, so that signals reach it."""
    if os.name != "nt":
        os.chdir(ROOT)
        os.execve(command[0], command, env)
    process = subprocess.Popen(command, env=env, cwd=ROOT)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            pass  # the console sends it to both: JupyterLab decides when to end


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
    command += ["--LabApp.extension_manager=readonly"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    if sockets_fit():
        command.append("--KernelManager.transport=ipc")
    if os.path.exists(os.path.join(ROOT, FIRST)):
        command.append(f"--LabApp.default_url=/lab/tree/{FIRST}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command + list(options)


def start(options):
    set_up()
    folder = os.path.join(VENV, "share", "jupyter", "lab", "settings")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "overrides.json"), "w", encoding="utf-8") as file:
        json.dump(SETTINGS, file)
    # the kernel of .venv, not another one called python3
    env = dict(environment(), JUPYTER_PREFER_ENV_PATH="1")
    if not env.get("JUPYTER_TOKEN", "x"):
        del env["JUPYTER_TOKEN"]  # set but empty, it would switch the token off
    say("Starting JupyterLab. Stop it with Ctrl-C.")
    return become(lab_command(options), env)


def test(options):
    set_up("test")
    env = environment()
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        env.setdefault(name, "1")  # tests run side by side: more threads would wait for each other
    command = [PYTHON, "-m", "pytest"]
    if not any(option.startswith(("-n", "--numprocesses", "--pdb", "-p")) for option in options):
        command += ["-n", str(max(2, min(4, os.cpu_count() or 2))), "--dist", "loadgroup"]
    return become(command + options, env)


def remove(path):
    """Delete a folder, also where a file in it is read-only."""

    def again(function, name, _):
        os.chmod(name, 0o700)
        function(name)

    shutil.rmtree(path, onerror=again)


def clean(options):
    if os.path.realpath(sys.prefix) == os.path.realpath(VENV):
        raise Problem("This Python lives in .venv, which is to be removed: use another.")
    gone = [name for name in MADE.split() if os.path.isdir(os.path.join(ROOT, name))]
    for folder, names, _ in os.walk(ROOT):
        for name in set(names) & {"__pycache__", ".ipynb_checkpoints", ".git", ".venv"}:
            names.remove(name)
            if name not in (".git", ".venv"):
                remove(os.path.join(folder, name))
    for name in gone:
        remove(os.path.join(ROOT, name))
    say(f"Removed {', '.join(gone)}." if gone else "Nothing to remove.")
    say("Data and kept results are outside this folder: `python3 course.py doctor` says where.")


def doctor(options):
    system = f"{platform.system()} {platform.machine()}"
    say(f"Python {platform.python_version()} on {system}, in {ROOT}")
    if not os.path.isdir(VENV):
        raise Problem("There is no .venv yet: run `python3 course.py`.")
    if os.path.exists(BUSY) or not runs([PYTHON, "-c", "import pip"]):
        raise Problem(
            "The folder .venv is unfinished or broken: run `python3 course.py`, which makes it"
            " again."
        )
    if not read(STAMP).startswith(recipe()):
        say("! .venv was made from other lists than today's: `python3 course.py` mends that.")
    return subprocess.call([PYTHON, os.path.abspath(__file__), "--examine"], env=environment())


def examine(options):
    """What doctor asks inside .venv."""
    from importlib import metadata

    from packaging.requirements import Requirement

    bad = []

    def report(good, text, advice="run `python3 course.py clean`, then `python3 course.py`"):
        say(f"  {text}" if good else f"! {text}: {advice}")
        bad.extend([] if good else [text])

    lines = [line.split("#")[0].strip() for line in read(CONSTRAINTS).splitlines()]
    shown = "torch numpy jupyterlab ipywidgets anywidget matplotlib seaborn scikit-learn".split()
    for pin in map(Requirement, filter(None, lines)):
        if pin.marker is not None and not pin.marker.evaluate():
            continue
        there = "".join(d.version for d in metadata.distributions(name=pin.name))
        if pin.name in shown and there in pin.specifier:
            report(True, f"{pin.name} {there}")
        elif (there or pin.name in shown) and there.split("+")[0] not in pin.specifier:
            tried = str(pin.specifier).lstrip("=")
            report(False, f"{pin.name} is {there or 'missing'}, tried was {tried}")
    for name in ("@jupyter-widgets/jupyterlab-manager", "anywidget"):
        there = os.path.exists(os.path.join(sys.prefix, "share/jupyter/labextensions", name))
        report(there, f"JupyterLab {'can' if there else 'cannot'} display the widgets of {name}")
    try:
        from vaeteach import load
        from vaeteach.support import cache

        folder = near = str(cache.folder())
        while not os.path.exists(near):
            near = os.path.dirname(near)
        mine = "it cannot be written; set VAETEACH_CACHE to a folder of yours"
        report(os.access(near, os.W_OK), f"cache {folder}", mine)
        data = load("digits")
        report(True, f"data digits: {len(data.train)} training and {len(data.test)} test images")
    except Exception as error:
        report(False, f"the package does not work ({type(error).__name__}: {error})")
    say(f"{len(bad)} problem(s) found." if bad else "All is well.")
    return 1 if bad else 0


COMMANDS = {"test": test, "clean": clean, "doctor": doctor, "--examine": examine}


def main(arguments):
    name = arguments[0] if arguments else ""
    try:
        if name in ("-h", "--help", "help"):
            say(__doc__.strip())
            return 0
        if name not in COMMANDS and name[:1] not in ("", "-"):
            raise Problem(f"There is no command {name!r}: use test, clean, doctor, or nothing.")
        check_python()
        if name in COMMANDS:
            return COMMANDS[name](arguments[1:]) or 0
        return start(arguments) or 0
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
    except OSError as error:
        sys.stderr.write(
            f"{error}: make room or close what uses it, keep the course in a folder of your own,"
            " and start again.\n"
        )
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. Start again to go on.\n")
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
