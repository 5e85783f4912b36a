"""How well q(z) matches the prior, by its strength, over ten seeds: benchmarks/matching.py.

Two latents on the digits, 25 epochs as in notebook 06. `matching`: for each weight of the KL, and
for a penalty on the moments of the codes in its place, what q(z) looks like at the end and the
bound (beta = 1) on training and test pictures. `matching_films`: the split KL after every epoch of
the runs with beta = 1. A few minutes.
"""

import functools

import pandas as pd
import torch

import vaeteach as vt

SEEDS = 10
BETAS = (0.1, 0.5, 1.0, 2.0, 4.0, 64.0)  # the last: a mean over the pixels for a sum
COMMAND = "python benchmarks/matching.py"


def moment_penalty(model, x, seed, weight=10.0):
    """Log-likelihood less `weight` KL(N(m, v) || N(0, I)), m and v the moments of the batch's q."""
    q = model.encode(x)
    mean, variance = q.mean.mean(0), q.variance.mean(0) + q.mean.var(0, unbiased=False)
    price = vt.kl_standard_normal(mean, variance.log()).sum()
    return model.decode(vt.draw(q, seed=seed)).log_prob(x) - weight * price


def bound(model, x, draws=5):
    """Mean ELBO over the pictures x in nats, over a few draws."""
    with torch.no_grad():
        return float(torch.stack([vt.elbo(model, x, seed=s).value for s in range(draws)]).mean())


def trained(data, seed, objective):
    """(model, history) of one run."""
    model = vt.build_vae(data, latent_dim=2, seed=seed)
    history = vt.fit(model, data, epochs=25, seed=seed, objective=objective, progress=False)
    return model.requires_grad_(False), history


def at_rest(model, data):
    """Columns of `matching` for one model."""
    moments, split = vt.moments(model, data.train), vt.surgery(model, data.train, n_samples=4000)
    return {
        "variance": float(moments.variance.mean()),
        "within": float(moments.within.mean()),
        "information": split.mutual_information,
        "marginal KL": split.marginal_kl,
        "training bound": bound(model, data.train),
        "test bound": bound(model, data.test),
        "test KL": float(vt.kl(model.encode(data.test), model.prior()).mean()),
    }


def film(history, prior, seed):
    """Rows of `matching_films` for one run."""
    for snapshot in history.snapshots:
        q = vt.gaussian(snapshot.mean, 2 * snapshot.stddev.log())
        split = vt.surgery_of(q, prior, n_samples=1000)
        yield {
            "seed": seed,
            "epoch": int(snapshot.epoch),
            "information": split.mutual_information,
            "marginal KL": split.marginal_kl,
        }


def main():
    data = vt.load("digits").binarized()
    rows, films = [], []
    for seed in range(SEEDS):
        for beta in BETAS:
            model, history = trained(data, seed, functools.partial(vt.elbo, beta=beta))
            rows.append({"penalty": "KL", "beta": beta, "seed": seed} | at_rest(model, data))
            if beta == 1:
                films += film(history, model.prior(), seed)
        model, _ = trained(data, seed, moment_penalty)
        rows.append({"penalty": "moments", "beta": 10.0, "seed": seed} | at_rest(model, data))
        print(pd.DataFrame(rows[-7:]).round(2).to_string(), flush=True)
    what = "moments, split KL and bounds of two latents by the weight of the KL and seed, in nats"
    vt.results.write(pd.DataFrame(rows).round(4), "matching", what, COMMAND)
    what = "information and marginal KL after every epoch by seed, in nats"
    vt.results.write(pd.DataFrame(films).round(4), "matching_films", what, COMMAND)


if __name__ == "__main__":
    main()
