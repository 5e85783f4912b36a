"""Slides for six lectures, of the lessons' own formulas and figures: `course.py slides FOLDER`.

A slide is a cell of a lesson: the displayed formulas of its prose, or the figure that its code
draws, under the heading of its section. What a figure shows stands in the speaker's notes (key S).
"""

import argparse
import base64
import html
import io
import re
import sys
from pathlib import Path

import nbformat
from matplotlib.figure import Figure
from nbconvert import SlidesExporter

from .expected import evaluate, is_for_the_reader
from .lessons import Lesson, lessons

LECTURES = {  # title: cells, as lesson:cell
    "A simple cause behind each picture": """00:data-load 00:model 00:train-curve 00:plane-draw
        00:sample 00:sample-order 01:six 01:bayes 01:bayes-static 01:three-draw 01:cost""",
    "The bound, and what it leaves out": """02:constant 02:constant-draw 02:split 02:bench-static
        02:jensen 02:jensen-draw 02:gap 02:gap-draw 02:iwae 02:iwae-draw""",
    "The price of a code": """03:derive 03:derive-normal 03:sign 03:spring 03:spring-draw
        03:directions 03:directions-draw 03:samples 03:bench-static-draw""",
    "The loss, and the codes that it makes": """04:three-steps 04:curves 04:gradients
        04:gradient-figure 04:beta-train 04:autoencoder-codes 05:cloud 05:cloud-figure 05:ellipses
        05:quantile-figure 05:norms""",
    "Does the average match the prior?": """06:aggregate-text 06:one-and-all 06:three-figure
        06:variance-text 06:film 06:split-text 06:split-film-figure 06:holes 06:strength-figure""",
    "Fixed, learned, richer: which prior, and where to sample": """08:jobs 08:absorb 08:turn-draw
        09:formula-or-density 09:learn 09:differences-draw 09:vamp 09:bug-figure 10:sources-read
        10:sources-show 10:quality-draw""",
}
# As SVG: MathJax's other output draws a formula twice where its files come fast.
MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/MathJax.js?config=TeX-AMS_SVG"
# Without a network: these three folders beside the pages, as `npm pack` brings them.
LOCAL = {
    "reveal_url_prefix": "reveal.js",
    "mathjax_url": "mathjax/MathJax.js?config=TeX-AMS_SVG",
    "require_js_url": "requirejs/require.js",
}


def figures(lesson: Lesson, wanted: set[str]) -> dict[str, Figure]:
    """The figures that these cells show; the lesson is run as far as the last of them."""
    space, found = {}, {}
    for cell in lesson.cells:
        if not wanted - set(found):
            break
        if cell.cell_type == "code" and not is_for_the_reader(cell.source):
            _, value = evaluate(cell.source, space, f"{lesson.path.name} {cell.id}")
            if cell.id in wanted:
                found[cell.id] = value
    return found


def lecture(title: str, there: dict[str, Lesson]) -> nbformat.NotebookNode:
    """A lecture as a notebook whose cells are slides."""
    asked = [name.split(":") for name in LECTURES[title].split()]
    drawn = {}
    for number in dict.fromkeys(number for number, _ in asked):
        code = {cell.id for cell in there[number].cells if cell.cell_type == "code"}
        wanted = {cell for lesson, cell in asked if lesson == number} & code
        if wanted:
            found = figures(there[number], wanted)
            drawn |= {(number, cell): figure for cell, figure in found.items()}
    slides = [_text(f"# {title}\n\nLessons {', '.join(sorted({n for n, _ in asked}))}", "slide")]
    for number, name in asked:
        heading, cell = _place(there[number], name)
        slides.append(_text(f"### {heading}", "slide"))
        if cell.cell_type == "markdown":
            formulas = re.findall(r"\$\$.+?\$\$", cell.source, re.DOTALL)
            slides.append(_text("\n\n".join(formulas), "-"))
        else:
            figure, notes = drawn[number, name], there[number].notes
            slides.append(_picture(figure))
            look = notes["look"] if notes.get("figure") == name else ""
            slides.append(_text(f"{figure.alt} {look}".strip(), "notes"))
    return nbformat.v4.new_notebook(cells=slides)


def _place(lesson, name):
    """The heading under which a cell stands, and the cell; of two headings that of its formulas."""
    pieces = [
        (re.sub(r"^\d+\. ", "", section.title), cell)
        for section in lesson.sections
        for cell in section.cells
        if cell.id == name
    ]
    if not pieces:
        raise ValueError(f"Lesson {lesson.number} has no cell {name}.")
    return next((piece for piece in pieces if "$$" in piece[1].source), pieces[0])


def _text(source, kind):
    return nbformat.v4.new_markdown_cell(source, metadata={"slideshow": {"slide_type": kind}})


def _picture(figure):
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=150, bbox_inches="tight")
    source = base64.b64encode(file.getvalue()).decode()
    alt = html.escape(figure.alt)
    return _text(f'<img alt="{alt}" width="900" src="data:image/png;base64,{source}">', "-")


def write(folder: Path, numbers=()) -> list[Path]:
    """Write a page for each lecture, `lecture_1.html` and so on; all if no numbers are given."""
    local = {name: url for name, url in LOCAL.items() if (folder / Path(url).parts[0]).is_dir()}
    exporter = SlidesExporter(**{"mathjax_url": MATHJAX, **local})
    there, written = {lesson.number: lesson for lesson in lessons()}, []
    folder.mkdir(parents=True, exist_ok=True)
    for number, title in enumerate(LECTURES, 1):
        if not numbers or number in numbers:
            notebook = nbformat.from_dict(lecture(title, there))
            page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
            written.append(folder / f"lecture_{number}.html")
            written[-1].write_text(page, encoding="utf-8")
            print(f"{written[-1]}: {title}", flush=True)
    return written


def main(arguments=None):
    """The command line; returns its exit code."""
    parser = argparse.ArgumentParser(prog="course.py slides", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="made if it is not there")
    parser.add_argument("lectures", nargs="*", type=int, choices=range(1, len(LECTURES) + 1))
    chosen = parser.parse_args(arguments)
    write(chosen.folder, chosen.lectures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
