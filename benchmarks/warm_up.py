"""Plain training, a warm-up of the KL and free bits, over five seeds: benchmarks/warm_up.py.

Ten latents on the digits, 28 epochs as in notebook 04; the weight of the KL rises over the first
half of the steps, or the first quarter of a nat of each latent is free. A few minutes.
"""

import pandas as pd
import torch
from noise import warm_up

import vaeteach as vt

SEEDS, EPOCHS, LATENTS, DRAWS = 5, 28, 10, 10


def free_bits(model, x, seed, floor=0.25):
    """Log-likelihood less the KL of each latent, averaged over the batch, or `floor` if more."""
    q = model.encode(x)
    price = vt.kl_standard_normal(q.mu, q.logvar).mean(0).clamp(min=floor).sum()
    return model.decode(vt.draw(q, seed=seed)).log_prob(x) - price


@torch.no_grad()
def row(data, way, objective, seed):
    """The bound with beta = 1, and the KL of each latent, largest first, on test pictures."""
    model = vt.build_vae(data, LATENTS, seed=seed)
    vt.fit(model, data, epochs=EPOCHS, objective=objective, seed=seed, progress=False)
    q, draws = model.encode(data.test), range(DRAWS)
    prices = vt.kl_standard_normal(q.mu, q.logvar).mean(0).sort(descending=True).values
    bound = torch.stack([vt.elbo(model, data.test, seed=s).value for s in draws]).mean()
    return {
        "way": way,
        "seed": seed,
        "test bound": float(bound),
        "above 0.1 nat": int((prices > 0.1).sum()),
        **{f"kl {i + 1}": float(price) for i, price in enumerate(prices)},
    }


def main():
    data = vt.load("digits").binarized()
    steps = EPOCHS * -(-len(data.train) // 64)
    rows = []
    for seed in range(SEEDS):
        ways = {"plain": vt.elbo, "warm-up": warm_up(steps // 2), "free bits": free_bits}
        rows += [row(data, way, objective, seed) for way, objective in ways.items()]
        print(pd.DataFrame(rows[-3:]).round(2).to_string(), flush=True)
    what = "bound and KL of each latent on test pictures by way of training and seed, in nats"
    vt.results.write(pd.DataFrame(rows).round(4), "warm_up", what, "python benchmarks/warm_up.py")


if __name__ == "__main__":
    main()
