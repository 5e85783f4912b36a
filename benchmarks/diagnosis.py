"""How often does `diagnose` name the right cause first? Every fault, several seeds; writes
diagnosis.md and the table that notebook 07 shows.

    python benchmarks/diagnosis.py                  # all faults, five seeds; healthy models, twenty
    python benchmarks/diagnosis.py --seeds 2 --only kl_sign few_latents     # printed, not written
    python benchmarks/diagnosis.py --rows rows.json # keeps runs in this file, to go on from there

Rules and thresholds were set on other seeds (below 200), so these runs are new to them. Beside the
catalogue stand milder forms of its faults, and two recipes that a trial could not tell from
healthy: they show where it ends.
"""

import argparse
import collections
import dataclasses
import json
import pathlib
import time
from functools import partial

import pandas as pd
import torch
from torch import nn

import vaeteach as vt
from vaeteach import results
from vaeteach.diagnosis import diagnose
from vaeteach.diagnosis.faults import EPOCHS, FAULTS, LATENTS, WIDTHS, _with_parts
from vaeteach.models import Encoder, build_vae

HERE = pathlib.Path(__file__).resolve().parent
WHAT = "how often `diagnose` named the true cause first and alone, and the median seconds it took"
FIRST_SEED, HEALTHY_SEEDS, MILD_SEEDS = 200, 20, 3
# one threshold of the judgement without a record was set on seeds 200 and 201
BLIND_SEEDS = (210, 211)


def constant_start(data, seed):
    """All weights of the encoder alike: its hidden units cannot differ by symmetry, but the noise
    of z breaks it.
    """
    model = build_vae(data, LATENTS, hidden=WIDTHS, seed=seed)
    for parameter in model.encoder.parameters():
        nn.init.constant_(parameter, 0.01)
    return model


class HeavyAtFirst:
    """beta = 30 for the first half of the training steps, then 1. One object serves one
    training.
    """

    def __init__(self):
        self.steps = 0

    def __call__(self, model, x, seed=0):
        weight = 30.0 if self.steps < EPOCHS * 23 / 2 else 1.0
        self.steps += torch.is_grad_enabled()  # measuring on test images is no step
        return vt.elbo(model, x, beta=weight, seed=seed)


def two_latents(data, seed):
    return build_vae(data, 2, hidden=WIDTHS, seed=seed)


def milder():
    """{row: (the fault it is a form of, recipe)}; `None` for what ought to be, or may be, called
    healthy.
    """
    change = dataclasses.replace
    healthy = FAULTS["healthy"]
    return {
        "step 0.1": ("step_size", change(healthy, rate=0.1)),
        "beta = 10": (
            "collapse_by_objective",
            change(healthy, objective=partial(vt.elbo, beta=10.0)),
        ),
        "beta = 4": (
            "collapse_by_objective",
            change(healthy, objective=partial(vt.elbo, beta=4.0)),
        ),
        "beta = 0.1": ("autoencoder", change(healthy, objective=partial(vt.elbo, beta=0.1))),
        "encoder of 4 units": (
            "small_encoder",
            change(healthy, model=partial(_with_parts, encoder=partial(Encoder, hidden=(4,)))),
        ),
        "two latents": ("few_latents", change(healthy, model=two_latents)),
        "encoder frozen after 10 epochs": ("poor_amortisation", change(healthy, freeze_after=10)),
        "constant start": (None, change(healthy, model=constant_start)),
        "beta = 30 for the first half": (None, change(healthy, objective=HeavyAtFirst)),
    }


def run(fault, data, seed):
    if isinstance(fault.objective, type):  # one that keeps count: each run gets its own
        fault = dataclasses.replace(fault, objective=fault.objective())
    start = time.perf_counter()
    trained, history = fault.build(data, seed)
    built = time.perf_counter()
    diagnosis = diagnose(trained, data, history)
    return diagnosis, built - start, time.perf_counter() - built


def without_record(data, keep):
    """The catalogue's models again, judged without their history: what the model alone gives
    away.
    """
    rows = json.loads(keep.read_text("utf-8")) if keep and keep.exists() else []
    for name, fault in FAULTS.items():
        for seed in BLIND_SEEDS:
            if any((row["case"], row["seed"]) == (name, seed) for row in rows):
                continue
            found = diagnose(fault.build(data, seed)[0], data)
            named = [finding.cause for finding in found.findings]
            rows.append(
                {"case": name, "seed": seed, "named": named, "told_apart": found.told_apart}
            )
            print(f"without record: {name:25s} seed {seed:2d}: {' or '.join(named)}", flush=True)
            if keep:
                keep.write_text(json.dumps(rows), "utf-8")
    return rows


def measure(data, seeds, only, keep):
    rows = json.loads(keep.read_text("utf-8")) if keep and keep.exists() else []
    done = {(row["case"], row["seed"]) for row in rows}
    cases = {name: (name, fault) for name, fault in FAULTS.items()} | milder()
    for name, (truth, fault) in cases.items():
        if only and name not in only:
            continue
        count = (
            min(seeds, MILD_SEEDS)
            if name not in FAULTS
            else HEALTHY_SEEDS
            if name == "healthy"
            else seeds
        )
        for seed in range(FIRST_SEED, FIRST_SEED + count):
            if (name, seed) in done:
                continue
            diagnosis, build_seconds, seconds = run(fault, data, seed)
            rows.append(
                {
                    "case": name,
                    "truth": truth,
                    "seed": seed,
                    "named": diagnosis.cause,
                    "told_apart": diagnosis.told_apart,
                    "bound": diagnosis.signs["bound"],
                    "build_s": build_seconds,
                    "diagnose_s": seconds,
                }
            )
            print(
                f"{name:32s} seed {seed:2d}: {diagnosis.cause} ({build_seconds:.1f} +"
                f" {seconds:.1f} s)",
                flush=True,
            )
            if keep:
                keep.write_text(json.dumps(rows), "utf-8")
    order = {name: place for place, name in enumerate(cases)}
    return pd.DataFrame(sorted(rows, key=lambda row: (order[row["case"]], row["seed"])))


def summary(rows):
    table = []
    for case, group in rows.groupby("case", sort=False):
        truth = group["truth"].iloc[0]
        right = ((group["named"] == truth) & group["told_apart"]).sum()
        others = collections.Counter(group["named"][group["named"] != truth])
        table.append(
            {
                "case": case,
                "in the catalogue": case in FAULTS,
                "runs": len(group),
                "right": int(right) if isinstance(truth, str) else None,
                "named instead": ", ".join(f"{name} ({n})" for name, n in others.most_common()),
                "build_s": round(group["build_s"].median(), 1),
                "diagnose_s": round(group["diagnose_s"].median(), 1),
            }
        )
    return table


def blind_lines(rows):
    lines = [
        "## The model alone, without its training record",
        "",
        "| case | named, one run after the other |",
        "|---|---|",
    ]
    alone = sum(row["told_apart"] and row["named"][0] == row["case"] for row in rows)
    among = sum(row["case"] in row["named"] for row in rows)
    for name in FAULTS:
        lines.append(
            f"| {name} | {'; '.join(' or '.join(r['named']) for r in rows if r['case'] == name)} |"
        )
    return [
        *lines,
        "",
        f"Right and alone: {alone} of {len(rows)}; among those named: {among} of {len(rows)}.",
        "",
    ]


def markdown(table, seeds, blind):
    catalogue = [row for row in table if row["in the catalogue"]]
    faulty = [row for row in catalogue if row["case"] != "healthy"]
    right, runs = sum(row["right"] for row in faulty), sum(row["runs"] for row in faulty)
    (well,) = [row for row in catalogue if row["case"] == "healthy"]
    lines = [
        "# Diagnosis: how often the right cause is named first",
        "",
        (
            "`python benchmarks/diagnosis.py` repeats this (some minutes). Data: scikit-learn's"
            f" digits, binarised at 1/2; models of {LATENTS} latents, {EPOCHS} epochs; seeds from"
            f" {FIRST_SEED} on. Rules and thresholds were set on seeds below 200. A run counts as"
            " right where the true cause stands first and alone. Seconds are medians of wall time"
            " on a machine whose two cores were shared with other work."
        ),
        "",
        (
            f"Right among the faults: {right} of {runs}. Healthy called healthy: {well['right']} of"
            f" {well['runs']}."
        ),
        "",
    ]
    for title, part in (
        ("The catalogue", catalogue),
        ("Milder forms, and what was not told apart", None),
    ):
        part = [row for row in table if not row["in the catalogue"]] if part is None else part
        lines += [
            f"## {title}",
            "",
            "| case | right | named instead | build, s | diagnose, s |",
            "|---|---|---|---|---|",
        ]
        for row in part:
            score = (
                f"{row['right']} of {row['runs']}"
                if row["right"] is not None
                else f"no such name, {row['runs']} runs"
            )
            lines.append(
                f"| {row['case']} | {score} | {row['named instead'] or '-'} | {row['build_s']} |"
                f" {row['diagnose_s']} |"
            )
        lines.append("")
    lines += [
        (
            "The rules read the training record where there is one: the weight of the KL, the"
            " reduction of the likelihood and the growth of the weights come from it. Without a"
            " record the pairs kl_sign and step_size, collapse_by_objective and mean_reduced,"
            " autoencoder and batch_summed fit the same evidence, and are reported as not told"
            " apart. A constant start of the encoder and a KL that was too heavy at first have no"
            " name of their own: afterwards they are optima that another start improves. An encoder"
            " that was frozen after 10 of 25 epochs costs too little for the rules to count it."
        ),
        "",
        *blind_lines(blind),
    ]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--rows", type=pathlib.Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = vt.load("digits").binarized()
    table = summary(measure(data, options.seeds, options.only, options.rows))
    print(pd.DataFrame(table).to_string())
    if not options.only:
        blind = without_record(data, options.rows and options.rows.with_suffix(".blind.json"))
        (HERE / "diagnosis.md").write_text(markdown(table, options.seeds, blind), "utf-8")
        frame = pd.DataFrame(table).astype({"right": "Int64"})
        results.write(frame, "diagnosis", WHAT, "python benchmarks/diagnosis.py")


if __name__ == "__main__":
    main()
