"""How far from the origin codes lie, and how far their average is from the prior, on small and on
large pictures: benchmarks/clouds.py.

Digits of 8x8 pixels as in notebook 05, and MNIST's 28x28: 2 and 20 latents, five seeds. MNIST is
read from the folder that VAETEACH_MNIST names, and downloaded without it; its 10,000 published test
pictures are enough (8,000 to train on). About four minutes.
"""

import pandas as pd
import torch

import vaeteach as vt

SEEDS = 5
LATENTS = (2, 20)
EPOCHS = {"digits": 28, "mnist": 20}
COMMAND = "python benchmarks/clouds.py"
WHAT = "radius of codes and means, split KL in nats, gain of a fitted mixture, by pictures and seed"


def cloud(model, data):
    """Columns of one row: radii of the codes, the KL split, what a better prior could gain."""
    q, p = model.encode(data.train), model.prior()
    radius = vt.draw(q, seed=0).norm(dim=-1)
    split = vt.surgery(model, data.train, n_samples=2000)
    mixture = vt.fit_codes(model, data.train, "mixture")
    z = vt.draw(model.encode(data.test), (5,), seed=1)
    bounds = [vt.elbo(model, data.test, seed=s).value.mean() for s in range(5)]
    return {
        "used": int((vt.kl_standard_normal(q.mu, q.logvar).mean(0) > 0.1).sum()),
        "radius 5%": float(radius.quantile(0.05)),
        "radius": float(radius.mean()),
        "radius 95%": float(radius.quantile(0.95)),
        "radius of means": float(q.mean.norm(dim=-1).mean()),
        "mean KL": split.mean_kl,
        "information": split.mutual_information,
        "marginal KL": split.marginal_kl,
        "log N": split.log_n,
        "mixture gain, test": float((mixture.log_prob(z) - p.log_prob(z)).mean()),
        "test bound": float(torch.stack(bounds).mean()),
    }


def main():
    rows = []
    for name, small in ("digits", {}), ("mnist", {"small": True}):
        data = vt.load(name, **small).binarized()
        for latents in LATENTS:
            for seed in range(SEEDS):
                model = vt.build_vae(data, latent_dim=latents, seed=seed)
                vt.fit(model, data, epochs=EPOCHS[name], seed=seed, progress=False)
                row = {"pictures": name, "latents": latents, "seed": seed}
                rows.append(row | cloud(model.requires_grad_(False), data))
            print(pd.DataFrame(rows[-SEEDS:]).round(2).to_string(), flush=True)
    vt.results.write(pd.DataFrame(rows).round(3), "clouds", WHAT, COMMAND)


if __name__ == "__main__":
    main()
