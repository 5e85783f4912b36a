"""What quadrature knows: densities over the latent plane as maps, and a bound whose gap closes the bar."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from .densities import draw_density
from .latent import style_plane
from .style import COLOURS

_ROOM = 0.22  # of the height of a bound's axis is above log p(x)


def draw_map(ax, axes, values, color, limit=4.0):
    """Non-negative values (n1, n2) over the plane, white at 0 and `color` at their maximum. Returns the AxesImage.

    axes: coordinates along z_1 and z_2, evenly spaced.
    """
    values = np.asarray(values)
    style_plane(ax, limit)
    half = [(float(a[1]) - float(a[0])) / 2 for a in axes]
    extent = [float(e) for a, h in zip(axes, half) for e in (a[0] - h, a[-1] + h)]
    ramp = LinearSegmentedColormap.from_list("", ["white", color])
    return ax.imshow(
        scaled(values), cmap=ramp, vmin=0, vmax=1, extent=extent, origin="lower", interpolation="bilinear", zorder=0
    )


def scaled(values):
    """The picture of a map: z_2 upwards, the largest value 1."""
    values = np.asarray(values)
    return (values / values.max()).T


def draw_line_posterior(ax, z, prior, posterior, q):
    """Prior, exact posterior and q over one latent, each (n,). Returns {name: (line, filling)}."""
    artists = {
        "prior": draw_density(ax, z, prior, COLOURS["prior"], "prior $p(z)$", "--"),
        "posterior": draw_density(ax, z, posterior, COLOURS["posterior"], "exact posterior $p(z|x)$"),
        "q": draw_density(ax, z, q, COLOURS["q"], "$q(z)$"),
    }
    ax.set(xlim=(z[0], z[-1]), xlabel="$z$", ylabel="density")
    ax.legend(fontsize=11, frameon=False, loc="upper left")
    return artists


def draw_bound(ax, elbo, evidence, depth=12.0):
    """A bar from below up to the ELBO, the gap on top of it, and the line at log p(x) that both reach together.

    depth: how many nats below log p(x) the axis shows. Returns {name: artist}.
    """
    ax.set(xlim=(0, 1), ylim=(evidence - depth, evidence + _ROOM * depth), xticks=[], ylabel="nats")
    bars = {"elbo": Rectangle((0.2, -1e4), 0.6, 1, color=COLOURS["q"]), "gap": Rectangle((0.2, 0), 0.6, 0)}
    bars["gap"].set(color=COLOURS["alarm"])
    artists = {name: ax.add_patch(bar) for name, bar in bars.items()}
    artists["line"] = ax.axhline(evidence, color=COLOURS["posterior"], lw=4)
    options = {"ha": "center", "fontsize": 12}
    artists["evidence_text"] = ax.text(0.5, 0, "", va="bottom", **options)
    artists["gap_text"] = ax.text(0.5, 0, "", va="center", **options)
    artists["elbo_text"] = ax.text(0.5, 0, "", va="top", color="white", **options)
    move_bound(artists, elbo, evidence, depth)
    return artists


def move_bound(artists, elbo, evidence, depth=12.0):
    """Give the artists of `draw_bound` new values; axis limits stay with whoever owns them."""
    floor = evidence - depth
    artists["elbo"].set_bounds(0.2, floor, 0.6, max(elbo - floor, 0))
    artists["gap"].set_bounds(0.2, max(elbo, floor), 0.6, evidence - max(elbo, floor))
    artists["line"].set_ydata([evidence, evidence])
    artists["evidence_text"].set(y=evidence + 0.02 * depth, text=f"log p(x) = {evidence:.2f}")
    wide = evidence - elbo > 0.09 * depth  # else the gap has no room for its number
    artists["gap_text"].set(
        y=(evidence + max(elbo, floor)) / 2 if wide else evidence + 0.14 * depth, text=f"gap {evidence - elbo:.2f}"
    )
    shown = elbo > floor + 0.09 * depth
    artists["elbo_text"].set(
        y=elbo - 0.02 * depth if shown else floor + 0.08 * depth,
        text=f"ELBO {elbo:.2f}",
        color="white" if shown else "black",
    )


def draw_gap_parts(ax, family, amortisation):
    """Gaps of single images, both parts (B,), sorted by their sum, as stacked bars. Returns the two containers."""
    order = np.argsort(np.asarray(family) + np.asarray(amortisation))
    family, amortisation, n = np.asarray(family)[order], np.asarray(amortisation)[order], np.arange(len(order))
    low = ax.bar(n, family, width=1.0, color=COLOURS["posterior"], label="family: no Gaussian does better")
    high = ax.bar(
        n, amortisation, width=1.0, bottom=family, color=COLOURS["q"], label="amortisation: one encoder for all"
    )
    ax.set(xlabel="test digits, sorted by gap", ylabel="gap in nats", xlim=(-0.5, len(n) - 0.5))
    ax.legend(fontsize=12, frameon=False, loc="upper left")
    return low, high


def draw_bounds_by_samples(ax, counts, mean, stderr, elbo, evidence):
    """Importance-weighted bounds over the number of samples with two standard errors, between ELBO and log p(x)."""
    points = ax.errorbar(
        counts, mean, 2 * np.asarray(stderr), fmt="o-", color=COLOURS["q"], capsize=4, label="IWAE bound"
    )
    exact = ax.axhline(evidence, color=COLOURS["posterior"], lw=3, label="exact $\\log p(x)$")
    low = ax.axhline(elbo, color=COLOURS["prior"], lw=2, ls="--", label="exact ELBO")
    ax.set(xscale="log", xlabel="samples K", ylabel="nats per digit, mean")
    ax.legend(fontsize=12, frameon=False, loc="center right")
    return points, exact, low
