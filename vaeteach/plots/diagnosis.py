"""The dashboard of a training run: terms, codes, moments, KL, gradients."""

import numpy as np
from matplotlib.ticker import SymmetricalLogLocator

from .aggregate import draw_moment_bars
from .latent import draw_codes, draw_normal_contours
from .pictures import draw_picture_grid
from .style import COLOURS, say_on
from .training import NAMES, TERMS

PLACES = [["terms", "codes", "moments"], ["kl", "gradients", "pictures"]]
_HUGE = 1e3  # beyond this an axis is compressed


def draw_dashboard(axes, numbers, labels, shape):
    """Six panels from the dict that `diagnosis.dashboard` makes.

    axes: {name in PLACES: Axes}, cleared first. labels: (N,) of the training images; shape: (H, W).
    Returns the Axes.
    """
    for ax in axes.values():
        ax.clear()
        ax.tick_params(labelsize=11)
    _draw_terms(axes["terms"], numbers["epochs"], numbers["terms"])
    _draw_code_plane(axes["codes"], numbers["codes"], labels, numbers["latents"])
    _draw_variances(axes["moments"], numbers["within"], numbers["between"])
    _draw_kls(axes["kl"], numbers["kl"])
    _draw_gradients(axes["gradients"], numbers["gradients"])
    images, rebuilt = numbers["images"], np.nan_to_num(numbers["rebuilt"])
    half = (len(images) + 1) // 2
    pairs = np.concatenate([images[:half], rebuilt[:half], images[half:], rebuilt[half:]])
    draw_picture_grid(axes["pictures"], pairs, shape, half)
    say_on(axes["pictures"], title="images above their decoded means")
    return axes


def _draw_terms(ax, epochs, terms):
    for name, values in terms.items():
        ax.plot(epochs, values, color=COLOURS[TERMS[name]], lw=2, marker=".", label=NAMES[name])
    _compress(ax, np.concatenate([*terms.values()]) if terms else np.zeros(1))
    say_on(ax, "epoch", title="recorded terms, test images, nats")
    ax.legend(fontsize=11, frameon=False, loc="best")


def _draw_code_plane(ax, codes, labels, latents):
    finite = np.abs(codes[np.isfinite(codes)])
    limit = max(4.0, 1.2 * float(np.quantile(finite, 0.99))) if finite.size else 4.0
    codes, labels = np.nan_to_num(codes, posinf=limit, neginf=-limit), labels[: len(codes)]
    first, second = (f"$z_{{{latent + 1}}}$" for latent in latents)
    if first == second:  # a single latent: a row a digit, spread so that its dots do not hide
        spread = np.random.default_rng(0).uniform(-0.35, 0.35, len(codes))
        rows = np.column_stack([codes[:, 0], labels + spread])
        draw_codes(ax, rows, labels, size=6, legend=False, numerals=False)
        for edge in (-2, 2):
            ax.axvline(edge, color=COLOURS["prior"], ls="--", lw=1.3, zorder=1)
        ax.set(ylim=(9.6, -0.6), yticks=range(10))
        title, second = "codes by digit; dashed: prior's ±2", "digit"
    else:
        draw_codes(ax, codes, labels, size=6, legend=False)
        draw_normal_contours(ax)
        ax.set_ylim(-limit, limit)
        title = "codes and the prior's rings"
    say_on(ax, first, second, title).set(xlim=(-limit, limit), box_aspect=1)


def _draw_variances(ax, within, between):
    within, between = (np.clip(np.nan_to_num(part), 0, 1e30) for part in (within, between))
    names = [str(d + 1) for d in range(len(within))]
    draw_moment_bars(ax, within, between, names, legend=(within + between).max() < _HUGE)
    _compress(ax, within + between, low=0)
    say_on(ax, "latent", title="variance of q(z), within + between")


def _draw_kls(ax, heights):
    heights = np.clip(np.nan_to_num(heights), 0, 1e30)
    ax.bar(np.arange(1, len(heights) + 1), heights, color=COLOURS["kl"])
    ax.set_xticks(range(1, len(heights) + 1))
    ax.set_ylim(0, max(1.0, 1.1 * heights.max()))
    _compress(ax, heights, low=0)
    say_on(ax, "latent", title="mean KL of each latent, nats")


def _draw_gradients(ax, norms):
    """A logarithmic axis from 1e-9: a layer that gets nothing has no bar."""
    ax.bar(np.arange(1, len(norms) + 1), np.maximum(norms, 1e-12), color=COLOURS["likelihood"])
    ax.set_yscale("log")
    ax.set(ylim=(1e-9, 1e2), xticks=range(1, len(norms) + 1))
    say_on(ax, "layer", title="encoder's gradient before training")


def _compress(ax, values, low=None):
    if np.abs(np.nan_to_num(values)).max(initial=0) > _HUGE:
        ax.set_yscale("symlog", linthresh=10)
        locator = SymmetricalLogLocator(base=10, linthresh=10)
        locator.set_params(numticks=6)
        ax.yaxis.set_major_locator(locator)
        if low is not None:
            ax.set_ylim(low, 10 * np.nan_to_num(values).max())
