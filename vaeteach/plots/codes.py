"""The shape of the codes: dimensions, pairs, norms, and the factors that made the images."""

import numpy as np

from .latent import draw_normal_contours
from .style import COLOURS, SERIES, digit_palette, say_on


def draw_latent_ranges(ax, places, densities, prior, names, values):
    """A row for each latent dimension.

    The aggregate posterior's density filled, the prior's as a line, a marker. places: (G,) points
    of the latent axis; densities, prior: (D, G); names: D texts; values: (D,) where the markers
    stand. The first dimension is at the top. All rows share one scale, so that a narrow density is
    a tall one. Returns the Line2D of the markers.
    """
    densities, prior = np.asarray(densities), np.asarray(prior)
    top = max(densities.max(), prior.max()) / 0.9
    rows = np.arange(len(densities))[::-1]
    for row, density, reference in zip(rows, densities, prior):
        ax.fill_between(places, row, row + density / top, color=COLOURS["q"], alpha=0.55, lw=0)
        ax.plot(places, row + reference / top, color=COLOURS["prior"], lw=1.4)
    style = dict(color=COLOURS["data"], ms=10, mec="k", mew=0.8, zorder=4)
    (markers,) = ax.plot(values, rows + 0.12, "v", **style)
    ax.set_yticks(rows + 0.25, names, fontsize=11)
    ax.set(xlim=(places[0], places[-1]), ylim=(-0.1, len(rows)))
    say_on(ax, "z").spines[["left", "right", "top"]].set_visible(False)
    return markers


def draw_pairs(axes, codes, labels, names):
    """Every pair of the given dimensions.

    Dots by digit below the diagonal, the density of each latent beside the prior's on it, and above
    it the contours of both.

    axes: (K, K) array of Axes; codes: (N, K); names: K texts. Returns the PathCollections, row by
    row.
    """
    import pandas as pd
    import seaborn

    frame = pd.DataFrame(np.asarray(codes), columns=names)
    z, dots = np.linspace(-4, 4, 161), []
    density = dict(color=COLOURS["q"], ax=None, cut=0)
    by_digit = dict(palette=dict(enumerate(digit_palette())), s=5, lw=0, alpha=0.65, legend=False)
    for (i, j), ax in np.ndenumerate(axes):
        density["ax"] = ax
        if j == i:
            seaborn.kdeplot(frame, x=names[i], fill=True, **density)
            ax.plot(z, np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi), color=COLOURS["prior"], lw=1.5)
        elif j > i:
            seaborn.kdeplot(frame, x=names[j], y=names[i], levels=5, gridsize=50, **density)
            draw_normal_contours(ax)
        else:
            by = dict(x=names[j], y=names[i], hue=np.asarray(labels) % 10)
            seaborn.scatterplot(frame, **by, **by_digit, ax=ax)
            dots.append(ax.collections[0])
        # square panels keep the columns in line
        ax.set(xlim=(-4, 4), box_aspect=1, xlabel="", ylabel="")
        ax.set(yticks=[]) if j == i else ax.set(ylim=(-4, 4), yticks=(-3, 0, 3))
        ax.set_xticks((-3, 0, 3))
        ax.label_outer()
        say_on(ax, names[j] if i == len(axes) - 1 else None, names[i] if j == 0 else None)
    return dots


def draw_norms(ax, norms, latent_dim):
    """Histograms of norms, {name: array}, over the density of the norm of N(0, I).

    That density is chi with D degrees of freedom; the dashed line is at sqrt(D). Returns the
    outline of each name.
    """
    import seaborn
    from scipy.stats import chi

    reach = max(max(map(np.max, map(np.asarray, norms.values()))), np.sqrt(latent_dim) + 3)
    bins = dict(bins=np.linspace(0, reach, 60), stat="density", element="step", alpha=0.3)
    for (name, values), colour in zip(norms.items(), (COLOURS["q"], *SERIES)):
        seaborn.histplot(x=np.asarray(values), color=colour, label=name, ax=ax, **bins)
    outlines = list(ax.collections)
    r = np.linspace(0, reach, 300)
    ax.plot(r, chi.pdf(r, latent_dim), color=COLOURS["prior"], lw=2, label="N(0, I)")
    ax.axvline(np.sqrt(latent_dim), color=COLOURS["prior"], ls="--", lw=1.3)
    say_on(ax, "distance from the origin", "").set_yticks([])
    ax.legend(fontsize=11, frameon=False)
    return outlines


def draw_factor(ax, codes, values, name):
    """Dots of codes (N, 2) coloured by a known number of each image, (N,), and its bar."""
    style = dict(c=np.asarray(values), cmap="cividis", s=7, lw=0, alpha=0.85)
    dots = ax.scatter(*np.asarray(codes).T, **style)
    bar = ax.figure.colorbar(dots, ax=ax, shrink=0.8)
    bar.set_label(name, fontsize=12)
    bar.ax.tick_params(labelsize=11)
    return dots
