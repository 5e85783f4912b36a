"""The latent plane: codes, the prior's contours, ellipses of single posteriors."""

import numpy as np
from matplotlib.patches import Ellipse

from .style import COLOURS, digit_palette


def style_plane(ax, limit=4.0, labels=("$z_1$", "$z_2$")):
    """A square latent plane from -limit to limit, with its axes named. Returns the Axes."""
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    ax.set_xlabel(labels[0], fontsize=12)
    ax.set_ylabel(labels[1], fontsize=12)
    ax.tick_params(labelsize=11)
    return ax


def draw_normal_contours(
    ax, mean=(0.0, 0.0), stddev=(1.0, 1.0), masses=(0.5, 0.9, 0.99), color=COLOURS["prior"]
):
    """Ellipses that hold these shares of the mass of a 2-D Gaussian with independent axes. Returns
    the patches.

    In two dimensions the squared radius is chi-square with two degrees, so mass m lies inside
    sqrt(-2 log(1 - m)).
    """
    radii = np.sqrt(-2 * np.log1p(-np.asarray(masses)))
    return [
        ax.add_patch(
            Ellipse(
                mean,
                2 * r * stddev[0],
                2 * r * stddev[1],
                fill=False,
                ec=color,
                lw=1.3,
                ls="--",
                zorder=1,
            )
        )
        for r in radii
    ]


def draw_codes(ax, codes, labels=None, size=9, alpha=0.65, legend=True):
    """Codes (N, 2) as dots, coloured by digit where labels (N,) are given. Returns the
    PathCollection.
    """
    codes = np.asarray(codes)
    if labels is None:
        return ax.scatter(
            codes[:, 0], codes[:, 1], s=size, alpha=alpha, color=COLOURS["q"], lw=0, zorder=2
        )
    labels = np.asarray(labels)
    colours = np.array(digit_palette())[labels % 10]
    dots = ax.scatter(codes[:, 0], codes[:, 1], s=size, alpha=alpha, c=colours, lw=0, zorder=2)
    if legend:
        for digit in np.unique(labels):
            ax.scatter([], [], s=40, color=digit_palette()[digit % 10], label=str(digit))
        ax.legend(
            title="digit",
            loc="center left",
            bbox_to_anchor=(1.0, 0.5),
            fontsize=11,
            title_fontsize=11,
            frameon=False,
            handletextpad=0.1,
        )
    return dots


def draw_ellipse(ax, mean, stddev, scale=2.0, color=COLOURS["q"], fill=True):
    """The ellipse of q(z|x) = N(mean, diag stddev^2) at `scale` standard deviations. Returns the
    patch.
    """
    return ax.add_patch(
        Ellipse(
            tuple(map(float, mean)),
            *(2 * scale * float(s) for s in stddev),
            fc=color if fill else "none",
            ec=color,
            alpha=0.5 if fill else 1.0,
            lw=1.5,
            zorder=3,
        )
    )
