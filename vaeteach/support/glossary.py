"""The course's notation (symbols.tsv) and its map of concepts.

This is the one source of notebooks/glossary.md and of the figure in 12. After a change
`python -m vaeteach.support.glossary` writes the page anew; a test compares the two.
"""

from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

NOTEBOOKS = Path(__file__).resolve().parent.parent.parent / "notebooks"
PAGE = "glossary.md"


class Symbol(NamedTuple):
    """TeX without dollars, name, shape ("" for a number), notebook, meaning in a sentence."""

    tex: str
    name: str
    shape: str
    notebook: int
    meaning: str


class Concept(NamedTuple):
    """One box: key, text, place (x to the right, y upwards), colour of `plots.COLOURS`."""

    key: str
    text: str
    x: float
    y: float
    colour: str


class Link(NamedTuple):
    """An arrow of the map, read "start - relation - end", and the notebook that shows it."""

    start: str
    relation: str
    end: str
    notebook: int


def _symbols() -> list[Symbol]:
    rows = files(__package__).joinpath("symbols.tsv").read_text("utf-8").splitlines()[1:]
    cells = (row.split("\t") for row in rows)
    return [Symbol(tex, name, shape, int(n), meaning) for tex, name, shape, n, meaning in cells]


SYMBOLS = _symbols()  # in the order of the course

CONCEPTS = [
    Concept("prior", "prior p(z)", 0.0, 2.0, "prior"),
    Concept("likelihood", "likelihood p(x|z)", 0.0, 0.0, "likelihood"),
    Concept("joint", "joint p(x, z)", 2.6, 1.0, "data"),
    Concept("evidence", "evidence p(x)", 2.6, -1.0, "posterior"),
    Concept("posterior", "exact posterior p(z|x)", 5.6, 2.0, "posterior"),
    Concept("q", "encoder q(z|x)", 5.6, 4.0, "q"),
    Concept("kl", "KL(q(z|x) ∥ p(z))", 0.0, 4.0, "kl"),
    Concept("elbo", "ELBO", -2.0, -2.0, "q"),
    Concept("gap", "gap", 5.6, -2.0, "kl"),
    Concept("aggregate", "aggregate posterior q(z)", 4.3, 5.8, "q"),
    Concept("information", "mutual information", 0.0, 7.4, "kl"),
    Concept("marginal", "marginal KL", 0.0, 5.8, "kl"),
    Concept("samples", "new pictures", 2.6, 3.0, "data"),
    Concept("learned", "learned prior", 4.3, 7.4, "prior"),
    Concept("fixed", "a fixed prior behind it", 4.3, 8.9, "prior"),
]

LINKS = [
    Link("prior", "times", "joint", 1),
    Link("likelihood", "times", "joint", 1),
    Link("joint", "summed over z", "evidence", 1),
    Link("joint", "divided by p(x)", "posterior", 1),
    Link("q", "approximates", "posterior", 2),
    Link("likelihood", "its mean log under q, in", "elbo", 2),
    Link("kl", "is subtracted in", "elbo", 2),
    Link("elbo", "bounds the log of", "evidence", 2),
    Link("gap", "is left out by", "elbo", 2),
    Link("posterior", "KL of q from it is", "gap", 2),
    Link("q", "pays", "kl", 3),
    Link("prior", "sets the price", "kl", 3),
    Link("q", "mean over data", "aggregate", 6),
    Link("kl", "part of its mean is", "marginal", 6),
    Link("marginal", "and the rest is", "information", 6),
    Link("aggregate", "distance from p(z)", "marginal", 6),
    Link("prior", "sample from it", "samples", 0),
    Link("aggregate", "or from it, where they differ", "samples", 10),
    Link("learned", "moves towards", "aggregate", 9),
    Link("fixed", "is turned into", "learned", 16),
]


def notebook_files(folder: Path = NOTEBOOKS) -> dict[int, str]:
    """{number: file name} of the notebooks that are there."""
    return {int(path.name[:2]): path.name for path in sorted(folder.glob("[01][0-9]_*.ipynb"))}


def symbol_table(names: dict[int, str] | None = None) -> str:
    """The notation as a Markdown table, in the order of the course."""
    links = {number: f"[{number:02d}]({name})" for number, name in (names or {}).items()}
    lines = ["| symbol | name | shape | explained in | meaning |", "|---|---|---|---|---|"]
    for s in SYMBOLS:
        where = links.get(s.notebook, f"{s.notebook:02d}")
        lines.append(f"| ${s.tex}$ | {s.name} | {s.shape or 'a number'} | {where} | {s.meaning} |")
    return "\n".join(
        line.replace(r"\|", r"\Vert ") if line.startswith("| $") else line for line in lines
    )


def concept_map() -> str:
    """The map of concepts as a Mermaid diagram, which GitHub and JupyterLab draw."""
    boxes = [f'  {c.key}["{c.text}"]' for c in CONCEPTS]
    arrows = [
        f'  {link.start} -- "{link.relation} ({link.notebook:02d})" --> {link.end}'
        for link in LINKS
    ]
    return "\n".join(["```mermaid", "flowchart TD", *boxes, *arrows, "```"])


def page(folder: Path = NOTEBOOKS) -> str:
    """The whole of notebooks/glossary.md."""
    return f"""# Glossary and concept map

One letter has one meaning in each notebook; where a second use could not be avoided, the notebook
says so. B is the number of pictures in a batch, N in a data set, P of pixels, D of latent
dimensions, K of components or samples. Logarithms are natural, so divergences and bounds are in
nats. A distribution's shape is that of its log-density: one number for each picture. What people
ask is answered in [twenty questions](faq.md).

{symbol_table(notebook_files(folder))}

## How the concepts hang together

Read an arrow as a sentence: "prior p(z) – times – joint p(x, z)". The number is the notebook that
shows it.

{concept_map()}
"""


if __name__ == "__main__":
    (NOTEBOOKS / PAGE).write_text(page(), encoding="utf-8", newline="\n")
    print(f"wrote {NOTEBOOKS / PAGE}")
