"""Make the folder `site/`: the course as pages that need neither kernel nor network.

`python3 course.py site` starts it. Lessons that the tests have run and recorded are taken from
`build/lessons`; those that are missing there, or out of date, are run first.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor

import nbformat

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import lessons  # noqa: E402
import sources  # noqa: E402
from concept_map import concept_map  # noqa: E402

ROOT, SITE = lessons.ROOT, lessons.ROOT / "site"
STAGED = ROOT / "build" / "pages"
TEXTS = {
    "primer.md": "Ten lines of PyTorch",
    "faq.md": "Questions",
    "glossary.md": "Glossary and map",
}
MERMAID = re.compile(r"```mermaid\n.*?```", re.S)
VIEW = re.compile(r'<div class="vaeteach-alone" data-view=.*?</div>', re.S)
SECONDS = 300  # a cell that shows a view also records it


def run(path):
    """Run a lesson with its views recording themselves, and keep it."""
    print(f"running {path.name} …", flush=True)
    notebook = nbformat.read(path, 4)
    with tempfile.TemporaryDirectory() as folder:
        env = {lessons.RECORD: "1", "IPYTHONDIR": folder}  # no start-up file of the reader's own
        with lessons.running(notebook, folder, SECONDS, **env):
            pass
    lessons.keep(path, notebook)


def runs(paths):
    """{path: lesson with its outputs}, from the tests' runs or from our own, two at a time."""
    missing = [path for path in paths if lessons.kept(path) is None]
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(run, missing))
    return {path: lessons.kept(path) for path in paths}


def stage(notebooks, texts, folder):
    """Write Sphinx's sources: {path: notebook that has been run} and Markdown pages."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "static", folder / "static")
    files = sources.Files(folder / "static")
    for path, notebook in notebooks.items():
        made = sources.lesson(notebook, path.stem, files)
        nbformat.write(made, folder / path.name)
    names = {int(path.name[:2]): f"{path.stem}.html" for path in notebooks}
    for text in texts:
        written = MERMAID.sub(lambda _: drawn_map(names), text.read_text("utf-8"))
        (folder / text.name).write_text(written, "utf-8")
    script = folder / "static" / "views.js"
    alone = (ROOT / "vaeteach" / "widgets" / "base" / "alone.js").read_text("utf-8")
    script.write_text(alone.replace("export async", "async") + script.read_text("utf-8"), "utf-8")
    for name in ("conf.py", "mathml.py"):
        shutil.copy(HERE / name, folder)
    (folder / "index.md").write_text(front(notebooks, texts), "utf-8")


def drawn_map(names):
    """The concept map as a drawing. names: {number of a lesson: its page}."""
    from vaeteach.plots import COLOURS
    from vaeteach.support.glossary import CONCEPTS, LINKS

    return f'<div class="map">{concept_map(CONCEPTS, LINKS, names, COLOURS)}</div>'


def front(notebooks, texts):
    """The front page: the question, the first view alive, the map of the course."""
    first = next(iter(notebooks.values()), None)
    views = [view for cell in first.cells for view in views_of(cell)] if first else []
    rows = [f"| [{path.name[:2]}]({path.name}) | {title(nb)} |" for path, nb in notebooks.items()]
    tree = [f"{path.name[:2]} · {title(nb)} <{path.stem}>" for path, nb in notebooks.items()]
    more = [f"{TEXTS.get(text.name, text.stem)} <{text.stem}>" for text in texts]
    page = (HERE / "index.md").read_text("utf-8")
    page = page.replace("<!-- view -->", views[0] if views else "")
    page = page.replace("<!-- lessons -->", "\n".join(["| | question |", "|---|---|", *rows]))
    return page.replace("<!-- tree -->", "\n".join(tree)).replace("<!-- more -->", "\n".join(more))


def views_of(cell):
    """The live views that a cell of a source shows, as HTML."""
    for output in cell.get("outputs", []):
        yield from VIEW.findall(output.get("data", {}).get("text/html", ""))


def title(notebook):
    """The question of a lesson."""
    return notebook.cells[0]["source"].split("\n")[0].lstrip("# ")


def sphinx(folder, site, notebooks=()):
    """Run Sphinx on the sources, and return its exit code: every warning counts.

    notebooks: what the pages offer for download.
    """
    shutil.rmtree(site, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    code = subprocess.call([*command, "-d", str(folder / "doctrees"), str(folder), str(site)])
    (site / "notebooks").mkdir()
    for path in notebooks:
        shutil.copy(path, site / "notebooks")
    return code


def main():
    """Run what is missing, and write the pages."""
    notebooks = runs(lessons.lessons())
    stage(notebooks, sorted((ROOT / "notebooks").glob("*.md"), reverse=True), STAGED)
    code = sphinx(STAGED, SITE, notebooks)
    size = sum(file.stat().st_size for file in SITE.rglob("*") if file.is_file())
    print(f"wrote {SITE / 'index.html'}: {len(notebooks)} lessons, {size / 1e6:.0f} MB.")
    return code


if __name__ == "__main__":
    sys.exit(main())
