"""The aggregate posterior against the prior: maps, marginals, radius, moments, the KL."""

import numpy as np

from .style import COLOURS, SHADES, ramp, say_on, shade

_PRIOR = dict(color=COLOURS["prior"], lw=2.5, alpha=0.8, zorder=1)
_RATIO = ramp(COLOURS["alarm"], "white", COLOURS["q"])


def draw_plane_density(ax, axis, log_density, color=COLOURS["q"], top=None):
    """A density on the grid axis x axis, log_density (M, M) with rows for the second latent.

    Returns the AxesImage. top: the density that gets the full colour, its own maximum if not given;
    two densities side by side are compared with the same top.
    """
    extent = (axis[0], axis[-1]) * 2
    return shade(ax, np.exp(log_density), extent, ramp("white", color), high=top)


def draw_log_ratio(ax, axis, log_ratio, limit=3.0):
    """log q(z) - log p(z) on a grid.

    Blue where the codes crowd, red where the prior has mass and q has none. Values beyond +-limit
    nats keep the last colour. Returns the AxesImage, for a colour bar.
    """
    log_ratio = np.clip(log_ratio, -limit, limit)
    return shade(ax, log_ratio, (axis[0], axis[-1]) * 2, _RATIO, -limit, limit)


def draw_marginals(ax, axis, densities, prior):
    """The lines of single latents' densities (D, M) over axis (M,), then the prior's (M,)."""
    lines = []
    for d, density in enumerate(densities):
        style = dict(color=COLOURS["q"], ls=("-", "--", ":", "-.")[d % 4], lw=2)
        lines += ax.plot(axis, density, label=f"$q(z_{d + 1})$", **style)
    lines += ax.plot(axis, prior, label="prior", **_PRIOR)
    say_on(ax, title="each latent alone").set(yticks=[], xlim=(axis[0], axis[-1]), ylim=(0, 0.85))
    ax.legend(fontsize=11, frameon=False, loc="upper right", handlelength=1.6)
    return lines


def draw_radius(ax, axis, density, law):
    """Both lines: the density of the radius ||z|| under q (M,), and the chi law of the prior."""
    lines = ax.plot(axis, density, color=COLOURS["q"], lw=2, label="$q$")
    lines += ax.plot(axis, law, label="prior", **_PRIOR)
    say_on(ax, title="radius").set(yticks=[], xlim=(0, axis[-1]), ylim=(0, 1.2))
    ax.legend(fontsize=11, frameon=False, loc="upper right")
    return lines


def draw_moment_bars(ax, within, between, labels=None, legend=True):
    """Stacked bars, (D,) each: variance within the posteriors, and between their means.

    A line at 1. Returns two BarContainers; `move_moment_bars` gives them new heights.
    """
    places = np.arange(len(within))
    names = r"within, $\langle\sigma^2\rangle$", r"between, var $\mu$"
    bars = (
        ax.bar(places, within, color=SHADES["within"], label=names[0]),
        ax.bar(places, between, bottom=within, color=SHADES["between"], label=names[1]),
    )
    ax.axhline(1, color=COLOURS["prior"], ls="--", lw=1.5)
    ax.set_xticks(places, labels or [f"$z_{{{d + 1}}}$" for d in places], fontsize=12)
    ax.set_title("variance", fontsize=13)
    if legend:
        columns, room = (2, 1.3) if len(within) > 3 else (1, 1.6)
        ax.legend(fontsize=11, frameon=False, loc="upper center", ncols=columns)
        top = float((np.asarray(within) + np.asarray(between)).max())
        ax.set_ylim(0, room * max(1.1, top))
    return bars


def move_moment_bars(bars, within, between):
    """New heights for what `draw_moment_bars` returned."""
    for low, high, w, b in zip(*bars, within, between):
        low.set_height(w)
        high.set_y(w)
        high.set_height(b)


def draw_kl_split(ax, epochs, information, marginal):
    """Both areas of the mean KL over the epochs: information below, marginal KL on top."""
    parts = np.asarray(information), np.maximum(marginal, 0)
    names = ["information", "marginal KL"]
    areas = ax.stackplot(epochs, *parts, labels=names, colors=[SHADES[name] for name in names])
    say_on(ax, "epoch", "nats", "mean KL, split")
    ax.set(xlim=(min(epochs), max(epochs)), ylim=(0, 1.4 * max(sum(parts))))
    # above the areas, where nothing changes the colour of the swatches
    ax.legend(fontsize=11, frameon=False, loc="upper left")
    return areas
