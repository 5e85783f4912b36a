"""Densities on a line as filled curves, an integrand with its sign, and an estimate that settles as samples arrive."""

import numpy as np

from .style import COLOURS


def draw_density(ax, z, density, color, label=None, style="-"):
    """A density over z, both (n,), as a curve with a light filling. Returns (line, filling)."""
    (line,) = ax.plot(z, density, style, color=color, lw=2.4, label=label)
    return line, ax.fill_between(z, 0 * np.asarray(density), density, color=color, alpha=0.18, lw=0)


def move_density(artists, z, density):
    """Give the (line, filling) of `draw_density` new values."""
    line, filling = artists
    line.set_data(z, density)
    filling.set_verts([_outline(z, density)])


def draw_integrand(ax, z, values, color=COLOURS["q"]):
    """Values over z with the area above zero in `color` and the area below in the alarm colour. Three artists."""
    (line,) = ax.plot(z, values, color="black", lw=1.4)
    ax.axhline(0, color="black", lw=0.8)
    above = ax.fill_between(z, 0 * np.asarray(z), np.maximum(values, 0), color=color, alpha=0.45, lw=0)
    below = ax.fill_between(z, 0 * np.asarray(z), np.minimum(values, 0), color=COLOURS["alarm"], alpha=0.45, lw=0)
    return line, above, below


def move_integrand(artists, z, values):
    """Give the artists of `draw_integrand` new values."""
    line, above, below = artists
    line.set_data(z, values)
    above.set_verts([_outline(z, np.maximum(values, 0))])
    below.set_verts([_outline(z, np.minimum(values, 0))])


def draw_running_estimate(ax, counts, estimate, stderr, truth):
    """A running mean over `counts` samples with two standard errors, and the true value. Returns three artists."""
    band = ax.fill_between(
        counts, estimate - 2 * stderr, estimate + 2 * stderr, color=COLOURS["data"], alpha=0.35, lw=0
    )
    (line,) = ax.plot(counts, estimate, color=COLOURS["data"], lw=2, label="mean over samples ± 2 s.e.")
    exact = ax.axhline(truth, color="black", lw=1.6, ls="--", label="closed form")
    ax.set(xscale="log", xlabel="samples", xlim=(counts[0], counts[-1]))
    return band, line, exact


def move_running_estimate(artists, counts, estimate, stderr, truth):
    """Give the artists of `draw_running_estimate` new values."""
    band, line, exact = artists
    band.set_verts([_outline(counts, estimate + 2 * stderr, estimate - 2 * stderr)])
    line.set_data(counts, estimate)
    exact.set_ydata([truth, truth])


def _outline(z, upper, lower=0.0):
    z, upper = np.asarray(z, float), np.asarray(upper, float)
    lower = np.broadcast_to(np.asarray(lower, float), z.shape)
    return np.column_stack([np.concatenate([z, z[::-1]]), np.concatenate([upper, lower[::-1]])])
