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
any time. Writes benchmarks/standardising.csv (a row a run and step) and prints the table of
benchmarks/standardising.md. Settings that are in the file already are not run again: an interrupted
run goes on, and `--anew` starts from nothing.
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
    standardize_latents,
    standardize_latents_,
)

OUT = Path(__file__).with_suffix(".csv")
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


def table(frame, steps=(10, 20, 40, 80, 160, 240)):
    """Markdown: mean gain over plain in nats, its standard error over seeds, and in how many seeds
    it was positive.
    """
    lines = [
        "| data | D | lr | curve | " + " | ".join(f"step {step}" for step in steps) + " |",
        "|---" * (4 + len(steps)) + "|",
    ]
    for (name, latent_dim, lr), part in frame.groupby(["data", "D", "lr"], sort=False):
        wide = part.pivot(index="seed", columns=["curve", "step"], values="elbo")
        for curve in ("once", "every 10", "every 40", "learned"):
            gains = [wide[curve, step] - wide["plain", step] for step in steps]
            cells = [
                f"{g.mean():+.2f} ± {g.std() / len(g) ** 0.5:.2f} ({(g > 0).sum()}/{len(g)})"
                for g in gains
            ]
            lines.append(
                f"| {name} | {latent_dim} | {lr:g} | {curve} | " + " | ".join(cells) + " |"
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
    there = OUT.exists() and not arguments.anew
    frame = pd.read_csv(OUT) if there else pd.DataFrame(columns=COLUMNS)
    done = set(frame[["data", "D", "lr"]].drop_duplicates().itertuples(index=False, name=None))
    for setting in [setting for setting in SETTINGS if setting not in done][: arguments.at_most]:
        start = time.perf_counter()
        new = paired_runs(*setting, arguments.seeds)
        frame = pd.concat([frame, new]) if len(frame) else new
        frame.to_csv(OUT, index=False)
        print(*setting, f"{time.perf_counter() - start:.0f} s", flush=True)
    print(table(frame))


if __name__ == "__main__":
    main()
