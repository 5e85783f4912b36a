"""The spectrum of the data, which latents live above the noise, and what that does to pictures."""

import numpy as np

from .pictures import draw_picture_grid, picture_sheet
from .style import COLOURS, SERIES

SHOWN = 32  # eigenvalues
COLUMNS = 5  # of pictures: test images, below them the same rebuilt, then new ones
FLOOR = 1e-3  # of the eigenvalues' axis


def draw_spectrum(ax, eigenvalues, variance, latents):
    """Eigenvalues as bars on a log axis, with the line sigma^2 that separates living from dead.

    Blue bars are latents that live, grey ones latents that are dead, whose q is the prior; pale
    ones have no latent. Returns (bars, line).
    """
    shown = np.clip(np.asarray(eigenvalues)[:SHOWN], FLOOR, None)
    bars = ax.bar(np.arange(1, len(shown) + 1), shown / FLOOR, bottom=FLOOR, width=0.8)
    ax.set(yscale="log", ylim=(FLOOR, 4), xlabel="eigenvalue number", ylabel="variance")
    line = ax.axhline(variance, color=COLOURS["likelihood"], lw=2.5)
    artists = bars.patches, line
    move_spectrum(artists, eigenvalues, variance, latents)
    return artists


def move_spectrum(artists, eigenvalues, variance, latents):
    """Move the artists of `draw_spectrum` to another sigma^2 and number of latents."""
    bars, line = artists
    line.set_ydata([variance, variance])
    for i, bar in enumerate(bars):
        alive = "q" if float(eigenvalues[i]) > variance else "prior"
        bar.set(facecolor=COLOURS[alive] if i < latents else "0.88", edgecolor="none")
        bar.set_height(max(float(eigenvalues[i]), FLOOR) - FLOOR)


def draw_log_marginal(ax, variances, train, test, variance, best):
    """Exact mean log p(x) against sigma^2, on training and test images.

    The best sigma^2 is marked, and the present one. train, test: (V,), nats; best: (sigma^2,
    nats). Returns (two curves, mark, line).
    """
    curves = [
        ax.plot(variances, values, style, color=COLOURS["posterior"], lw=2, label=label)[0]
        for values, style, label in ((train, "-", "training"), (test, "--", "test"))
    ]
    (mark,) = ax.plot(*([number] for number in best), "*", ms=17, color=COLOURS["posterior"])
    mark.set(markeredgecolor="0.2", zorder=4)
    line = ax.axvline(variance, color=COLOURS["likelihood"], lw=2.5)
    ax.set(xscale="log", xlabel=r"$\sigma^2$", ylabel="mean log p(x), nats")
    ax.legend(frameon=False, fontsize=11, loc="upper right")
    return curves, mark, line


def draw_latent_spectrum(axes, state, shape):
    """Spectrum, exact log p(x) and pictures, on three Axes.

    state: a dict with eigenvalues (P,), variance, latents, variances (V,), train, test (V,), best
    (sigma^2, nats), pictures (3 COLUMNS, P): test images, rebuilt, new. Returns the artists.
    """
    spectrum, curve, pictures = axes
    bars = draw_spectrum(spectrum, state["eigenvalues"], state["variance"], state["latents"])
    spectrum.set_title("the data's spectrum", fontsize=13)
    text = spectrum.text(
        0.97, 0.95, "", transform=spectrum.transAxes, ha="right", va="top", fontsize=13
    )
    names = "variances", "train", "test", "variance", "best"
    curves = draw_log_marginal(curve, *(state[name] for name in names))
    curve.set_ylim(*state["limits"])
    curve.set_title("exact log p(x)", fontsize=13)
    grid = draw_picture_grid(pictures, state["pictures"], shape, columns=COLUMNS)
    pictures.set_title("test digits, rebuilt, new", fontsize=13)
    artists = {"spectrum": bars, "curves": curves, "pictures": grid, "text": text}
    move_latent_spectrum(artists, state, shape)
    return artists


def move_latent_spectrum(artists, state, shape):
    """Move the artists of `draw_latent_spectrum` to another state."""
    move_spectrum(artists["spectrum"], state["eigenvalues"], state["variance"], state["latents"])
    (train, test), mark, line = artists["curves"]
    train.set_data(state["variances"], state["train"])
    test.set_data(state["variances"], state["test"])
    mark.set_data(*([number] for number in state["best"]))
    line.set_xdata([state["variance"]] * 2)
    artists["pictures"].set_data(picture_sheet(state["pictures"], shape, COLUMNS))
    artists["text"].set_text(state["text"])


def draw_staircase(ax, eigenvalues, latents, variances, label="solved: eigenvalues above it"):
    """How many of `latents` latents the solved linear model keeps alive at each sigma^2.

    Steps over variances (V,) on a log axis. Returns the line.
    """
    alive = (np.asarray(eigenvalues)[:latents, None] > np.asarray(variances)).sum(0)
    (line,) = ax.step(variances, alive, where="mid", color=COLOURS["prior"], lw=2, label=label)
    ax.set(xscale="log", xlabel=r"$\sigma^2$ of the decoder", ylabel="latents alive")
    return line


def draw_counts(ax, x, counts, label, index=0):
    """Means over seeds as marks with the range from the least to the most; (V,) and (V, seeds).

    Returns the ErrorbarContainer.
    """
    counts = np.asarray(counts, float)
    mean = counts.mean(1)
    ends = np.abs(np.stack([counts.min(1), counts.max(1)]) - mean)
    aside = np.asarray(x) * 1.06 ** (index - 1)  # side by side on a log axis
    style = dict(fmt="os^"[index], ms=7, capsize=3, lw=1.5, color=SERIES[index], label=label)
    return ax.errorbar(aside, mean, ends, **style)
