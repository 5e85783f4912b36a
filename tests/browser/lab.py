"""A real JupyterLab in a real browser: one server and one Chromium for all browser tests.

lab = Lab(folder_of_notebooks)            # the fixture `lab` does this, on a copy
with lab.open_and_run("00_start_here.ipynb") as sheet:      # or lab.excerpt(NOTEBOOK,
"imports", "a-view"),
                                                            # or lab.notebook("print(1)",
                                                            "print(2)")
    view = sheet.views()[0]
    before = sheet.pixels(view)
    sheet.drag(view.locator("canvas"), 0.4)
    assert sheet.changed(view, before)
    sheet.screenshot("explorer")
    sheet.no_page_errors()
"""

import contextlib
import io
import json
import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import nbformat
import numpy as np
from PIL import Image

ARTEFACTS = pathlib.Path(__file__).resolve().parent.parent / "artefacts"  # not in git
PLACES = [  # where browsers of the Chromium family stand when they are not on the PATH
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
]
FLAGS = [
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
    "--disable-extensions",
    "--force-color-profile=srgb",
    # a page that needs the network must be noticed
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
READY = """() => {
  const session = window.jupyterapp?.shell.currentWidget?.sessionContext?.session;
  return session?.kernel?.status === "idle" && session.kernel.connectionStatus === "connected";
}"""
RUN_ALL = """() => {
  window.courseRan = null;
  window.jupyterapp.commands.execute("notebook:run-all-cells").then(
    fine => { window.courseRan = fine === false ? "a cell failed" : "yes"; },
    error => { window.courseRan = `${error}`; });
}"""
CLOSE_ALL = """() => {
  for (const widget of [...window.jupyterapp.shell.widgets("main")]) {
    if (widget.context) widget.dispose();  // closing would ask whether to save
  }
  return window.jupyterapp.commands.execute(
    "apputils:change-theme", { theme: "JupyterLab Light" });
}"""
WINDOW = {"width": 1400, "height": 1000}
SETTINGS = {  # no dialogs, and views are saved with the notebook, as course.py has it
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": True},
}
LONG = 180_000  # ms; only a hang lasts so long, the machine may be busy with other tests


def find_chromium():
    """The path of a browser of the Chromium family, or None; VAETEACH_BROWSER goes first."""
    if chosen := os.environ.get("VAETEACH_BROWSER"):
        return chosen
    for name in (
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
        "msedge",
    ):
        if found := shutil.which(name):
            return found
    return next((place for place in PLACES if os.path.exists(place)), None)


def as_root():
    return hasattr(os, "geteuid") and os.geteuid() == 0


class Lab:
    """A JupyterLab server on loopback with a token, and a headless browser that looks at it."""

    def __init__(self, folder: pathlib.Path):
        from playwright.sync_api import sync_playwright

        self._stack = contextlib.ExitStack()
        self.folder = folder
        self._home = pathlib.Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        )
        try:
            self._start_server(folder)
            self._stack.callback(self._stop_server)
            chromium = self._stack.enter_context(sync_playwright()).chromium
            flags = FLAGS + (["--no-sandbox"] if as_root() or "CI" in os.environ else [])
            self.browser = chromium.launch(
                executable_path=find_chromium(), headless=True, args=flags
            )
            self._stack.callback(self.browser.close)
            self._window = None  # where JupyterLab is loaded: some seconds, so it is kept
        except BaseException:
            self._stack.close()
            raise

    def close(self):
        self._stack.close()

    def _start_server(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url, self._token = f"http://127.0.0.1:{port}", secrets.token_hex(16)
        for name, setting in SETTINGS.items():
            path = self._home / "settings" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps(setting))
        env = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
        for name in (
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_RUNTIME_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTERLAB_WORKSPACES_DIR",
            "IPYTHONDIR",
        ):
            env[name] = str(self._home / name.lower())
        env.update(
            JUPYTERLAB_SETTINGS_DIR=str(self._home / "settings"),
            JUPYTER_TOKEN=self._token,
            JUPYTER_PREFER_ENV_PATH="1",
        )
        self._log = self._home / "log"
        command = [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={folder}",
            "--LabApp.extension_manager=readonly",
            "--expose-app-in-browser",
        ]
        with open(self._log, "w", encoding="utf-8") as log:
            self._server = subprocess.Popen(
                command + (["--allow-root"] if as_root() else []),
                env=env,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + LONG / 1000
        while True:
            try:
                self._ask("status")
                return
            except OSError:
                if self._server.poll() is not None or time.monotonic() > end:
                    self._stop_server()
                    raise RuntimeError(
                        f"JupyterLab did not come up:\n{self._log.read_text('utf-8')}"
                    ) from None
                time.sleep(0.2)

    def _ask(self, what, method="GET"):
        request = urllib.request.Request(
            f"{self.url}/api/{what}",
            method=method,
            headers={"Authorization": f"token {self._token}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def _stop_server(self):
        try:
            self._ask("shutdown", "POST")  # the server ends its kernels itself
            self._server.wait(20)
        except (OSError, subprocess.TimeoutExpired):
            self._server.kill()
            self._server.wait()

    def notebook(self, *cells: str) -> str:
        """Write a notebook of these code cells; returns its name, to be opened."""
        return self._write(
            nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        )

    def excerpt(self, notebook: str, *ids: str) -> str:
        """Write a notebook of a lesson's cells with these ids: what one of its views needs, and no
        more.
        """
        lesson = nbformat.read(self.folder / notebook, 4)
        cells = {cell.id: cell for cell in lesson.cells}
        lesson.cells = [cells[name] for name in ids]
        return self._write(lesson)

    def _write(self, content) -> str:
        content.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        name = f"cells_{secrets.token_hex(4)}.ipynb"
        nbformat.write(content, self.folder / name)
        return name

    def open(self, notebook: str) -> "Sheet":
        """The notebook in a window of its own, with a kernel that is ready."""
        page, self._window = self._window or self._new_window(), None
        sheet = Sheet(self, page)
        page.evaluate(
            "(path) => void window.jupyterapp.commands.execute('docmanager:open', { path })",
            notebook,
        )
        page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=LONG)
        page.wait_for_function(READY, polling=100, timeout=LONG)
        return sheet

    def _new_window(self):
        page = self.browser.new_page(viewport=WINDOW)
        page.goto(f"{self.url}/lab?reset&token={self._token}")
        page.wait_for_function("() => window.jupyterapp?.restored", timeout=LONG)
        page.evaluate("() => window.jupyterapp.restored")
        return page

    def take_back(self, page):
        """Keep a window for the next notebook, as it was before this one."""
        page.evaluate(CLOSE_ALL)
        page.set_viewport_size(WINDOW)
        self._window = page

    def end_kernels(self):
        for session in json.loads(self._ask("sessions")):
            self._ask(f"sessions/{session['id']}", "DELETE")

    def open_and_run(self, notebook: str) -> "Sheet":
        """The notebook with all its cells run; raises AssertionError where one failed or wrote to
        stderr.
        """
        sheet = self.open(notebook)
        try:
            sheet.run_all()
        except BaseException:
            sheet.screenshot(f"{pathlib.Path(notebook).stem}-failed")
            sheet.close(keep=False)
            raise
        return sheet


class Sheet:
    """One notebook in one browser window."""

    def __init__(self, lab: Lab, page):
        self.lab, self.page, self.fit_to_keep = lab, page, True
        self.errors: list[str] = []  # what scripts in the page raised
        self.outside: list[str] = []  # what the page asked of other machines
        self._listeners = {
            "pageerror": lambda error: self.errors.append(str(error)),
            "console": self._console,
            "request": lambda request: self._request(request.url),
        }
        for event, listener in self._listeners.items():
            page.on(event, listener)

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        self.close(keep=self.fit_to_keep and failure is None)

    def _console(self, line):
        # JupyterLab itself asks for a few 404
        if line.type == "error" and "Failed to load resource" not in line.text:
            self.errors.append(line.text)

    def _request(self, url):
        if not url.startswith(
            (self.lab.url, self.lab.url.replace("http", "ws", 1), "data:", "blob:")
        ):
            self.outside.append(url)

    def close(self, keep=True):
        """Close the notebook and end its kernel, so that the next one has the memory.

        The window is kept for the next notebook unless something failed in it.
        """
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)
        if keep:
            self.lab.take_back(self.page)
        else:
            self.page.close()
        self.lab.end_kernels()

    def restart_kernel(self):
        """Kernel > Restart; a window that has seen this is not used again."""
        self.fit_to_keep = False
        self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
        )

    def run_all(self):
        """Run > Run All Cells, to the end."""
        self.page.evaluate(RUN_ALL)
        fine = self.page.wait_for_function(
            "() => window.courseRan", polling=100, timeout=LONG
        ).json_value()
        outputs = [
            (cell.get("id"), output)
            for cell in self.notebook()["cells"]
            for output in cell.get("outputs", [])
        ]
        for cell, output in outputs:
            assert output["output_type"] != "error", (
                f"{cell}: {output.get('ename')}: {output.get('evalue')}"
            )
            assert output.get("name") != "stderr", f"{cell} wrote to stderr: {output['text']}"
        assert fine == "yes", f"the notebook did not run to its end: {fine}"

    def notebook(self) -> dict:
        """The notebook as it stands in the page, outputs included."""
        return self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.content.model.toJSON()"
        )

    def views(self):
        """The views that are on the page, from top to bottom, outermost elements only."""
        return self.page.locator(".vaeteach-view:not(.vaeteach-view .vaeteach-view)").all()

    def settle(self, locator, still=0.4, longest=20.0):
        """Scroll the element into sight and wait until it shows the same pixels for `still`
        seconds.
        """
        locator.scroll_into_view_if_needed()
        end, last, since = time.monotonic() + longest, None, time.monotonic()
        while time.monotonic() < end:
            now = self.pixels(locator)
            if last is None or now.shape != last.shape or (now != last).any():
                last, since = now, time.monotonic()
            elif time.monotonic() - since > still:
                return now
            self.page.wait_for_timeout(100)
        raise AssertionError("the picture never comes to rest")

    def pixels(self, locator) -> np.ndarray:
        """What is seen of the element: (height, width, 3), 0 to 255."""
        return np.asarray(
            Image.open(io.BytesIO(locator.screenshot(animations="allow"))).convert("RGB")
        ).astype(int)

    def changed(self, locator, before: np.ndarray, longest=20.0) -> float:
        """Wait until the element looks other than `before`; the fraction of pixels that differ, 0
        if none ever does.
        """
        end = time.monotonic() + longest
        while True:
            now = self.pixels(locator)
            share = (
                1.0
                if now.shape != before.shape
                else float((np.abs(now - before) > 8).any(-1).mean())
            )
            if share > 0 or time.monotonic() > end:
                return share
            self.page.wait_for_timeout(50)

    def answers(self, locator, action, least: float = 0.001):
        """Do `action` and raise unless the element then looks different; returns when it is at rest
        again.
        """
        before, end = self.settle(locator), time.monotonic() + 30
        action()
        share = self.changed(locator, before)
        while share <= least and time.monotonic() < end:  # a busy sign or a ring may come first
            self.page.wait_for_timeout(100)
            share = self.changed(locator, before)
        assert share > least, "the picture does not answer"
        self.settle(locator)

    def drag(self, locator, fraction: float, down: float = 0.0, steps: int = 15):
        """Drag by fractions of the width and height: a slider by its handle, all else from its
        middle.
        """
        locator.scroll_into_view_if_needed()
        handle = locator.locator(".noUi-handle")
        if handle.count():
            track, box = locator.locator(".noUi-base").bounding_box(), handle.first.bounding_box()
            if track["height"] > track["width"]:  # an upright slider
                fraction, down = 0.0, -fraction
        else:
            track = box = locator.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + fraction * track["width"], y + down * track["height"], steps=steps)
        self.page.mouse.up()

    def screenshot(self, name: str, locator=None) -> pathlib.Path:
        """Keep a picture of the window, or of one element, in tests/artefacts."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        (locator or self.page).screenshot(path=path)
        return path

    def no_page_errors(self):
        """Raise if a script in the page failed, or if the page asked anything of another
        machine.
        """
        assert not self.errors, f"the page reports {self.errors[:3]}"
        assert not self.outside, f"the page asks other machines: {self.outside[:3]}"
