"""Slides: each is a cell of a lesson; a page needs nothing of the network where the files lie."""

import re

import nbformat
import pytest
from matplotlib.figure import Figure

from teaching import slides
from teaching.lessons import Lesson, lessons

LESSONS = {lesson.number: lesson for lesson in lessons()}


def test_every_slide_is_a_cell_that_shows_something():
    assert len(slides.LECTURES) == 6
    for cells in slides.LECTURES.values():
        for number, name in (cell.split(":") for cell in cells.split()):
            heading, cell = slides._place(LESSONS[number], name)
            assert heading
            last = cell.source.strip().splitlines()[-1]
            assert "$$" in cell.source if cell.cell_type == "markdown" else last == "figure"
    with pytest.raises(ValueError, match="03 has no cell"):
        slides._place(LESSONS["03"], "nothing")


@pytest.fixture
def drawn(monkeypatch):
    """Figures without the training that lies before them."""

    def figures(lesson, wanted):
        found = {name: Figure((2, 1)) for name in wanted}
        for name, figure in found.items():
            figure.alt = f"what {name} shows"
        return found

    monkeypatch.setattr(slides, "figures", figures)


@pytest.mark.parametrize("local", [True, False])
def test_a_page(drawn, local, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in slides.LOCAL.values() if local else ():
        (tmp_path / path.split("/")[0]).mkdir()
    assert slides.main([str(tmp_path), "3"]) == 0
    page = (tmp_path / "lecture_3.html").read_text("utf-8")
    cells = slides.LECTURES["The price of a code"].split()
    pictures = [cell.split(":")[1] for cell in cells if "draw" in cell]
    assert len(re.findall(r"<section>\s*<section", page)) == len(cells) + 1
    shown = re.findall(r'<img alt="what ([\w-]+) shows"[^>]*src="data:image/png;base64,\w', page)
    assert shown == pictures
    assert "boxed" in page and LESSONS["03"].notes["look"][:40] in page
    loaded = re.findall(
        r'(?:src=|require\(\s*\{[^}]*|")(https?://[^"]*(?:reveal|mathjax|require)[^"]*)', page
    )
    assert bool(loaded) != local, loaded


def test_a_lesson_is_run_as_far_as_the_last_figure(tmp_path):
    notebook = nbformat.v4.new_notebook()
    sources = [
        "import vaeteach as vt\ntry_it = 1",
        "LatentExplorer()",
        "made = [try_it]\nmade",
        "1 / 0",
    ]
    notebook.cells = [nbformat.v4.new_code_cell(s, id=f"c{i}") for i, s in enumerate(sources)]
    nbformat.write(notebook, tmp_path / "99_trial.ipynb")
    assert slides.figures(Lesson(tmp_path / "99_trial.ipynb", {}), {"c2"}) == {"c2": [1]}
