"""The shape of the codes: each dimension, pairs, norms, and against the factors that made the
images.
"""

import numpy as np

from .latent import draw_codes
from .style import COLOURS


def draw_latent_ranges(ax, places, densities, prior, names, values):
    """A row for each latent dimension: the aggregate posterior's density filled, the prior's as a
    line, a marker.

    places: (G,) points of the latent axis; densities, prior: (D, G); names: D texts; values: (D,)
    where the markers stand. The first dimension is at the top. All rows share one scale, so that a
    narrow density is a tall one.
    Returns the Line2D of the markers.
    """
    densities, prior = np.asarray(densities), np.asarray(prior)
    top = max(densities.max(), prior.max()) / 0.9
    rows = np.arange(len(densities))[::-1]
    for row, density, reference in zip(rows, densities, prior):
        ax.fill_between(places, row, row + density / top, color=COLOURS["q"], alpha=0.55, lw=0)
        ax.plot(places, row + reference / top, color=COLOURS["prior"], lw=1.4)
    (markers,) = ax.plot(
        values, rows + 0.12, "v", color=COLOURS["data"], ms=10, mec="k", mew=0.8, zorder=4
    )
    ax.set_yticks(rows + 0.25, names, fontsize=11)
    ax.set(xlim=(places[0], places[-1]), ylim=(-0.1, len(rows)))
    ax.tick_params(axis="x", labelsize=11)
    ax.set_xlabel("z", fontsize=12)
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    return markers


def draw_pairs(axes, codes, labels, names):
    """Every pair of the given dimensions: dots below the diagonal, a histogram on it, nothing
    above.

    axes: (K, K) array of Axes; codes: (N, K); names: K texts. Returns the PathCollections, row by
    row.
    """
    codes, dots = np.asarray(codes), []
    for i, row in enumerate(axes):
        for j, ax in enumerate(row):
            ax.set(xlim=(-4, 4))
            if j > i:
                ax.set_axis_off()
                continue
            if j == i:
                ax.hist(
                    codes[:, i], np.linspace(-4, 4, 41), density=True, color=COLOURS["q"], alpha=0.7
                )
                z = np.linspace(-4, 4, 161)
                ax.plot(z, np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi), color=COLOURS["prior"], lw=1.5)
                ax.set_yticks([])
            else:
                dots.append(draw_codes(ax, codes[:, [j, i]], labels, size=4, legend=False))
                ax.set(ylim=(-4, 4), aspect="equal")
            if i == len(axes) - 1:
                ax.set_xlabel(names[j], fontsize=12)
            if j == 0 and i > 0:
                ax.set_ylabel(names[i], fontsize=12)
            ax.tick_params(labelsize=11)
    return dots


def draw_norms(ax, norms, latent_dim):
    """Histograms of norms, for each name in `norms` (arrays), over the density of the norm of N(0,
    I).

    That density is chi with D degrees of freedom; the dashed line is at sqrt(D). Returns the
    patches of each name.
    """
    from scipy.stats import chi

    norms = {name: np.asarray(values) for name, values in norms.items()}
    reach = max(max(np.max(values) for values in norms.values()), np.sqrt(latent_dim) + 3)
    bins, patches = np.linspace(0, reach, 60), []
    for (name, values), colour in zip(norms.items(), ("q", "data", "likelihood")):
        patches.append(
            ax.hist(values, bins, density=True, color=COLOURS[colour], alpha=0.55, label=name)[2]
        )
    r = np.linspace(0, reach, 300)
    ax.plot(r, chi.pdf(r, latent_dim), color=COLOURS["prior"], lw=2, label="N(0, I)")
    ax.axvline(np.sqrt(latent_dim), color=COLOURS["prior"], ls="--", lw=1.3)
    ax.set_xlabel("distance from the origin", fontsize=12)
    ax.set_yticks([])
    ax.legend(fontsize=11, frameon=False)
    return patches


def draw_factor(ax, codes, values, name):
    """Codes (N, 2) coloured by a number that is known of each image, (N,), with a colour bar.
    Returns the dots.
    """
    codes = np.asarray(codes)
    dots = ax.scatter(
        codes[:, 0], codes[:, 1], c=np.asarray(values), cmap="cividis", s=7, lw=0, alpha=0.85
    )
    bar = ax.figure.colorbar(dots, ax=ax, shrink=0.8)
    bar.set_label(name, fontsize=12)
    bar.ax.tick_params(labelsize=11)
    return dots
