"""Which latents live at which noise of the decoder: linear and nonlinear, plain and warmed up.

    python benchmarks/noise.py [--seeds 5]

Eight latents on the grey digits, and two on ten pictures of one bright pixel each, all as far from
each other. `gain` is the bound, nats a training picture, above that of the model that is dead.
"""

import argparse

import pandas as pd
import torch

import vaeteach as vt
from vaeteach import results

VARIANCES = {
    "digits": (1.0, 0.8, 0.6, 0.4, 0.25, 0.1, 0.05, 0.025),
    "ten pictures": (0.08, 0.12, 0.14),
}
LATENTS = {"digits": 8, "ten pictures": 2}
DRAWS = 20


def pictures(name):
    return vt.load("digits").train if name == "digits" else torch.eye(10).repeat(60, 1)


def warm_up(steps):
    """The bound with a weight of the KL that rises from 0 to 1 over the first `steps` steps."""
    seen = [0]

    def objective(model, x, seed):
        seen[0] += torch.is_grad_enabled()
        return vt.elbo(model, x, beta=min(1.0, seen[0] / steps), seed=seed)

    return objective


def train(name, decoder, way, variance, seed, epochs=60):
    """A VAE whose decoder has this variance, held still."""
    x, hidden = pictures(name), () if decoder == "linear" else (64,)
    model = vt.build_vae(x, LATENTS[name], likelihood="gaussian", hidden=hidden, seed=seed)
    logvar = model.decoder.likelihood.logvar.requires_grad_(False)
    logvar.fill_(variance).log_()
    steps = epochs * -(-len(x) // 64)
    objective = warm_up(steps // 2) if way == "warm-up" else vt.elbo
    vt.fit(model, x, epochs=epochs, objective=objective, seed=seed, progress=False)
    return model.requires_grad_(False), x


def row(name, decoder, way, variance, seed):
    model, x = train(name, decoder, way, variance, seed)
    q = model.encode(x)
    prices = vt.kl_standard_normal(q.mu, q.logvar).mean(0).sort(descending=True).values
    dead = vt.exact.LinearVAE(torch.zeros(x.shape[1], 1), x.double().mean(0), variance)
    bound = torch.stack([vt.elbo(model, x, seed=s).value for s in range(DRAWS)]).mean()
    return {
        "data": name, "decoder": decoder, "way": way, "variance": variance, "seed": seed,
        "active": int(vt.active_units(model, x).sum()),
        "gain": round(float(bound - dead.log_marginal(x).mean()), 4),
        **{f"kl {i}": round(float(price), 4) for i, price in enumerate(prices, 1)},
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=0, help="go on from this seed")
    options = parser.parse_args()
    rows = []
    for seed in range(options.first, options.seeds):
        for name, variances in VARIANCES.items():
            for decoder, way in (
                ("linear", "plain"), ("nonlinear", "plain"), ("nonlinear", "warm-up")
            ):  # fmt: skip
                rows += [row(name, decoder, way, v, seed) for v in variances]
                print(seed, name, decoder, way, flush=True)
    table = pd.DataFrame(rows)
    if options.first:
        table = pd.concat([results.read("noise"), table])
    results.write(
        table,
        "noise",
        "KL of each latent and gain of the bound over a dead model, by the decoder's variance",
        "python benchmarks/noise.py",
    )


if __name__ == "__main__":
    main()
