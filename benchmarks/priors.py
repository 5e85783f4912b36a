"""Train a VAE on binary digits under every prior, several seeds, two and ten latents; keep every
run as a row.

    python benchmarks/priors.py               # all of it: about 125 trainings; adds the runs that
    priors.csv lacks python benchmarks/priors.py --report      # write priors.md from priors.csv
    python benchmarks/priors.py --only VampPrior --seeds 2 --latents 2

Remove priors.csv first to build everything from nothing.
"""

import argparse
import pathlib
import time

import pandas as pd
import torch

from vaeteach import load
from vaeteach.training import TRIALS, measure_trial, train_trial

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE / "priors.csv"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="priors whose name contains this")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--latents", type=int, nargs="*", default=[2, 10])
    parser.add_argument("--report", action="store_true")
    parser.add_argument(
        "--seconds", type=float, default=1e9, help="start no new run after so many seconds"
    )
    options = parser.parse_args()
    if options.report:
        (HERE / "priors.md").write_text(report(pd.read_csv(TABLE)), encoding="utf-8")
        return
    torch.set_num_threads(1)
    data, start = load("digits").binarized(), time.perf_counter()
    for seed in range(options.seeds):
        for latents in options.latents:
            for name in TRIALS:
                if options.only in name and time.perf_counter() - start < options.seconds:
                    add(name, data, latents, seed)


def add(name, data, latents, seed):
    """Train and measure one run, unless the table has it or the prior does not exist in so many
    dimensions.
    """
    done = (
        pd.read_csv(TABLE) if TABLE.exists() else pd.DataFrame(columns=["prior", "latents", "seed"])
    )
    if ((done.prior == name) & (done.latents == latents) & (done.seed == seed)).any():
        return
    # S^2 is a surface: its row stands with two latents
    if TRIALS[name].only is not None and latents != 2:
        return
    cpu = time.process_time()
    model, _ = train_trial(name, data, latents, seed)
    cpu = time.process_time() - cpu
    row = {
        "prior": name,
        "latents": latents,
        "seed": seed,
        **measure_trial(model, data),
        "seconds": cpu,
    }
    pd.DataFrame([row]).round(4).to_csv(TABLE, mode="a", header=not TABLE.exists(), index=False)
    print(
        f"{name:28s} D={latents:2d} seed {seed}: ELBO {row['elbo']:.2f}, exact {row['exact']:.2f},"
        f" {cpu:.1f} s"
    )


def report(runs):
    lines = [
        "# Priors on binary digits",
        "",
        (
            "How to repeat: `python benchmarks/priors.py`, then the same with `--report`. One"
            " recipe for all, in"
        ),
        (
            "`vaeteach/trials.py`: 60 epochs, batches of 64, Adam with peak rate 0.008,"
            " 64-128-64-D-64-128-64 units, Tanh."
        ),
        (
            "Nats an image on the 360 test images, mean over seeds ± standard error. The last"
            " column is the paired"
        ),
        (
            "difference to the standard normal with the same seed: of the exact log p(x) with two"
            " latents, of IWAE-500"
        ),
        (
            "with ten. The sphere S² is a surface and stands with two latents. Seconds are one"
            " core's time in training."
        ),
        "",
    ]
    for latents, part in runs.groupby("latents"):
        best = "exact" if latents == 2 else "iwae"
        lines += [
            f"## {latents} latents",
            "",
            (
                "| prior | ELBO | IWAE-500 | exact log p(x) | KL | marginal KL | ELBO on training"
                " images | seconds | seeds | beside standard normal |"
            ),
            "|---|---|---|---|---|---|---|---|---|---|",
        ]
        base = part[part.prior == "standard normal"].set_index("seed")[best]
        for name in [n for n in TRIALS if n in set(part.prior)]:
            rows = part[part.prior == name].set_index("seed")
            cells = [
                spread(rows[c])
                for c in ("elbo", "iwae", "exact", "kl", "marginal_kl", "train_elbo", "seconds")
            ]
            lines.append(
                f"| {name} | {' | '.join(cells)} | {len(rows)} |"
                f" {spread((rows[best] - base).dropna(), '+')} |"
            )
        lines.append("")
    return "\n".join(lines)


def spread(values, sign=""):
    """Mean ± standard error of the mean; a dash where there is no number."""
    values = values.dropna()
    if values.empty:
        return "–"
    error = f" ± {values.sem():.2f}" if len(values) > 1 else ""
    return f"{values.mean():{sign}.2f}{error}".replace("-", "−")


if __name__ == "__main__":
    main()
