"""Codes in noise: the cloud at one time, the learned score over the exact one, paths of noise."""

import numpy as np

from .latent import draw_codes, draw_normal_contours
from .style import COLOURS

ARROWS = 13  # a side
_COLOUR = {"exact": COLOURS["posterior"], "learned": COLOURS["q"]}
_WIDTH = {"exact": 0.007, "learned": 0.0035}  # the upper ones are thinner


def arrow_grid(limit=4.0):
    """The places of the arrows, (ARROWS^2, 2), float32, on the plane from -limit to limit."""
    axis = np.linspace(-0.93 * limit, 0.93 * limit, ARROWS, dtype=np.float32)
    return np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)


def draw_dissolving(ax, codes, labels, scores, limit=4.0, paths=None):
    """Codes (N, 2) at one time over the contours of N(0, I), scores as arrows, paths of noise.

    labels: (N,); scores: {"exact": (G, 2), "learned": …} at `arrow_grid(limit)`, drawn in this
    order; paths: {"exact": (S, 2), …} from noise to code. Arrows show directions: beyond a norm of
    3 their length hardly grows. Returns {"dots", and the arrows by name}.
    """
    shown = {"dots": draw_codes(ax, codes, labels, size=7, alpha=0.45, legend=False)}
    draw_normal_contours(ax)
    places = arrow_grid(limit)
    for name, score in scores.items():
        score = np.asarray(score)
        size = np.maximum(np.linalg.norm(score, axis=1, keepdims=True), 1e-9)
        short = score / size * np.tanh(size / 3)
        shown[name] = ax.quiver(
            *places.T, *short.T, color=_COLOUR[name], angles="xy", scale_units="xy", scale=2.9,
            width=_WIDTH[name], headwidth=4, zorder=4,
        )  # fmt: skip
    for name, path in (paths or {}).items():
        path = np.asarray(path)
        ax.plot(*path.T, color=_COLOUR[name], lw=2.5, zorder=5)
        ax.plot(*path[-1], "o", color=_COLOUR[name], ms=8, mec="w", zorder=6)
        ax.plot(*path[0], "+", color="k", ms=13, mew=2, zorder=6)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    return shown


def draw_score_error(ax, axis, error, top):
    """A map of |learned score - exact score| on the grid axis x axis; (G, G), rows are z_2.

    top: the error at which the colour is darkest. Returns the image.
    """
    ends = float(axis[0]), float(axis[-1])
    image = ax.imshow(
        np.asarray(error), extent=ends * 2, origin="lower", cmap="Purples", vmin=0, vmax=top
    )
    draw_normal_contours(ax)
    ax.set(xlim=ends, ylim=ends)
    return image
