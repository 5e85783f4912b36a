"""Train a VAE on binary digits under every prior, several seeds, two and ten latents; keep every
run as a row.

    python benchmarks/priors.py               # adds the runs that the table lacks
    python benchmarks/priors.py --anew        # all 155 trainings
    python benchmarks/priors.py --report      # write priors.md from the table
    python benchmarks/priors.py --only VampPrior --seeds 2 --latents 2

The table is vaeteach/results/priors.csv, which notebook 09 reads. A row is a training, because the
lesson compares priors within a seed.
"""

import argparse
import pathlib
import time

import pandas as pd
import torch

from vaeteach import load, results
from vaeteach.training import TRIALS, measure_trial, train_trial

HERE = pathlib.Path(__file__).resolve().parent
WHAT = "bounds, exact log p(x) and KL of test images in nats, by prior, latents and seed"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="priors whose name contains this")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--latents", type=int, nargs="*", default=[2, 10])
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--anew", action="store_true", help="forget the stored table")
    parser.add_argument(
        "--seconds", type=float, default=1e9, help="start no new run after so many seconds"
    )
    options = parser.parse_args()
    if options.report:
        (HERE / "priors.md").write_text(report(results.read("priors")), encoding="utf-8")
        return
    if options.anew:
        store(results.read("priors").iloc[:0])
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
    done = results.read("priors")
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
    store(pd.DataFrame([*done.to_dict("records"), row], columns=done.columns).round(4))
    print(
        f"{name:28s} D={latents:2d} seed {seed}: ELBO {row['elbo']:.2f}, exact {row['exact']:.2f},"
        f" {cpu:.1f} s"
    )


def store(table):
    results.write(table, "priors", WHAT, "python benchmarks/priors.py --anew")


def report(runs):
    lines = [
        "# Priors on binary digits",
        "",
        (
            "How to repeat: `python benchmarks/priors.py --anew`, then `--report`. One recipe for"
            " all, in"
        ),
        (
            "`vaeteach/training/trials.py`: 60 epochs, batches of 64, Adam with peak rate 0.008,"
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
            "with ten. The sphere S² is a surface and stands with two latents. The conditional"
            " prior is trained with"
        ),
        (
            "labels; its numbers are those of images alone, the labels summed out. Seconds are one"
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
