#!/usr/bin/env python3
"""Set up the course and start it. Needs nothing but Python 3.11 to 3.13.

    python3 course.py                 set up if needed, then open JupyterLab on the first notebook
    python3 course.py test [ARGS]     set up if needed, then run every test (ARGS go to pytest)
    python3 course.py doctor          say what is installed and what does not work
    python3 course.py clean           remove what the other commands have made in this folder

On Windows: py course.py. Options after "python3 course.py" go to JupyterLab, for instance
--no-browser.
"""

# Standard library only, and no syntax newer than Python 3.6: an old Python must get as far as
# reading the sentence that refuses it.
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
PYTHON = (
    os.path.join(VENV, "Scripts", "python.exe")
    if os.name == "nt"
    else os.path.join(VENV, "bin", "python")
)
# what .venv was made from; written last: it is there when all is
STAMP = os.path.join(VENV, "course-stamp.json")
# exists while pip works: found at the start, pip was cut off half-way
BUSY = os.path.join(VENV, "course-unfinished")
LOG = os.path.join(VENV, "course-install.log")
CONSTRAINTS = os.path.join(ROOT, "constraints.txt")
FIRST = "notebooks/00_start_here.ipynb"
OLDEST, NEWEST = (3, 11), (3, 13)
CPU_TORCH = "https://download.pytorch.org/whl/cpu"
SPACE = 2.5e9  # bytes: 1.8 GB installed, the rest while unpacking
MADE = [
    ".venv",
    "build",
    "dist",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    "tests/artefacts",
    "vaeteach.egg-info",
]


class Problem(Exception):
    """One sentence for the reader: what is wrong, and what to do."""


def say(text):
    print(text, flush=True)


# --- set-up
# ---------------------------------------------------------------------------------------------------------


def check_python(version=None, which=shutil.which):
    """Refuse a Python outside 3.11 to 3.13, and name a fitting one where there is one."""
    version = tuple(version or sys.version_info)[:2]
    if OLDEST <= version <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        command = ["py", f"-3.{minor}"] if os.name == "nt" else [f"python3.{minor}"]
        if which(command[0]) and runs(command + ["-c", ""]):
            advice = f"run it as `{' '.join(command)} course.py`"
            break
    else:
        advice = (
            "install Python 3.13 from https://www.python.org/downloads/ and start again with it"
        )
    raise Problem(
        f"This is Python {version[0]}.{version[1]}; the course needs Python 3.11 to 3.13: {advice}."
    )


def recipe():
    """The fingerprint of all that .venv is made from."""
    # moved folder: made anew
    digest = hashlib.sha256(f"{sys.version_info[:2]} {platform.machine()} {ROOT}".encode())
    for name in ("pyproject.toml", "constraints.txt"):
        try:
            with open(os.path.join(ROOT, name), "rb") as file:
                digest.update(file.read().replace(b"\r\n", b"\n"))
        except FileNotFoundError:
            raise Problem(
                f"{name} is missing beside course.py: get the whole course folder again."
            ) from None
    return digest.hexdigest()


def read(path):
    """The text of a file, empty where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def read_stamp():
    try:
        stamp = json.loads(read(STAMP))
        return stamp if isinstance(stamp, dict) else {}
    except ValueError:
        return {}


def environment():
    """The environment variables for everything started here, without what would reach out of .venv
    or into it.
    """
    drop = (
        "PYTHONPATH",
        "PYTHONHOME",
        "PIP_USER",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_REQUIRE_VIRTUALENV",
        "VIRTUAL_ENV",
    )
    env = {name: value for name, value in os.environ.items() if name not in drop}
    return dict(
        env,
        PYTHONNOUSERSITE="1",
        PYTHONUTF8="1",
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        PIP_NO_INPUT="1",
    )


def runs(command):
    """Whether this command ends well."""
    try:
        return not subprocess.call(
            command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError:
        return False


def make_venv():
    """Make .venv, in place of one that is broken or was left unfinished."""
    if (
        os.path.isdir(VENV)
        and not os.path.exists(BUSY)
        and runs([PYTHON, "-m", "pip", "--version"])
    ):
        if f"version = {sys.version_info[0]}.{sys.version_info[1]}." in read(
            os.path.join(VENV, "pyvenv.cfg")
        ):
            return
    try:
        import ensurepip  # noqa: F401  Debian and Ubuntu ship Python without it
        import venv  # noqa: F401
    except ImportError:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise Problem(
            "This Python cannot make an environment, because its module ensurepip is missing: on"
            f" Debian and Ubuntu run `sudo apt install {package}`, elsewhere install Python from"
            " https://www.python.org, and start again."
        ) from None
    if os.path.isdir(VENV):
        say("The folder .venv is unfinished or broken: making it again.")
        remove(VENV)
    elif os.path.lexists(VENV):
        raise Problem(".venv is not a folder: move it away and start again.")
    free = shutil.disk_usage(ROOT).free
    if free < SPACE:
        raise Problem(
            f"Set-up needs {SPACE / 1e9:.1f} GB, {free / 1e9:.1f} GB is free: make room and start"
            " again."
        )
    made = subprocess.run(
        [sys.executable, "-m", "venv", VENV],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if made.returncode:
        raise Problem(explain(made.stdout.decode("utf-8", "replace")))


def pip(what, *arguments):
    """Run `pip install`, show that it lives, and return its exit code; its words go to the log."""
    command = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--no-compile",
        "--progress-bar",
        "off",
        "-c",
        CONSTRAINTS,
    ]
    start, tty = time.time(), sys.stdout.isatty()
    with open(LOG, "ab") as log:
        log.write(f"\n$ pip install {' '.join(arguments)}\n".encode())
        log.flush()
        process = subprocess.Popen(
            command + list(arguments),
            cwd=ROOT,
            env=environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        try:
            while process.poll() is None:
                if tty:
                    sys.stdout.write(f"\r{what} … {time.time() - start:.0f} s ")
                    sys.stdout.flush()
                time.sleep(0.1)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if tty:
        sys.stdout.write("\r" + " " * (len(what) + 12) + "\r")
    if not process.returncode:
        say(f"{what}: done in {time.time() - start:.0f} s.")
    return process.returncode


def explain(text):
    """The sentence for what went wrong, from the words of pip or venv."""
    causes = [
        (
            (
                r"No space left on device|Errno 28|Errno 122|WinError 112|not enough space|Disk"
                r" quota exceeded"
            ),
            "The disk is full: make room (set-up needs about 2 GB) and start again.",
        ),
        (
            r"ensurepip is not available|No module named .?ensurepip",
            (
                "This Python cannot make an environment: on Debian and Ubuntu run `sudo apt"
                f" install python{sys.version_info[0]}.{sys.version_info[1]}-venv`, and start"
                " again."
            ),
        ),
        (
            r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
            (
                "The network changes encrypted connections, so packages cannot be fetched safely:"
                " use another network, or ask its administrator which certificate pip should trust"
                " (PIP_CERT), and start again."
            ),
        ),
        (
            r"Failed to establish a new connection|NewConnectionError|NameResolutionError|Temporary"
            r" failure in name "
            r"resolution|getaddrinfo failed|ConnectTimeoutError|ReadTimeoutError|Read timed"
            r" out|Network is unreachable|"
            r"Connection refused|Connection aborted|ProxyError|ConnectionResetError|Max retries"
            r" exceeded",
            (
                "The package index cannot be reached: connect to the network (or set HTTPS_PROXY)"
                " and start again; what is already there is kept."
            ),
        ),
        (
            r"Permission denied|Errno 13|WinError 5\b|Read-only file system|Errno 30",
            (
                f"Files in {ROOT} cannot be written: put the course in a folder of your own, close"
                " programs that use it, and start again."
            ),
        ),
        (
            r"No matching distribution found for torch",
            (
                f"PyTorch has no build for this machine ({platform.system()} {platform.machine()},"
                f" Python {platform.python_version()}): use a 64-bit Python on an ARM Mac, Linux or"
                " Windows, or run the course on Binder, Colab or a JupyterHub."
            ),
        ),
    ]
    for pattern, sentence in causes:
        if re.search(pattern, text):
            return sentence
    last = (
        [line.strip() for line in text.splitlines() if "ERROR" in line]
        or text.strip().splitlines()[-1:]
        or ["?"]
    )
    return f"Set-up failed ({last[-1]}): look into {LOG}, then start again."


def install_torch():
    """Install PyTorch without gigabytes of CUDA: from local wheels, from PyTorch's CPU index, or as
    pip does it.
    """
    if not pip("PyTorch, from local wheels", "--no-index", "--no-deps", "torch"):
        return
    if sys.platform.startswith("linux") and not pip(
        "PyTorch for the CPU",
        "--no-deps",
        "--retries",
        "1",
        "--timeout",
        "15",
        "--index-url",
        CPU_TORCH,
        "torch",
    ):
        return
    if sys.platform.startswith("linux"):
        say(
            "PyTorch's CPU index does not answer; taking the default build, which may be several GB"
            " on Linux."
        )
    if pip("PyTorch", "torch"):
        raise Problem(explain(read(LOG)))


def set_up(extra=""):
    """Make .venv hold the course (and with extra="test" its tests); at once where it already
    does.
    """
    wanted, stamp = recipe(), read_stamp()
    if (
        stamp.get("recipe") == wanted
        and extra in ("", stamp.get("extra"))
        and not os.path.exists(BUSY)
    ):
        if runs([PYTHON, "-c", "import vaeteach"]):
            return
    start = time.time()
    say("Setting up the course in .venv: a few minutes the first time, on a slow line longer.")
    make_venv()
    keep = stamp.get("extra") or extra
    try:
        for name in (STAMP, LOG):
            if os.path.exists(name):
                os.remove(name)
        with open(BUSY, "w", encoding="utf-8"):
            pass
        install_torch()
        if pip("The course's packages", "-e", f".[{keep}]" if keep else "."):
            raise Problem(explain(read(LOG)))
        os.remove(BUSY)  # from here on, what pip was to do is done
        check = subprocess.run(
            [PYTHON, "-c", "import torch, jupyterlab, anywidget, vaeteach"],
            env=environment(),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if check.returncode:
            words = check.stdout.decode("utf-8", "replace").strip()
            if os.name == "nt" and "DLL" in words:
                raise Problem(
                    "PyTorch needs Microsoft's Visual C++ libraries: install "
                    "https://aka.ms/vs/17/release/vc_redist.x64.exe and start again."
                )
            raise Problem(
                "What was installed does not load"
                f" ({words.splitlines()[-1] if words else 'no message'}): run `python3 course.py"
                " clean` and start again."
            )
        with open(STAMP, "w", encoding="utf-8") as file:
            json.dump({"recipe": wanted, "extra": keep}, file)
    except Problem as problem:
        # pip undoes a step that fails, so .venv stays usable; but not where the undoing itself had
        # no room
        if os.path.exists(BUSY) and "disk is full" not in str(problem):
            os.remove(BUSY)
        raise
    say(f"Set up in {time.time() - start:.0f} s.")


# --- commands
# -------------------------------------------------------------------------------------------------------


def become(command, env):
    """Run the command in place of this program where the system can, so that signals reach it."""
    if os.name == "nt":
        process = subprocess.Popen(command, env=env, cwd=ROOT)
        while True:
            try:
                return process.wait()
            # the console sends it to both: JupyterLab decides when to end
            except KeyboardInterrupt:
                pass
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(command[0], command, env)


def lab_command(options=()):
    """JupyterLab on loopback, with the token that it makes itself, opened on the first notebook."""
    command = [
        PYTHON,
        "-m",
        "jupyterlab",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={ROOT}",
        # nothing looks anything up outside
        "--LabApp.news_url=None",
        "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if os.path.exists(os.path.join(ROOT, FIRST)):
        command.append(f"--LabApp.default_url=/lab/tree/{FIRST}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command + list(options)


def quiet_lab():
    """Settings under which JupyterLab neither asks for news nor looks for updates: a dialog would
    cover the lesson.
    """
    folder = os.path.join(VENV, "share", "jupyter", "lab", "settings")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "overrides.json"), "w", encoding="utf-8") as file:
        quiet = {"fetchNews": "false", "checkForUpdates": False}
        json.dump({"@jupyterlab/apputils-extension:notification": quiet}, file)


def start(options):
    set_up()
    quiet_lab()
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
        # the work is parallel by test: more threads would only wait for each other
        env.setdefault(name, "1")
    command = [PYTHON, "-m", "pytest"]
    if not any(
        option == "-n" or option.startswith(("-n", "--numprocesses", "--pdb", "-p"))
        for option in options
    ):
        command += ["-n", str(max(2, min(4, os.cpu_count() or 2))), "--dist", "worksteal"]
    return become(command + list(options), env)


def remove(path):
    """Delete a folder, also where a file in it is read-only."""

    def again(function, name, _):
        try:
            os.chmod(name, 0o700)
            function(name)
        except OSError as error:
            raise Problem(
                f"{name} cannot be deleted ({error.strerror}): close what uses it and start again."
            ) from None

    shutil.rmtree(path, onerror=again)


def clean(options):
    if os.path.realpath(sys.prefix) == os.path.realpath(VENV):
        raise Problem(
            "This Python lives in .venv, which is to be removed: run `python3 course.py clean` with"
            " another."
        )
    gone = [name for name in MADE if os.path.isdir(os.path.join(ROOT, name))]
    for name in gone:
        remove(os.path.join(ROOT, name))
    for folder, names, _ in os.walk(ROOT):
        for name in [name for name in names if name in ("__pycache__", ".ipynb_checkpoints")]:
            remove(os.path.join(folder, name))
            names.remove(name)
        if ".git" in names:
            names.remove(".git")
    say(f"Removed {', '.join(gone)}." if gone else "Nothing to remove.")
    say(
        "Downloaded data and kept results are outside this folder: `python3 course.py doctor` says"
        " where."
    )
    return 0


def doctor(options):
    say(
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, in {ROOT}"
    )
    check_python()
    if not os.path.isdir(VENV):
        raise Problem("There is no .venv yet: run `python3 course.py`.")
    if os.path.exists(BUSY) or not runs([PYTHON, "-c", "import pip"]):
        raise Problem(
            "The folder .venv is unfinished or broken: run `python3 course.py`, which makes it"
            " again."
        )
    if read_stamp().get("recipe") != recipe():
        say(
            "! .venv was made from other versions than those listed now: `python3 course.py` brings"
            " it up to date."
        )
    return subprocess.call(
        [PYTHON, os.path.abspath(__file__), "--examine"], env=environment(), cwd=ROOT
    )


# --- what doctor asks inside .venv
# ----------------------------------------------------------------------------------


def pinned():
    """{name: version} of the lines of constraints.txt that hold here."""
    from packaging.requirements import Requirement

    with open(CONSTRAINTS, encoding="utf-8") as file:
        lines = [line.split("#")[0].strip() for line in file]
    wanted = [Requirement(line) for line in lines if line]
    return {
        r.name: next(iter(r.specifier)).version
        for r in wanted
        if r.marker is None or r.marker.evaluate()
    }


def examine(options):
    from importlib import metadata

    bad = []

    def report(good, text, advice=""):
        say(("  " if good else "! ") + text + ("" if good else f": {advice}"))
        if not good:
            bad.append(text)

    repair = "run `python3 course.py clean`, then `python3 course.py`"
    shown = (
        "torch",
        "numpy",
        "jupyterlab",
        "ipywidgets",
        "anywidget",
        "matplotlib",
        "scikit-learn",
    )
    for name, version in pinned().items():
        try:
            there = metadata.version(name)
        except metadata.PackageNotFoundError:
            there = None  # most pins are of packages that only the tests need
        if there is None and name in shown:
            report(False, f"{name} is missing", repair)
        elif there is not None and there.split("+")[0] != version:
            report(False, f"{name} is {there}, tried was {version}", repair)
        elif name in shown:
            report(True, f"{name} {there}")
    for name in ("@jupyter-widgets/jupyterlab-manager", "anywidget"):
        there = os.path.exists(
            os.path.join(sys.prefix, "share", "jupyter", "labextensions", name, "package.json")
        )
        report(
            there,
            f"JupyterLab {'can' if there else 'cannot'} display the widgets of {name}",
            repair,
        )
    try:
        import vaeteach
        from vaeteach import cache

        folder = str(cache.folder())
        files = [os.path.join(where, name) for where, _, names in os.walk(folder) for name in names]
        size = sum(os.path.getsize(name) for name in files)
        near = folder
        while not os.path.exists(near):
            near = os.path.dirname(near)
        report(
            os.access(near, os.W_OK),
            f"cache {folder}: {len(files)} files, {size / 1e6:.0f} MB",
            "it cannot be written; set VAETEACH_CACHE to a folder of yours",
        )
        data = vaeteach.load("digits")
        report(
            len(data.train) > 0,
            f"data digits: {len(data.train)} training and {len(data.test)} test images",
        )
    except Exception as error:
        report(False, f"the package does not work ({type(error).__name__}: {error})", repair)
    say(f"{len(bad)} problem(s) found." if bad else "All is well.")
    return 1 if bad else 0


def main(arguments):
    commands = {"test": test, "clean": clean, "doctor": doctor, "--examine": examine}
    if arguments[:1] in (["-h"], ["--help"], ["help"]):
        say(__doc__.strip())
        return 0
    try:
        if arguments and arguments[0] in commands:
            command, rest = commands[arguments[0]], arguments[1:]
        elif arguments and not arguments[0].startswith("-"):
            raise Problem(
                f"There is no command {arguments[0]!r}: use test, clean, doctor, or nothing to"
                " start."
            )
        else:
            command, rest = start, arguments
        if command in (start, test):
            check_python()
        return command(rest) or 0
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. Start again to go on.\n")
        return 130
    except OSError as error:
        sys.stderr.write(explain(f"{error}") + "\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
