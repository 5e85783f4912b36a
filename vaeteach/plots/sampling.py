"""Where samples come from, what they decode to, and how good they are beside their noise floor."""

import numpy as np

from .latent import draw_codes, draw_normal_contours, style_plane
from .pictures import draw_picture_grid, picture_sheet
from .style import COLOURS, say_on

PER_ROW = 8
DISTANCES = (0.05, 40.0)  # range of the axis of Frechet distances


def draw_samples(ax, codes, samples, limit=4.0, labels=("$z_1$", "$z_2$")):
    """(codes, samples) as dots: samples (S, 2) over codes (N, 2) and N(0, I)'s contours."""
    style_plane(ax, limit, labels)
    draw_normal_contours(ax)
    behind = draw_codes(ax, codes, size=7, alpha=0.35)
    style = dict(ms=4.5, color=COLOURS["data"], mec="0.25", mew=0.4, zorder=3)
    (dots,) = ax.plot(*np.asarray(samples).T, "o", **style)
    return behind, dots


def draw_sampler(axes, state, shape):
    """Codes and samples, decoded pictures, and Frechet distances, on three Axes.

    Each sampler's distance stands beside the floor. state: a dict with codes (N, 2), samples (S,
    2), pictures (M, P), sampler (the one that is shown), distances {sampler: Frechet distance},
    floor (squared feature units), precision, recall. Returns the artists by name.
    """
    plane, pictures, measure = axes
    behind, dots = draw_samples(
        plane, state["codes"], state["samples"], labels=("first of two latents", "second")
    )
    plane.set_title("codes (blue) and samples", fontsize=13)
    grid = draw_picture_grid(pictures, state["pictures"], shape, columns=PER_ROW)
    pictures.set_title("decoded samples", fontsize=13)
    rows = range(len(state["distances"]))
    measure.set_xscale("log")
    say_on(measure, "Fréchet distance", title="dashed: noise floor")
    measure.set(xlim=DISTANCES, ylim=(len(rows) - 0.5, -0.5))
    measure.set_yticks(rows, labels=list(state["distances"]), fontsize=12)
    measure.axvline(state["floor"], color=COLOURS["prior"], ls="--", lw=2)
    places = _inside(state["distances"].values())
    (others,) = measure.plot(places, rows, "o", ms=9, color="0.7", mec="0.25")
    (mark,) = measure.plot([1], [0], "D", ms=12, color=COLOURS["data"], mec="0.25")
    below = dict(transform=pictures.transAxes, ha="center", va="top", fontsize=13)
    text = pictures.text(0.5, -0.04, "", **below)
    artists = dict(codes=behind, samples=dots, pictures=grid, others=others, mark=mark, text=text)
    move_sampler(artists, state, shape)
    return artists


def move_sampler(artists, state, shape):
    """Move the artists of `draw_sampler` to another state."""
    artists["codes"].set_offsets(state["codes"])
    artists["samples"].set_data(*np.asarray(state["samples"]).T)
    artists["pictures"].set_data(picture_sheet(state["pictures"], shape, PER_ROW))
    artists["others"].set_xdata(_inside(state["distances"].values()))
    shown = list(state["distances"]).index(state["sampler"])
    artists["mark"].set_data(_inside([state["distances"][state["sampler"]]]), [shown])
    artists["text"].set_text(
        f"Fréchet {state['distances'][state['sampler']]:.2f} (floor {state['floor']:.2f}), "
        f"precision {state['precision']:.2f}, recall {state['recall']:.2f}"
    )


def _inside(distances):
    return np.clip(list(distances), DISTANCES[0] * 1.1, DISTANCES[1] / 1.1)
