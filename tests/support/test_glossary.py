"""The glossary page is what its one source says, and every notebook leads to it."""

import re

import nbformat
import pytest

from vaeteach.plots.concepts import draw_concept_map
from vaeteach.plots.style import COLOURS, new_figure
from vaeteach.support import glossary

NOTEBOOKS = sorted(glossary.NOTEBOOKS.glob("*.ipynb"))


def test_the_page_is_up_to_date():
    page = (glossary.NOTEBOOKS / glossary.PAGE).read_text("utf-8")
    assert page == glossary.page(), "run: python -m vaeteach.support.glossary"


def test_every_link_of_the_page_leads_somewhere():
    for name in re.findall(r"\]\(([^)]+)\)", glossary.page()):
        assert (glossary.NOTEBOOKS / name).exists(), name


def test_a_symbol_and_a_concept_are_listed_once():
    for things in ([s.tex for s in glossary.SYMBOLS], [c.key for c in glossary.CONCEPTS]):
        assert len(set(things)) == len(things)
    assert {s.notebook for s in glossary.SYMBOLS} >= {0, 1, 2, 3, 4, 6, 8, 9, 10, 11}


def test_the_tables_cells_stay_whole():
    """A bar inside a formula would cut the row of a Markdown table in two."""
    rows = [line for line in glossary.symbol_table().splitlines()]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}
    assert len(rows) == 2 + len(glossary.SYMBOLS)


def test_the_map_joins_boxes_that_exist_and_leaves_none_alone():
    keys = {c.key for c in glossary.CONCEPTS}
    ends = [end for link in glossary.LINKS for end in (link.start, link.end)]
    assert set(ends) == keys
    assert {c.colour for c in glossary.CONCEPTS} <= set(COLOURS)
    for link in glossary.LINKS:
        assert (
            f'{link.start} -- "{link.relation} ({link.notebook:02d})" --> {link.end}'
            in glossary.concept_map()
        )


def test_the_figure_shows_every_box_and_arrow_and_no_boxes_overlap():
    figure, ax = new_figure(11, 8)
    boxes, arrows = draw_concept_map(ax, glossary.CONCEPTS, glossary.LINKS)
    assert [box.get_text() for box in boxes] == [c.text for c in glossary.CONCEPTS]
    assert len(arrows) == len(glossary.LINKS)
    figure.canvas.draw()
    places = [box.get_bbox_patch().get_window_extent() for box in boxes]
    assert not any(a.overlaps(b) for i, a in enumerate(places) for b in places[:i])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_leads_to_the_glossary(path):
    last = nbformat.read(path, 4).cells[-1]
    assert last.cell_type == "markdown" and f"]({glossary.PAGE})" in last.source
