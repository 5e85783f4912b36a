"""A class on one server: a real JupyterHub on loopback, and students who all come at once.

    .venv/bin/python benchmarks/classroom.py 20                      # notebook 00
    .venv/bin/python benchmarks/classroom.py 20 09_must_the_prior_be_gaussian.ipynb

Each student logs in, starts the server, opens their copy, runs all cells in one go and, if there is
a view to drag, drags it for three seconds, over the protocols that a browser uses. Printed are the
median and the worst of the seconds from the login on, memory and processor time of each (PSS: what
processes share is divided among them) and the errors. The hub is that of `teaching/hub`, as a
trial, with the cache of the run in one folder, empty at first. VAETEACH_HUB names a Python with
JupyterHub, whose prefix holds the proxy; without it an environment is made, which needs npm and the
network.
"""

import asyncio
import contextlib
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.parse
import uuid
import venv

import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONFIG = ROOT / "teaching/hub/jupyterhub_config.py"
PASSWORD = "a password for a trial"
LIMIT = 340  # seconds for the whole class
VIEW = "application/vnd.jupyter.widget-view+json"


def environment(folder):
    """The Python of an environment in `folder` that has JupyterHub, over the one that runs this."""
    sys.path.insert(0, str(ROOT))
    from course import HUB, PROXY_PACKAGE

    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "course.pth").write_text(sysconfig.get_paths()["purelib"])
    constraints = ["-c", str(ROOT / "constraints.txt")]
    subprocess.run([python, "-m", "pip", "install", "-q", *constraints, *HUB], check=True)
    templates = "share/jupyter/nbconvert"  # feedback is written with them
    os.symlink(pathlib.Path(sys.prefix) / templates, folder / templates)
    npm = ["npm", "install", "--silent", "--prefix", str(folder / "proxy"), PROXY_PACKAGE]
    subprocess.run(npm, check=True)
    return python


def free_port():
    """The first of three ports in a row that nobody has taken."""
    while True:
        with contextlib.ExitStack() as stack:
            first = stack.enter_context(socket.socket())
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                for following in (port + 1, port + 2):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", following))
                return port


@contextlib.contextmanager
def hub(python, folder, **more):
    """The class's hub as a trial in `folder`: yields (its process, its address); then all ends."""
    port = free_port()
    (folder / "class.toml").write_text(
        f'trial = true\nport = {port}\npassword = "{PASSWORD}"\nteachers = ["teacher"]\n', "utf-8"
    )
    env = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    env |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""} | more
    command = [str(python), "-m", "jupyterhub", "-f", str(CONFIG)]
    with open(folder / "hub.log", "wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        for _ in range(600):
            words = (folder / "hub.log").read_text("utf-8", "replace")
            if process.poll() is not None:
                raise RuntimeError("the hub ended:\n" + words[-3000:])
            if "JupyterHub is now running" in words:
                break
            time.sleep(0.2)
        else:
            raise RuntimeError("the hub did not start:\n" + words[-3000:])
        yield process, f"http://127.0.0.1:{port}"
    finally:
        family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()  # it stops the students' servers first
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(60)
        for one in [*family, process]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()


class Student:
    """One of the class, from the login to the last drag; `at` holds when what happened."""

    def __init__(self, name, address):
        self.name, self.address, self.client = name, address, AsyncHTTPClient()
        self.cookies, self.token = {}, None
        self.at, self.errors, self.drags, self.said = {}, [], [], ""

    async def ask(self, method, path, body=None, **headers):
        """One request, with the cookies or the token; answers of 400 and above raise."""
        if self.token:
            headers["Authorization"] = f"token {self.token}"
        else:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        request = HTTPRequest(
            self.address + path,
            method,
            headers,
            body,
            follow_redirects=False,
            request_timeout=LIMIT,
            connect_timeout=LIMIT,
            allow_nonstandard_methods=True,
        )
        answer = await self.client.fetch(request, raise_error=False)
        for line in answer.headers.get_list("Set-Cookie"):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        if answer.code >= 400:
            raise RuntimeError(f"{method} {path}: {answer.code} {answer.body[:300]!r}")
        return answer

    async def log_in(self):
        """The form, as a browser fills it; then a token, which a browser's cookies stand for."""
        await self.ask("GET", "/hub/login")
        form = {"username": self.name, "password": PASSWORD, "_xsrf": self.cookies["_xsrf"]}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        await self.ask("POST", "/hub/login", urllib.parse.urlencode(form), **kind)
        who = json.dumps({"auth": {"username": self.name, "password": PASSWORD}})
        answer = await self.ask("POST", f"/hub/api/users/{self.name}/tokens", who)
        self.token = json.loads(answer.body)["token"]

    async def serve(self):
        """Start the server, and wait until it answers."""
        user = f"/hub/api/users/{self.name}"
        await self.ask("POST", user + "/server", "{}")
        while True:
            server = json.loads((await self.ask("GET", user)).body)["servers"].get("", {})
            if server.get("ready"):
                break
            await asyncio.sleep(0.5)
        self.at["server"] = time.perf_counter()
        self.home = f"/user/{self.name}/api"

    async def open(self, notebook):
        """Read the student's copy and start its kernel."""
        answer = await self.ask("GET", f"{self.home}/contents/{notebook}")
        self.cells = json.loads(answer.body)["content"]["cells"]
        session = {"path": notebook, "name": notebook, "type": "notebook"}
        session["kernel"] = {"name": "python3"}
        answer = await self.ask("POST", f"{self.home}/sessions", json.dumps(session))
        self.kernel = json.loads(answer.body)["kernel"]["id"]
        self.at["kernel"] = time.perf_counter()

    def message(self, kind, content):
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "username": self.name,
            "session": self.kernel,
            "date": "2026-01-01T00:00:00Z",
            "version": "5.4",
        }
        return {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
            "buffers": [],
        }

    async def send(self, kind, content):
        message = self.message(kind, content)
        await self.socket.write_message(json.dumps(message))
        return message["header"]["msg_id"]

    async def messages(self):
        while True:
            raw = await self.socket.read_message()
            if raw is None:
                raise RuntimeError("the kernel's connection was closed")
            if isinstance(raw, bytes):  # a message with buffers: the first offset ends the table
                count = int.from_bytes(raw[:4], "big")
                ends = [int.from_bytes(raw[4 * i : 4 * i + 4], "big") for i in range(1, count + 1)]
                raw = raw[ends[0] : ends[1] if count > 1 else None]
            message = json.loads(raw)
            yield message, message["parent_header"].get("msg_id"), message["content"]

    async def run_all(self):
        """All code cells at once, as the menu does; the seconds of the first picture and view."""
        url = f"{self.address}{self.home}/kernels/{self.kernel}/channels".replace("http", "ws", 1)
        request = HTTPRequest(url, headers={"Authorization": f"token {self.token}"})
        self.socket = await websocket_connect(request, max_message_size=2**28)
        waiting, view = set(), None
        for cell in self.cells:
            if cell["cell_type"] == "code":
                content = {"code": cell["source"], "silent": False, "store_history": True}
                content |= {"user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
                waiting.add(await self.send("execute_request", content))
        async for message, parent, content in self.messages():
            kind = message["msg_type"]
            data = content.get("data", {}) if kind in ("display_data", "execute_result") else {}
            if "image/png" in data:
                self.at.setdefault("picture", time.perf_counter())
            if VIEW in data and view is None:
                view = data[VIEW]["model_id"]
                self.at["view"] = time.perf_counter()
            if kind == "stream":
                self.said += content["text"]
            if kind == "execute_reply":
                waiting.discard(parent)
                if content["status"] != "ok":
                    self.errors.append(f"{content['status']}: {content.get('evalue')}")
            if not waiting:
                break
        self.at["end"] = time.perf_counter()
        return view

    async def drag(self, view, seconds=3, each=0.1):
        """Move the pointer over the latent plane, and wait for the kernel's word on each place."""
        end, step = time.perf_counter() + seconds, 0
        while time.perf_counter() < end:
            place = [((step * 7) % 30) / 10 - 1.5, ((step * 11) % 30) / 10 - 1.5]
            start, step = time.perf_counter(), step + 1
            change = {"method": "update", "state": {"z": place}, "buffer_paths": []}
            sent = await self.send("comm_msg", {"comm_id": view, "data": change})
            async for message, parent, content in self.messages():
                if parent == sent and content.get("execution_state") == "idle":
                    break
                if parent == sent and message["msg_type"] == "stream":
                    self.errors.append(content["text"])
            self.drags.append(time.perf_counter() - start)
            await asyncio.sleep(max(0, each - self.drags[-1]))

    async def whole(self, notebook, drags):
        """All of it; what goes wrong is kept as an error."""
        self.at["login"] = time.perf_counter()
        try:
            await self.log_in()
            await self.serve()
            await self.open(notebook)
            view = await self.run_all()
            if drags and view is None:
                raise RuntimeError("no view came")
            if drags:
                await self.drag(view)
        except Exception as problem:
            self.errors.append(f"{type(problem).__name__}: {problem}")


def cost(process):
    """(megabytes as PSS, seconds of processor time) of the students' servers, and of kernels."""
    servers, kernels = [], []
    for one in process.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            words = " ".join(one.cmdline())
            used = one.memory_full_info().pss / 1e6, sum(one.cpu_times()[:2])
            if "jupyterhub.singleuser" in words:
                servers.append(used)
            elif "ipykernel_launcher" in words:
                kernels.append(used)
    return servers, kernels


async def attend(address, process, count, notebook, drags):
    """A class of `count`: the students, and what their processes have cost when all are done."""
    AsyncHTTPClient.configure(None, max_clients=10 * count)
    students = [Student(f"student{i:02}", address) for i in range(count)]
    work = [asyncio.create_task(one.whole(notebook, drags)) for one in students]
    _, late = await asyncio.wait(work, timeout=LIMIT)
    for task, one in zip(work, students):
        if task in late:
            one.errors.append(f"not done after {LIMIT} s")
    costs = cost(psutil.Process(process.pid))
    for task in late:
        task.cancel()
    return students, costs


def report(students, costs):
    """Print what was measured."""
    for what in ("server", "kernel", "picture", "view", "end"):
        if found := [s.at[what] - s.at["login"] for s in students if what in s.at]:
            median, worst = statistics.median(found), max(found)
            print(
                f"{what:8} {median:6.1f} s (median), {worst:6.1f} s (worst), {len(found)} of them"
            )
    if drags := [1e3 * one for s in students for one in s.drags]:
        slow = sorted(drags)[int(0.95 * len(drags))]
        print(f"drag     {statistics.median(drags):6.1f} ms (median), {slow:6.1f} ms (p95)")
    for what, found in zip(("server", "kernel"), costs):
        if found:
            sizes, seconds = map(statistics.median, zip(*found))
            print(f"a {what}: {sizes:.0f} MB, {seconds:.1f} s of processor time (medians)")
    said = "".join(s.said for s in students)
    built, waits = (
        len(re.findall(w, said, re.M)) for w in ("^Building ", "is being built elsewhere")
    )
    print(f"trained for the cache: {built}; waits for a training elsewhere: {waits}")
    errors = [f"{s.name}: {error}" for s in students for error in s.errors]
    print(f"errors: {len(errors)}", *errors[:5], sep="\n  ")


def main(count="10", notebook="00_start_here.ipynb"):
    with tempfile.TemporaryDirectory(prefix="class") as temporary:
        folder = pathlib.Path(temporary)
        python = os.environ.get("VAETEACH_HUB") or environment(folder / "env")
        cache = str(folder / "cache")
        with hub(python, folder, VAETEACH_CACHE=cache) as (process, address):
            drags = notebook.startswith("00")
            work = attend(address, process, int(count), notebook, drags)
            report(*asyncio.run(work))


if __name__ == "__main__":
    main(*sys.argv[1:])
