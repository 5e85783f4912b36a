"""The page of answers: twenty questions, short answers, and links that lead to the very section."""

import re
from urllib.parse import quote

import nbformat
import pytest

FAQ = "notebooks/faq.md"
SEE = "**See it:**"
LINK = re.compile(r"\[([^]]+)\]\(([^)#]+\.ipynb)#([^)]+)\)")


def parts(root):
    """{title: (paragraphs of the answer, line that says where to see it)} for each question."""
    found = {}
    for part in (root / FAQ).read_text("utf-8").split("\n### ")[1:]:
        title, *blocks = part.split("\n## ")[0].strip().split("\n\n")
        found[title] = (
            [b for b in blocks if not b.startswith(SEE)],
            "".join(b for b in blocks if b.startswith(SEE)),
        )
    return found


def anchors(path):
    """The headings of a notebook as JupyterLab names them: {anchor: heading}."""
    cells = nbformat.read(path, 4).cells
    lines = (
        line for cell in cells if cell.cell_type == "markdown" for line in cell.source.split("\n")
    )
    headings = (line.lstrip("#").strip() for line in lines if re.match(r"#{1,6} ", line))
    return {heading.replace(" ", "-"): heading for heading in headings}


def sentences(text):
    return [one for one in re.split(r"(?<=[.?!])\*?\s+(?=[^a-z])", text) if one]


def test_twenty_questions_are_numbered_and_answered(root):
    numbers = [int(title.split(".")[0]) for title in parts(root)]
    assert numbers == list(range(1, 21))


def test_an_answer_has_three_to_six_sentences(root):
    for title, (answer, _) in parts(root).items():
        assert len(answer) == 1, f"{title}: one paragraph, not {len(answer)}"
        assert 3 <= len(sentences(answer[0])) <= 6, f"{title}: {len(sentences(answer[0]))}"


def test_every_answer_leads_into_a_section_that_is_there(root):
    headings = {path.name: anchors(path) for path in (root / "notebooks").glob("*.ipynb")}
    for title, (_, see) in parts(root).items():
        links = LINK.findall(see)
        assert links, f"{title}: no link into a lesson"
        for text, name, anchor in links:
            assert name in headings, f"{title}: no notebook {name}"
            assert anchor in headings[name], (
                f"{title}: {name} has no heading {anchor!r}; it has {list(headings[name])}"
            )
            notebook, place = text.split(", ")
            heading = headings[name][anchor].lower()
            assert name.startswith(f"{notebook}_"), f"{title}: {text} leads to {name}"
            assert heading.startswith(f"{place.removeprefix('section ')}"), f"{title}: {text}"


def test_a_browser_leaves_the_anchors_as_they_are(root):
    """JupyterLab compares an anchor with the headings without decoding what a browser encoded."""
    for _, _, anchor in LINK.findall((root / FAQ).read_text("utf-8")):
        assert anchor == quote(anchor, safe="?,:'"), anchor


@pytest.mark.parametrize(
    "page", ["README.md", "notebooks/00_start_here.ipynb", "notebooks/glossary.md"]
)
def test_the_page_is_found(root, page):
    assert re.search(r"\]\((notebooks/)?faq\.md\)", (root / page).read_text("utf-8"))
