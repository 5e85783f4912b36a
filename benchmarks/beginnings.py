"""Does standardising the codes help, and does it depend on where the decoder's biases begin?

    python benchmarks/beginnings.py         # ten seeds, about a minute of one core

The runs of notebook 08, section 5: the same first weights, batches and noise, at step size 0.001;
after every tenth step the codes are standardised, or only centred, or left alone. The decoder's
last biases begin at zero, or at the mean picture, as `build_vae` sets them.
"""

import argparse

import pandas as pd
import torch

import vaeteach as vt
from vaeteach import results

WHAT = "test ELBO, nats, and |m|, the distance of the codes' mean from 0, in paired runs"
BEGINNINGS = ("from zero", "from the mean picture")
STEPS, LAST = 40, 240  # measured after every 40th step


def centre_(model, x):
    """Move the codes' mean to 0; the layers beside the latents take the shift over."""
    centred = vt.affine_latents(model, vt.moments(model, x).mean, 1.0)
    model.load_state_dict(centred.state_dict())


CHANGES = {"plain": None, "standardised": vt.standardize_latents_, "centred": centre_}


def race(data, seed, change, beginning):
    """Rows (seed, change, beginning, step, test ELBO, |m|) of one training."""
    runner, rows = vt.build_vae(data, latent_dim=2, seed=seed), []
    if beginning == "from zero":
        torch.nn.init.zeros_(runner.decoder.net[-1].bias)

    def watch(step):
        if CHANGES[change] and step % 10 == 0:
            CHANGES[change](runner, data.train)
        if step % STEPS == 0:
            off = vt.moments(runner, data.train).mean.norm().item()
            bound = vt.elbo(runner, data.test, seed=0).value.mean().item()
            rows.append((seed, change, beginning, step, round(bound, 4), round(off, 4)))
        return step >= LAST

    vt.fit(runner, data, epochs=40, lr=1e-3, seed=seed, progress=False, on_step=watch)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    seeds = parser.parse_args().seeds
    torch.set_num_threads(1)
    data = vt.load("digits").binarized()
    rows = [
        row
        for beginning in BEGINNINGS
        for seed in range(seeds)
        for change in CHANGES
        for row in race(data, seed, change, beginning)
    ]
    columns = ["seed", "codes", "decoder starts", "step", "ELBO", "|m|"]
    table = pd.DataFrame(rows, columns=columns)
    results.write(table, "beginnings", WHAT, "python benchmarks/beginnings.py")


if __name__ == "__main__":
    main()
