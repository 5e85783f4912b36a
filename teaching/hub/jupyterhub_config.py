"""JupyterHub for a class on one machine; `python3 course.py hub` starts it. See README.md here.

Started by root: each student comes with a login of this machine and works as that user, within
limits of memory and processor time where systemd runs. Started by anybody else: a trial, with one
password for all, that only this machine can reach. What a teacher may set stands in `class.toml`
in the folder in which the hub runs (the one beside this file lists it all); students' work and the
hub's own files are there too.
"""

import importlib.util
import os
import secrets
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLASS = Path.cwd()
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def stop(sentence):
    """End with a sentence for the teacher."""
    sys.exit(f"class.toml: {sentence}")


def settings():
    """What class.toml says over what is usual."""
    known = tomllib.loads((HERE / "class.toml").read_text("utf-8"))
    path = CLASS / "class.toml"
    try:
        chosen = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except tomllib.TOMLDecodeError as problem:
        stop(f"it cannot be read: {problem}.")
    for name, value in chosen.items():
        if name not in known:
            stop(f"there is no {name!r}; there are {', '.join(known)}.")
        if type(value) is not type(known[name]):
            stop(f"{name} must be like {known[name]!r}, not {value!r}.")
    return known | chosen


def class_password(chosen):
    """The trial's password: the teacher's, or one that is made once and kept."""
    kept = CLASS / "password.txt"
    if not chosen and not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(9), "utf-8")
    return chosen or kept.read_text("utf-8").strip()


c = get_config()  # noqa: F821 (JupyterHub gives it)
of = settings()
root = os.geteuid() == 0
trial = of["trial"] or not root
encrypted = bool(of["certificate"] and of["key"])
if of["address"] not in LOOPBACK and (trial or not encrypted):
    stop(
        f"address {of['address']!r} can be reached from outside, which needs"
        + (" logins: start the hub as root." if trial else " HTTPS: give certificate and key.")
    )

# --- the hub ---
c.JupyterHub.bind_url = f"http{'s' * encrypted}://{of['address']}:{of['port']}"
if encrypted:
    c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = of["certificate"], of["key"]
proxy = Path(sys.prefix) / "proxy/node_modules/.bin/configurable-http-proxy"
if proxy.exists():
    c.ConfigurableHTTPProxy.command = str(proxy)
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{of['port'] + 1}"
c.JupyterHub.hub_port = of["port"] + 2
c.Spawner.start_timeout = c.Spawner.http_timeout = 300  # thirty at once on few cores

# --- who may come in ---
teachers = set(of["teachers"])
if trial:
    password = class_password(of["password"])
    c.JupyterHub.authenticator_class = "shared-password"
    c.SharedPasswordAuthenticator.user_password = password
    c.SharedPasswordAuthenticator.allow_all = True
else:
    c.JupyterHub.authenticator_class = "pam"
    c.PAMAuthenticator.admin_users = teachers
    if of["group"]:
        c.PAMAuthenticator.allowed_groups = {of["group"]}
        c.PAMAuthenticator.allowed_users = teachers
    else:
        c.PAMAuthenticator.allow_all = True

# --- as whom, and within which limits ---
limited = Path("/run/systemd/system").is_dir() and importlib.util.find_spec("systemdspawner")
if trial:
    c.JupyterHub.spawner_class = "simple"
    c.SimpleLocalProcessSpawner.home_dir_template = str(CLASS / "students" / "{username}")
elif limited:
    c.JupyterHub.spawner_class = "systemdspawner.SystemdSpawner"
    c.SystemdSpawner.isolate_tmp = True
    c.SystemdSpawner.default_shell = "/bin/bash"
    c.Spawner.mem_limit, c.Spawner.cpu_limit = of["memory"], of["cores"]
else:
    c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"

# --- a student's server ---
c.Spawner.cmd = ["/bin/sh", str(HERE / "start"), sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.notebook_dir = "~/vaeteach"  # the student's copies, which `start` makes
c.Spawner.default_url = "/lab/tree/00_start_here.ipynb"
c.Spawner.args = [
    # no port is taken twice where thirty kernels start at once, and nobody else can listen
    "--KernelManager.transport=ipc",
    # kernels that nobody looks at for an hour end, and servers without kernels after two
    "--MappingKernelManager.cull_idle_timeout=3600",
    "--ServerApp.shutdown_no_activity_timeout=7200",
    *(["--allow-root"] if root and trial else []),
]
trained = Path(of["trained"] or CLASS / "trained")
exchange = CLASS / "exchange"  # nbgrader's: assignments go out and come back here
c.Spawner.environment = {
    "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}",
    "JUPYTER_PREFER_ENV_PATH": "1",
    "JUPYTER_CONFIG_PATH": str(HERE / "jupyter"),
    "VAETEACH_SHARED_CACHE": str(trained),
    "VAETEACH_EXCHANGE": str(exchange),
    "VAETEACH_STUDENT": (
        lambda spawner: spawner.user.name if trial and spawner.user.name not in teachers else ""
    ),
    "OMP_NUM_THREADS": str(max(1, round(of["cores"]))),
    "MALLOC_TRIM_THRESHOLD_": "131072",  # a kernel gives back what a training needed
}
c.Spawner.env_keep = "PYTHONPATH LANG LC_ALL VAETEACH_CACHE VAETEACH_DATA".split()
exchange.mkdir(exist_ok=True)
exchange.chmod(0o777)  # nbgrader asks for it; what is in there belongs to who put it there
trained.mkdir(parents=True, exist_ok=True)
(CLASS / "jupyterhub.sqlite").touch(mode=0o600)

print("Address:", c.JupyterHub.bind_url)
if trial:
    print(f"Trial: any name, and the password {password}; all work as one user of this machine.")
else:
    print("Students come with their logins on this machine,", end=" ")
    print(
        f"{of['memory']} and {of['cores']} cores each."
        if limited
        else "without limits: no systemd."
    )
