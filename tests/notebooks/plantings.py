"""Mistakes that the lessons' assertions must catch: planted in the kernel of a lesson that ran.

Each names the cells to run again, with one passage of the first of them that holds it replaced; the
last is the cell that asserts. They run on a copy of the notebook's names, so that nothing else sees
the mistake.
"""

import ast
from dataclasses import dataclass

import nbformat
from nbclient.exceptions import CellExecutionError


@dataclass(frozen=True)
class Planting:
    """In `lesson`, replace `right` by `wrong` in `cells`, run in order; the last one asserts."""

    lesson: str
    cells: tuple[str, ...]
    right: str
    wrong: str


PLANTINGS: list[Planting] = [
    Planting("00", ("sample-draw",), "seed=3)\nwith", "seed=4)\nwith"),
    Planting("01", ("six-grid", "six-joint"), "model.prior().log_prob(z[pick]) + ", ""),
    Planting("01", ("two-priors-compute",), "/ noise**2", "/ noise"),
    Planting("01", ("two-priors-sequence",), "1 / (1 + noise**2)", "1 / noise**2"),
    Planting(
        "01",
        ("three-averages", "three-numbers"),
        "vt.draw(model.decode(causes), seed=2)",
        "data.train[:1000]",
    ),
    Planting("02", ("constant-samples",), " + line.prior().log_prob(centre)", ""),
    Planting("02", ("split-compute",), "elbo = likelihood - price", "elbo = likelihood + price"),
    Planting("02", ("split-own",), "- vt.kl(q", "+ vt.kl(q"),
    Planting("02", ("readings",), "+ q.entropy()", "- q.entropy()"),
    Planting(
        "02",
        ("gap-parts",),
        "vt.best_gaussian(plane, images))",
        "vt.gaussian(torch.zeros(len(images), 2), torch.zeros(len(images), 2)))",
    ),
    Planting("02", ("iwae-compute", "iwae-own"), " - math.log(count)", ""),
    Planting("03", ("derive-own",), "0.5 * (mu**2", "(mu**2"),
    Planting("03", ("agree-compute",), "[0.6**2]", "[0.6]"),
    Planting("03", ("sign-million",), "(1 + logvar - mu**2", "(1 + logvar + mu**2"),
    Planting("03", ("spring-check",), "0.5 * (logvar.exp() - 1)", "logvar.exp() - 1"),
    Planting("03", ("directions-fit",), "under_p * (log_p", "under_q * (log_p"),
    Planting("03", ("samples-student",), "terms = vt.kl(q, heavy", "terms = -vt.kl(q, heavy"),
    Planting("04", ("loss-by-hand",), "torch.exp(logvar / 2)", "torch.exp(logvar)"),
    Planting("04", ("loss-by-hand",), "pixel.log_prob(x).sum(-1)", "pixel.log_prob(x).mean(-1)"),
    Planting(
        "04",
        ("gradient-samples", "gradient-estimates", "gradient-table"),
        "/ q.variance",
        "/ q.stddev",
    ),
    Planting("04", ("normaliser",), "** (1 - grey)", "** grey"),
    Planting("05", ("variance",), "q.variance.mean(0)", "q.stddev.mean(0)"),
    Planting("05", ("interpolate",), "slerp(start, end, t)", "slerp(end, start, t)"),
    Planting("06", ("aggregate",), " - math.log(len(q.mean))", ""),
    Planting("06", ("mass",), "log_aggregate(q, points)", "q.log_prob(points[:, None]).mean(1)"),
    Planting(
        "06",
        ("moments-check",),
        "vt.moments(model, data.train)",
        "vt.moments(model, data.train)._replace(variance=q.mean.var(0))",
    ),
    Planting(
        "06",
        ("split-check",),
        "split.mutual_information + split.marginal_kl",
        "split.mutual_information",
    ),
    Planting("10", ("joint", "joint-show"), "-log_n - vt.log", "-vt.log"),
    Planting(
        "10",
        ("joint-code-first", "joint-show"),
        "(log_q.exp() * (log_q - log_p)).sum(1)",
        "-log_p.max(1).values",
    ),
    Planting("10", ("by-hand",), "- 2 * roots", "- roots"),
    Planting("10", ("by-hand",), ".clamp(min=0).sqrt()", ".clamp(min=0)"),
    Planting("07", ("code-use",), "z.roll(1, 0)", "z"),
    Planting("08", ("price-parts",), "q.mu**2 / 2", "q.mu**2"),
    Planting(
        "08", ("absorb-by-hand", "absorb-check"), "head.bias[2:] -= 2 * s", "head.bias[2:] -= s"
    ),
    Planting(
        "08", ("standardise", "standardise-show"), "- a.variance.log()", "- a.variance.log() / 2"
    ),
    Planting("08", ("other-shapes",), "Normal(1.0, 0.5)", "Normal(1.0, 0.25)"),
    Planting("11", ("rbm-by-hand",), "rbm.visible_bias + h", "h"),
    Planting("11", ("rbm-by-hand",), "softplus(", "torch.exp("),
    Planting(
        "11",
        ("wake-sleep-by-hand", "prior-gradient"),
        "machine.log_joint(up)",
        "machine.log_joint(down)",
    ),
    Planting("11", ("prior-gradient",), "share.logit()", "share"),
    Planting(
        "09",
        ("three-ways", "three-ways-show"),
        "q.log_prob(z) - p.log_prob(z)",
        "p.log_prob(z) - q.log_prob(z)",
    ),
    Planting("09", ("three-ways", "three-ways-show"), "draw(q, (100_000,)", "draw(p, (100_000,)"),
    Planting(
        "09",
        ("same-gradient", "prior-only"),
        "before.marginal_kl - after.marginal_kl",
        "before.mutual_information - after.mutual_information",
    ),
    Planting("09", ("same-gradient",), "log_prob(codes).mean()", "log_prob(codes).sum()"),
    Planting(
        "09", ("same-gradient", "prior-only"), "bounds[1] - bounds[0]", "bounds[0] - bounds[1]"
    ),
    Planting(
        "09",
        ("two-densities", "compare-densities"),
        "each(z).sum(-1).logsumexp(-1)",
        "each(z).logsumexp(-2).sum(-1)",
    ),
    Planting("13", ("by-hand",), "variance * torch.eye", "torch.eye"),
    Planting("13", ("optimum",), ".clamp(min=variance)", ""),
    Planting("13", ("turn-check",), "elbo(x[:20]).value", "elbo(x[:20]).log_likelihood"),
    Planting("13", ("best-noise",), "best_linear_vae(data, latents)", "best_linear_vae(data, 3)"),
    Planting(
        "13", ("average", "average-show"), "log_q.exp() * (log_q - log_p)", "log_q.exp() * log_q"
    ),
    Planting("15", ("train",), "distances.argmin", "distances.argmax"),
    Planting("15", ("by-hand",), "(words - vectors).detach()", "(words - vectors)"),
    Planting("15", ("by-hand",), "(vectors - words.detach())", "(vectors - words).detach()"),
    Planting("15", ("constant",), "3 * math.log", "math.log"),
    Planting("15", ("by-enumeration",), " + model.prior().log_prob(every)", ""),
    Planting(
        "15", ("bits-table", "gain"), "xlogy(q, q) - q * log_p", "xlogy(q, q) - log_p.exp() * log_p"
    ),
    Planting("15", ("gain",), 'bits["-bound, train"]', 'bits["-bound, test"]'),
    Planting("16", ("noised-check",), "math.sqrt(t) * noise", "t * noise"),
    Planting("16", ("score-check",), "by_formula = vt", "by_formula = -vt"),
    Planting(
        "16", ("match", "match-check"), "mean_square(perfect - single)", "mean_square(perfect)"
    ),
    Planting("16", ("density-perfect",), "steps=16", "steps=1"),
    Planting("16", ("density-learned",), "[1] - axis[0]) ** 2", "[1] - axis[0])"),
    Planting(
        "16", ("density-learned",), "draw(prior(), (10_000,)", "0.5 + draw(prior(), (10_000,)"
    ),
    Planting("16", ("table-show",), "[-1, -1, 1]", "[1, -1, 1]"),
    Planting("14", ("by-hand", "by-draws", "by-draws-show"), "each + log_weight", "each"),
    Planting(
        "14", ("prior-only-show",), "before.marginal_kl - after.marginal_kl", "before.mean_kl"
    ),
    Planting(
        "14", ("absorb-by-hand", "absorb-check"), "last.bias[2:] -= 2 * s", "last.bias[2:] -= s"
    ),
    Planting("14", ("flat", "flat-show"), "below.stddev * e", "below.variance * e"),
    Planting("14", ("fall-parts", "fall-show"), "log_class - log_q", "log_class"),
    Planting(
        "14", ("bayes-rule",), "+ labelled.prior.logits.log_softmax(0)", "+ labelled.prior.logits"
    ),
    Planting("16", ("steps",), "prior.kl_bound(some, seed)", "2 * prior.kl_bound(some, seed)"),
]


def asserting_cells(notebook):
    """Ids of the code cells that hold an `assert`."""
    return {
        cell.id
        for cell in notebook.cells
        if cell.cell_type == "code"
        and any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(cell.source)))
    }


def planted(notebook, planting):
    """One cell that runs the planting's cells with its mistake, on a copy of the names."""
    sources = {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}
    missing = [name for name in planting.cells if name not in sources]
    assert not missing, f"{planting.lesson} has no cells {missing}"
    chosen = [sources[name] for name in planting.cells]
    assert any(planting.right in source for source in chosen), f"not found: {planting.right!r}"
    changed = [source.replace(planting.right, planting.wrong) for source in chosen]
    lines = ["_names = dict(globals())"]
    lines += [f"exec(compile({source!r}, 'planted', 'exec'), _names)" for source in changed]
    return nbformat.v4.new_code_cell("\n".join(lines))


def caught(client, notebook, planting):
    """Whether the assertion fails, and with an AssertionError, once the mistake is there."""
    cell = planted(notebook, planting)
    notebook.cells.append(cell)
    try:
        client.execute_cell(cell, len(notebook.cells) - 1)
    except CellExecutionError as error:
        return error.ename == "AssertionError"
    finally:
        notebook.cells.pop()
    return False
