"""The latent plane: codes, the prior's contours, ellipses of single posteriors."""

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse
from matplotlib.patheffects import withStroke

from .style import COLOURS, digit_palette, say_on


def style_plane(ax, limit=4.0, labels=("$z_1$", "$z_2$")):
    """A square latent plane from -limit to limit, with its axes named. Returns the Axes."""
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    return say_on(ax, *labels)


def draw_normal_contours(
    ax, mean=(0.0, 0.0), stddev=(1.0, 1.0), masses=(0.5, 0.9, 0.99), color=COLOURS["prior"]
):
    """Ellipses that hold these shares of the mass of a 2-D Gaussian with independent axes.

    Returns the patches. In two dimensions the squared radius is chi-square with two degrees, so
    mass m lies inside sqrt(-2 log(1 - m)).
    """
    style = dict(fill=False, ec=color, lw=1.3, ls="--", zorder=1)
    return [
        ax.add_patch(Ellipse(mean, 2 * r * stddev[0], 2 * r * stddev[1], **style))
        for r in normal_radii(masses)
    ]


def normal_radii(masses=(0.5, 0.9, 0.99)):
    """Radii, in standard deviations, within which a 2-D Gaussian has these shares of its mass."""
    return np.sqrt(-2 * np.log1p(-np.asarray(masses)))


def draw_codes(ax, codes, labels=None, size=9, alpha=0.65, legend=True, numerals=True):
    """Codes (N, 2) as dots, coloured by digit where labels (N,) are given.

    Returns the PathCollection. numerals: each digit's own numeral at the median of its codes, for
    eyes that take two colours for one. Leave them out where the dots move.
    """
    codes = np.asarray(codes)
    dots = ax.scatter(*codes.T, s=size, alpha=alpha, color=COLOURS["q"], lw=0, zorder=2)
    if labels is not None:
        labels = np.asarray(labels)
        dots.set_color(np.array(digit_palette())[labels % 10])
        if numerals:
            draw_numerals(ax, codes, labels)
        if legend:
            draw_digit_legend(ax, labels)
    return dots


def draw_numerals(ax, codes, labels):
    """The texts: each digit's numeral at the median of its codes (N, 2), outlined in white."""
    outline = [withStroke(linewidth=3, foreground="white")]
    style = dict(fontsize=15, weight="bold", ha="center", va="center", path_effects=outline)
    return [
        ax.text(*np.median(codes[labels == d], 0), str(d), color=colour, zorder=4, **style)
        for d, colour in enumerate(digit_palette())
        if (labels == d).any()
    ]


def draw_digit_legend(ax, labels):
    """The Legend: a dot and a numeral for each digit in labels (N,), right of the Axes."""
    dots = [
        Line2D([], [], ls="", marker="o", ms=7, color=digit_palette()[digit % 10], label=str(digit))
        for digit in np.unique(labels)
    ]
    beside = dict(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, handletextpad=0.1)
    return ax.legend(handles=dots, title="digit", fontsize=11, title_fontsize=11, **beside)


def draw_ellipse(ax, mean, stddev, scale=2.0, color=COLOURS["q"], fill=True):
    """The patch of q(z|x) = N(mean, diag stddev^2) at `scale` standard deviations."""
    # a light filling: many ellipses on each other stay visible
    width, height = (2 * scale * float(s) for s in stddev)
    face = to_rgba(color, 0.12) if fill else "none"
    mean = tuple(map(float, mean))
    return ax.add_patch(Ellipse(mean, width, height, fc=face, ec=color, lw=1.5, zorder=3))
