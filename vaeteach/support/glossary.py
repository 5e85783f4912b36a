"""The course's notation and its map of concepts: the one source of notebooks/glossary.md and of the
figure in 12.

`python -m vaeteach.support.glossary` writes the page anew; a test compares the two.
"""

from pathlib import Path
from typing import NamedTuple

NOTEBOOKS = Path(__file__).resolve().parent.parent.parent / "notebooks"
PAGE = "glossary.md"


class Symbol(NamedTuple):
    """One line of notation: TeX without dollars, name, shape ("" for a number), notebook, meaning
    in one sentence.
    """

    tex: str
    name: str
    shape: str
    notebook: int
    meaning: str


class Concept(NamedTuple):
    """One box of the map: short key, text, place (x to the right, y upwards), colour of
    `plots.COLOURS`.
    """

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


SYMBOLS = [
    Symbol("x", "image", "(B, P)", 0, "P pixels of one picture; B pictures in a batch."),
    Symbol(
        "z", "latent, code", "(B, D)", 0, "The unseen cause of a picture, a point in D dimensions."
    ),
    Symbol(
        "p(z)",
        "prior",
        "(B,)",
        0,
        "How probable a cause is before any picture is seen; chosen or learned.",
    ),
    Symbol(
        r"p(x\mid z)",
        "likelihood, decoder",
        "(B,)",
        0,
        "How probable a picture is under one cause.",
    ),
    Symbol(
        r"q(z\mid x)",
        "variational posterior, encoder",
        "(B,)",
        0,
        "The encoder's answer to one picture.",
    ),
    Symbol(
        "p(x, z)", "joint", "(B,)", 1, "Prior times likelihood: the whole model in one density."
    ),
    Symbol(
        "p(x)", "evidence, marginal likelihood", "(B,)", 1, "The joint with every cause summed out."
    ),
    Symbol(
        r"p(z\mid x)",
        "exact posterior",
        "(B,)",
        1,
        "The joint divided by the evidence; an integral stands in it.",
    ),
    Symbol(
        r"\theta",
        "generative parameters",
        "any",
        1,
        "Weights of the decoder and, where it has any, of the prior.",
    ),
    Symbol(r"\phi", "encoder parameters", "any", 1, "Weights of the encoder."),
    Symbol(
        r"\mathrm{KL}(q\,\|\,p)",
        "Kullback-Leibler divergence",
        "(B,)",
        0,
        "The mean of log q - log p under q.",
    ),
    Symbol(
        r"\mathcal L",
        "ELBO, the bound",
        "(B,)",
        2,
        "Mean log-likelihood under q minus KL from the prior.",
    ),
    Symbol(
        r"\log p(x) - \mathcal L",
        "gap",
        "(B,)",
        2,
        "KL of q from the exact posterior: what the ELBO leaves out.",
    ),
    Symbol(
        r"\mathcal L_K",
        "importance-weighted bound",
        "(B,)",
        2,
        "A bound from K samples; it closes as K grows.",
    ),
    Symbol(
        r"\mu, \sigma^2", "mean and variance of q", "(B, D)", 3, "What a Gaussian encoder returns."
    ),
    Symbol(
        r"\epsilon",
        "noise",
        "(B, D)",
        4,
        "A standard normal draw; z = mu + sigma epsilon carries gradients.",
    ),
    Symbol(
        r"\beta",
        "weight of the KL",
        "",
        4,
        "One for a bound on log p(x); other values change the trade.",
    ),
    Symbol(
        r"q(z) = \langle q(z\mid x)\rangle",
        "aggregate posterior",
        "(B,)",
        6,
        "The encoder's answers, averaged.",
    ),
    Symbol(
        r"\langle\sigma^2\rangle",
        "variance within",
        "(D,)",
        6,
        "The mean of the single posteriors' variances.",
    ),
    Symbol(
        r"\mathrm{var}[\mu]",
        "variance between",
        "(D,)",
        6,
        "The variance of the posteriors' means over the data.",
    ),
    Symbol(
        "I(x; z)",
        "mutual information",
        "",
        6,
        "How much a code tells about its picture; at most log N.",
    ),
    Symbol(
        r"\mathrm{KL}(q(z)\,\|\,p(z))",
        "marginal KL",
        "",
        6,
        "How far the aggregate posterior is from the prior.",
    ),
    Symbol(
        "m, s^2", "learned prior's moments", "(D,)", 8, "Mean and variance of N(m, s^2) as a prior."
    ),
    Symbol(
        r"u_k",
        "pseudo-inputs",
        "(K, P)",
        9,
        "Learned pictures whose posteriors make up the VampPrior.",
    ),
    Symbol(
        r"\kappa",
        "concentration",
        "(B,)",
        9,
        "How narrow a von Mises-Fisher posterior is on the sphere.",
    ),
    Symbol(
        r"d_F^2",
        "Fréchet distance",
        "",
        10,
        "Distance of two samples' feature moments; needs a noise floor.",
    ),
    Symbol(
        "v, h",
        "visible and hidden units",
        "(B, V), (B, H)",
        11,
        "Bits of an RBM; h also of a Helmholtz machine.",
    ),
    Symbol("E(v, h)", "energy", "(B,)", 11, "Minus the log of the RBM's joint, up to log Z."),
    Symbol("F(v)", "free energy", "(B,)", 11, "Minus the log of the sum over h of exp(-E)."),
    Symbol("Z", "partition function", "", 11, "The number that makes exp(-E) add up to one."),
    Symbol(
        r"\pi", "probabilities of the top units", "(n,)", 11, "The prior of a Helmholtz machine."
    ),
]

CONCEPTS = [
    Concept("prior", "prior p(z)", 0.0, 2.0, "prior"),
    Concept("likelihood", "likelihood p(x|z)", 0.0, 0.0, "likelihood"),
    Concept("joint", "joint p(x, z)", 2.2, 1.0, "data"),
    Concept("evidence", "evidence log p(x)", 4.4, 0.0, "data"),
    Concept("posterior", "exact posterior p(z|x)", 4.9, 2.0, "posterior"),
    Concept("q", "encoder q(z|x)", 4.9, 4.0, "q"),
    Concept("kl", "KL(q(z|x) ∥ p(z))", 0.0, 4.0, "alarm"),
    Concept("elbo", "ELBO", 7.4, 1.0, "q"),
    Concept("gap", "gap", 7.4, 3.0, "posterior"),
    Concept("aggregate", "aggregate posterior q(z)", 3.9, 5.8, "q"),
    Concept("information", "mutual information", 0.0, 7.4, "alarm"),
    Concept("marginal", "marginal KL", 0.0, 5.8, "alarm"),
    Concept("samples", "new pictures", 2.2, 3.0, "data"),
    Concept("learned", "learned prior", 3.9, 7.4, "prior"),
]

LINKS = [
    Link("prior", "times", "joint", 1),
    Link("likelihood", "times", "joint", 1),
    Link("joint", "summed over z", "evidence", 1),
    Link("joint", "divided by p(x)", "posterior", 1),
    Link("q", "approximates", "posterior", 2),
    Link("elbo", "bounds", "evidence", 2),
    Link("gap", "what is missing", "elbo", 2),
    Link("posterior", "KL from q", "gap", 2),
    Link("q", "pays", "kl", 3),
    Link("prior", "sets the price", "kl", 3),
    Link("q", "mean over data", "aggregate", 6),
    Link("kl", "part of its mean", "marginal", 6),
    Link("marginal", "the rest of the mean KL", "information", 6),
    Link("aggregate", "distance from p(z)", "marginal", 6),
    Link("prior", "sample from it", "samples", 0),
    Link("aggregate", "or from it, where they differ", "samples", 10),
    Link("learned", "moves towards", "aggregate", 9),
]


def notebook_files(folder: Path = NOTEBOOKS) -> dict[int, str]:
    """{number: file name} of the notebooks that are there."""
    return {int(path.name[:2]): path.name for path in sorted(folder.glob("[01][0-9]_*.ipynb"))}


def symbol_table(files: dict[int, str] | None = None) -> str:
    """The notation as a Markdown table, in the order of the course."""
    files = files or {}
    lines = ["| symbol | name | shape | first in | meaning |", "|---|---|---|---|---|"]
    # a stable sort: within a notebook the order above
    for s in sorted(SYMBOLS, key=lambda s: s.notebook):
        where = (
            f"[{s.notebook:02d}]({files[s.notebook]})"
            if s.notebook in files
            else f"{s.notebook:02d}"
        )
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

One letter has one meaning in each notebook; where a second use could not be avoided, the notebook says so. B is the
number of pictures in a batch, P of pixels, D of latent dimensions, K of components or samples. Logarithms are natural,
so divergences and bounds are in nats. A distribution's shape is that of its log-density: one number a picture.

{symbol_table(notebook_files(folder))}

## How the concepts hang together

Read an arrow as a sentence: "prior p(z) – times – joint p(x, z)". The number is the notebook that shows it.

{concept_map()}
"""


if __name__ == "__main__":
    (NOTEBOOKS / PAGE).write_text(page(), encoding="utf-8", newline="\n")
    print(f"wrote {NOTEBOOKS / PAGE}")
