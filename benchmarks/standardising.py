"""Does standardising the latents during training speed it up? Paired runs: `python
benchmarks/standardising.py`.

Every seed trains the same model several times, from the same weights with the same batches and the
same noise, with all defaults of `build_vae` and `fit` but the rate where one is named:
  plain      standard normal prior, nothing else
  every 10   standardize_latents_ on all training images after every 10th step
  late       the same as "every 10", but only after the fifth epoch
  learned    prior N(m, diag s^2), learned by the same bound
and each time the mean ELBO of the test images, over the same draws, and the norm of the decoder's
first layer are measured after chosen steps, the last at the end. One more curve costs
no training: "once" is plain, standardised at the moment of measurement. What "every 10" has beyond
"once" is what it did to the training; the rest is a shift and a stretch that can be had at
any time. Runs are kept in benchmarks/runs/ (a row a run and step), so that an interrupted command
goes on and `--anew` starts from nothing; their gains over plain go to vaeteach/results, and are
printed as the table of benchmarks/standardising.md.
"""

import argparse
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
WHAT = (
    "gain in the test ELBO over plain training, nats, paired by seed; norm of the decoder's input"
)
STEPS = (5, 10, 20, 40, 80, 160, 240, 460, 920, 1380)
EPOCHS = 60  # the schedule, with its warm-up of 69 steps, runs to its end
ARMS = ("plain", "every 10", "late", "learned")
FROM = {"every 10": 0, "late": 115}  # steps before the first standardising; five epochs have 115
# D, peak learning rate: what `peak_rate` gives for these models, and Adam's usual default
SETTINGS = [(2, 12e-3), (2, 1e-3)]
DRAWS = 4  # of the noise in the measured ELBO, the same for every run
COLUMNS = ["D", "lr", "seed", "curve", "step", "elbo", "norm"]


def measure(model, x):
    """Mean ELBO of the images x in nats, over DRAWS fixed draws."""
    with torch.no_grad():
        return float(
            torch.stack([elbo(model, x, seed=s).value.mean() for s in range(DRAWS)]).mean()
        )


def run(data, latent_dim, lr, seed, arm):
    """{curve: [(test ELBO, norm of the decoder's first layer), …]} of a training, at STEPS."""
    prior = LearnedNormal(latent_dim) if arm == "learned" else None
    model, curves = build_vae(data, latent_dim, prior, seed=seed), {}

    def on_step(step):
        if arm in FROM and step % 10 == 0 and step > FROM[arm]:
            standardize_latents_(model, data.train)
        if step in STEPS:
            norm = float(model.decoder.net[0].weight.detach().norm())
            curves.setdefault(arm, []).append((measure(model, data.test), norm))
            if arm == "plain":
                standard = standardize_latents(model, data.train)
                norm = float(standard.decoder.net[0].weight.detach().norm())
                curves.setdefault("once", []).append((measure(standard, data.test), norm))
        return step >= STEPS[-1]

    fit(model, data, epochs=EPOCHS, lr=lr, seed=seed, progress=False, on_step=on_step)
    return curves


def paired_runs(data, latent_dim, lr, seeds):
    """A tidy DataFrame with COLUMNS: every arm of every seed in one setting."""
    rows = []
    for seed in range(seeds):
        for arm in ARMS:
            for curve, values in run(data, latent_dim, lr, seed, arm).items():
                rows += [
                    (latent_dim, lr, seed, curve, step, round(value, 4), round(norm, 3))
                    for step, (value, norm) in zip(STEPS, values)
                ]
    return pd.DataFrame(rows, columns=COLUMNS)


def gains(runs):
    """Gains over the plain run of the same seed, and the mean norm of the decoder's first layer."""
    setting = ["D", "lr"]
    place = [*setting, "curve", "step"]
    wide = runs.pivot(index=[*setting, "seed", "step"], columns="curve", values="elbo")
    gain = wide.sub(wide["plain"], axis=0).stack().rename("gain")
    table = gain.groupby(place).agg(
        gain="mean", sd="std", wins=lambda g: (g > 0).sum(), seeds="count"
    )
    table["norm"] = runs.groupby(place).norm.mean()
    return table.round(4).reset_index()


def markdown(table, steps=(10, 40, 80, 160, 240, 460, 1380)):
    """Mean gain in nats ± its standard error over seeds, and in how many seeds it was positive."""
    cells = [
        f"{row.gain:+.2f} ± {row.sd / row.seeds**0.5:.2f} ({row.wins}/{row.seeds})"
        for row in table.itertuples()
    ]
    wide = table.assign(cell=cells).pivot(index=["D", "lr", "curve"], columns="step", values="cell")
    lines = [
        "| D | lr | curve | " + " | ".join(f"step {step}" for step in steps) + " |",
        "|---" * (3 + len(steps)) + "|",
    ]
    for (latent_dim, lr, curve), row in wide.iterrows():
        lines.append(f"| {latent_dim} | {lr:g} | {curve} | {' | '.join(row[list(steps)])} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument(
        "--at-most", type=int, default=len(SETTINGS), help="end after so many new settings"
    )
    parser.add_argument("--anew", action="store_true", help="forget the stored result")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    data = load("digits").binarized()
    there = RUNS.exists() and not arguments.anew
    frame = pd.read_csv(RUNS) if there else pd.DataFrame(columns=COLUMNS)
    done = set(frame[["D", "lr"]].drop_duplicates().itertuples(index=False, name=None))
    for setting in [setting for setting in SETTINGS if setting not in done][: arguments.at_most]:
        start = time.perf_counter()
        new = paired_runs(data, *setting, arguments.seeds)
        frame = pd.concat([frame, new]) if len(frame) else new
        RUNS.parent.mkdir(exist_ok=True)
        frame.to_csv(RUNS, index=False)
        print(*setting, f"{time.perf_counter() - start:.0f} s", flush=True)
    table = gains(frame)
    results.write(table, "standardising", WHAT, "python benchmarks/standardising.py")
    print(markdown(table))


if __name__ == "__main__":
    main()
