"""What a student's machine has to bear: memory of the kernel after a notebook, seconds from the
command to a picture.

    .venv/bin/python benchmarks/student.py memory            # notebook 00; other notebooks by name
    .venv/bin/python benchmarks/student.py first             # from nothing: a copy without .venv,
    then once more

`memory` runs the notebook in a fresh kernel, with the environment that `course.py` gives it, and
reads the memory of that process after the imports and at the end: resident, its own alone (USS),
and its share where processes share pages (PSS). `first` starts
`python3 course.py` in a copy of the committed files, opens its page in headless Chromium, runs all
cells and stops the clock at the first picture and at the latent explorer.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import nbclient
import nbformat
import psutil

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from lab import FLAGS, as_root, find_chromium  # noqa: E402

READY = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  return context?.isReady && context.session?.kernel?.status === "idle";
}"""


def memory(name="00_start_here.ipynb"):
    """Megabytes of a kernel after the first cell of this notebook and after the last."""
    content = nbformat.read(ROOT / "notebooks" / name, 4)
    content.cells.insert(0, nbformat.v4.new_code_cell("import os; print(os.getpid())"))
    client = nbclient.NotebookClient(
        content,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(ROOT / "notebooks")}},
    )
    os.environ["MALLOC_TRIM_THRESHOLD_"] = "131072"
    code = [index for index, cell in enumerate(content.cells) if cell.cell_type == "code"]
    with client.setup_kernel():
        for index in code:
            client.execute_cell(content.cells[index], index)
            if index in (*code[:2], code[-1]):
                process = psutil.Process(int(content.cells[0].outputs[0].text))
                size = process.memory_full_info()
                sizes = [
                    f"{kind} {getattr(size, kind) / 1e6:.0f}" for kind in ("rss", "uss", "pss")
                ]
                print(f"{name}, cell {index}:", *sizes, "MB")


def first():
    """Seconds from the command to the first picture, from nothing and the second time."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = pathlib.Path(temporary) / "vaeteach"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(copy)], check=True)
        for when in ("from nothing", "the second time"):
            print(
                when, *(f"{what} after {seconds:.1f} s" for what, seconds in start(copy)), sep=", "
            )


def start(folder):
    from playwright.sync_api import sync_playwright

    begin = time.perf_counter()
    command = [
        sys.executable,
        "course.py",
        "--no-browser",
        "--ServerApp.port=0",
        "--expose-app-in-browser",
    ]
    server = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"},
        start_new_session=True,
    )
    try:
        lines = []
        for line in server.stdout:
            lines.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+/\S+", line):
                break
        else:
            raise RuntimeError("no address was printed:\n" + "".join(lines[-20:]))
        yield "server", time.perf_counter() - begin
        with sync_playwright() as playwright:
            flags = FLAGS + (["--no-sandbox"] if as_root() else [])
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            page.goto(found.group(0))
            page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=180_000)
            page.wait_for_function(READY, timeout=180_000)
            page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
            page.locator(".jp-OutputArea-output img").first.wait_for(
                timeout=180_000, state="attached"
            )
            yield "first picture", time.perf_counter() - begin
            page.locator(".vaeteach-explorer[data-z]").wait_for(timeout=180_000, state="attached")
            yield "latent explorer", time.perf_counter() - begin
            browser.close()
    finally:
        for process in [
            *psutil.Process(server.pid).children(recursive=True),
            psutil.Process(server.pid),
        ]:
            process.terminate()
        server.wait(30)


if __name__ == "__main__":
    what, *rest = sys.argv[1:] or ["memory"]
    {"memory": memory, "first": first}[what](*rest)
