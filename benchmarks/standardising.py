"""Does standardising the latents during training speed it up? Paired runs: `python
benchmarks/standardising.py`.

Every seed trains the same model several times, from the same weights with the same batches and the
same noise:
  plain      standard normal prior, nothing else
  every 10   standardize_latents_ on all training images after every 10th step
  every 40   the same after every 40th step
  learned    prior N(m, diag s^2), learned by the same bound
and each time the mean ELBO of the test images, over the same draws, is measured after chosen steps.
One more curve
costs no training: "once" is plain, standardised at the moment of measurement. What "every k" has
beyond "once" is what it did to the training; the rest is a shift and a stretch that can be had at
any time. Runs are kept in benchmarks/runs/ (a row a run and step), so that an interrupted command
goes on and `--anew` starts from nothing; their gains over plain go to vaeteach/results, and are
printed as the table of benchmarks/standardising.md.
"""

import argparse
import itertools
import time
from pathlib import Path

import pandas as pd
import torch

from vaeteach import (
    LearnedNormal,
    build_vae,
    elbo,
    fit,
    load,
    results,
    standardize_latents,
    standardize_latents_,
)

RUNS = Path(__file__).parent / "runs" / "standardising.csv"
WHAT = "gain over plain training in the test ELBO, nats: mean and sd over paired seeds, and wins"
STEPS = (5, 10, 20, 30, 40, 60, 80, 120, 160, 240)
# of the schedule that is begun, about 930 steps; broken off after STEPS
EPOCHS = {"digits": 40, "glyphs": 20}
ARMS = {"plain": None, "every 10": 10, "every 40": 40, "learned": None}
# data, D, peak learning rate
SETTINGS = list(itertools.product(("digits", "glyphs"), (2, 10), (8e-3, 1e-3)))
DRAWS = 8  # of the noise in the measured ELBO, the same for every run
COLUMNS = ["data", "D", "lr", "seed", "curve", "step", "elbo"]


def images(name):
    data = load(name).binarized()
    return data if name == "digits" else data.subset(3000, 500)


def measure(model, x):
    """Mean ELBO of the images x in nats, over DRAWS fixed draws."""
    with torch.no_grad():
        return float(
            torch.stack([elbo(model, x, seed=s).value.mean() for s in range(DRAWS)]).mean()
        )


def run(data, latent_dim, lr, seed, arm):
    """{curve: [test ELBO after each of STEPS]} of one training."""
    model = build_vae(
        data, latent_dim, LearnedNormal(latent_dim) if arm == "learned" else None, seed=seed
    )
    curves = {}

    def on_step(step):
        if ARMS[arm] and step % ARMS[arm] == 0:
            standardize_latents_(model, data.train)
        if step in STEPS:
            curves.setdefault(arm, []).append(measure(model, data.test))
            if arm == "plain":
                curves.setdefault("once", []).append(
                    measure(standardize_latents(model, data.train), data.test)
                )
        return step >= STEPS[-1]

    fit(model, data, epochs=EPOCHS[data.name], lr=lr, seed=seed, progress=False, on_step=on_step)
    return curves


def paired_runs(name, latent_dim, lr, seeds):
    """A tidy DataFrame with COLUMNS: every arm of every seed in one setting."""
    data, rows = images(name), []
    for seed in range(seeds):
        for arm in ARMS:
            for curve, values in run(data, latent_dim, lr, seed, arm).items():
                rows += [
                    (name, latent_dim, lr, seed, curve, step, round(v, 4))
                    for step, v in zip(STEPS, values)
                ]
    return pd.DataFrame(rows, columns=COLUMNS)


def gains(runs):
    """Gains over the plain run of the same seed: mean, sd, and how many are positive."""
    setting = ["data", "D", "lr"]
    wide = runs.pivot(index=[*setting, "seed", "step"], columns="curve", values="elbo")
    gain = wide.drop(columns="plain").sub(wide["plain"], axis=0).stack().rename("gain")
    groups = gain.groupby([*setting, "curve", "step"])
    table = groups.agg(gain="mean", sd="std", wins=lambda g: (g > 0).sum(), seeds="count")
    return table.round(4).reset_index()


def markdown(table, steps=(10, 20, 40, 80, 160, 240)):
    """Mean gain in nats ± its standard error over seeds, and in how many seeds it was positive."""
    cells = [
        f"{row.gain:+.2f} ± {row.sd / row.seeds**0.5:.2f} ({row.wins}/{row.seeds})"
        for row in table.itertuples()
    ]
    wide = table.assign(cell=cells).pivot(
        index=["data", "D", "lr", "curve"], columns="step", values="cell"
    )
    lines = [
        "| data | D | lr | curve | " + " | ".join(f"step {step}" for step in steps) + " |",
        "|---" * (4 + len(steps)) + "|",
    ]
    for (name, latent_dim, lr, curve), row in wide.iterrows():
        lines.append(
            f"| {name} | {latent_dim} | {lr:g} | {curve} | {' | '.join(row[list(steps)])} |"
        )
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=24)
    parser.add_argument(
        "--at-most", type=int, default=len(SETTINGS), help="end after so many new settings"
    )
    parser.add_argument("--anew", action="store_true", help="forget the stored result")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    there = RUNS.exists() and not arguments.anew
    frame = pd.read_csv(RUNS) if there else pd.DataFrame(columns=COLUMNS)
    done = set(frame[["data", "D", "lr"]].drop_duplicates().itertuples(index=False, name=None))
    for setting in [setting for setting in SETTINGS if setting not in done][: arguments.at_most]:
        start = time.perf_counter()
        new = paired_runs(*setting, arguments.seeds)
        frame = pd.concat([frame, new]) if len(frame) else new
        RUNS.parent.mkdir(exist_ok=True)
        frame.to_csv(RUNS, index=False)
        print(*setting, f"{time.perf_counter() - start:.0f} s", flush=True)
    table = gains(frame)
    results.write(table, "standardising", WHAT, "python benchmarks/standardising.py")
    print(markdown(table))


if __name__ == "__main__":
    main()
