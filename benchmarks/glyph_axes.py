"""Do two latents find two known factors, and along which directions? benchmarks/glyph_axes.py.

Glyphs that vary in slant and thickness only, two latents, 16 epochs as in notebook 05, ten seeds.
For each factor: the angle between the nearest axis of the plane and the direction in which it grows
(a straight fit), and its correlation with the better axis. A few minutes.
"""

import pandas as pd
import torch

import vaeteach as vt

SEEDS = 10
FACTORS = ("slant", "thickness")


def row(glyphs, seed):
    """Angles in degrees and correlations of both factors, for one seed."""
    model = vt.build_vae(glyphs, latent_dim=2, seed=seed)
    vt.fit(model, glyphs, epochs=16, seed=seed, progress=False)
    with torch.no_grad():
        codes = model.encode(glyphs.train).mean
    codes, found = codes - codes.mean(0), {"seed": seed}
    for name in FACTORS:
        factor = torch.tensor(glyphs.factors["train"][name].to_numpy()).float()
        weights = torch.linalg.lstsq(codes, factor - factor.mean()).solution.abs()
        found[f"{name} from axis"] = float(torch.rad2deg(torch.atan(weights.min() / weights.max())))
        axes = [torch.corrcoef(torch.stack([axis, factor]))[0, 1] for axis in codes.T]
        found[f"{name} r"] = max(abs(float(r)) for r in axes)
    return found


def main():
    glyphs = vt.load("glyphs", n=3000, vary=FACTORS).binarized()
    rows = [row(glyphs, seed) for seed in range(SEEDS)]
    print(pd.DataFrame(rows).round(2).to_string())
    what = "angle of each known factor from the nearest axis of two latents, degrees, by seed"
    vt.results.write(
        pd.DataFrame(rows).round(3), "glyph_axes", what, "python benchmarks/glyph_axes.py"
    )


if __name__ == "__main__":
    main()
