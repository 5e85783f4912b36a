"""What quadrature knows: densities over the plane, and a bound whose gap closes the bar."""

import numpy as np
from matplotlib.patches import Rectangle

from .densities import draw_density
from .latent import draw_ellipse, style_plane
from .pictures import draw_picture
from .style import COLOURS, SHADES, ramp, say_on, shade

_ROOM = 0.22  # of the height of a bound's axis is above log p(x)


def draw_map(ax, axes, values, color, limit=4.0):
    """Non-negative values (n1, n2) over the plane, white at 0 and `color` at their maximum.

    Returns the AxesImage. axes: coordinates along z_1 and z_2, evenly spaced.
    """
    values = np.asarray(values)
    style_plane(ax, limit)
    half = [(float(a[1]) - float(a[0])) / 2 for a in axes]
    extent = [float(e) for a, h in zip(axes, half) for e in (a[0] - h, a[-1] + h)]
    return shade(ax, scaled(values), extent, ramp("white", color), high=1)


def scaled(values):
    """The picture of a map: z_2 upwards, the largest value 1."""
    values = np.asarray(values)
    return (values / values.max()).T


def draw_line_posterior(ax, z, prior, posterior, q):
    """Prior, exact posterior and q over one latent, each (n,). Returns {name: (line, filling)}."""
    curves = {
        "prior": (prior, "prior $p(z)$", "--"),
        "posterior": (posterior, "exact posterior $p(z|x)$", "-"),
        "q": (q, "$q(z|x)$", "-"),
    }
    artists = {
        name: draw_density(ax, z, density, COLOURS[name], label, style)
        for name, (density, label, style) in curves.items()
    }
    ax.set(xlim=(z[0], z[-1]), xlabel="$z$", ylabel="density")
    ax.legend(fontsize=11, frameon=False, loc="upper left")
    return artists


def draw_bound(ax, elbo, evidence, depth=12.0):
    """A bar up to the ELBO, the gap on top of it, and the line at log p(x) that both reach.

    depth: how many nats below log p(x) the axis shows. Returns {name: artist}.
    """
    ax.set(xlim=(0, 1), ylim=(evidence - depth, evidence + _ROOM * depth), xticks=[], ylabel="nats")
    bars = {
        "elbo": Rectangle((0.2, -1e4), 0.6, 1, color=COLOURS["q"]),
        "gap": Rectangle((0.2, 0), 0.6, 0),
    }
    bars["gap"].set(color=SHADES["marginal KL"])  # light: its number stands on it
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
        y=(evidence + max(elbo, floor)) / 2 if wide else evidence + 0.14 * depth,
        text=f"gap {evidence - elbo:.2f}",
        color="white" if wide else "black",
    )
    shown = elbo > floor + 0.09 * depth
    artists["elbo_text"].set(
        y=elbo - 0.02 * depth if shown else floor + 0.08 * depth,
        text=f"ELBO {elbo:.2f}",
        color="white" if shown else "black",
    )


def draw_gap_parts(ax, *parts, names=("approximation gap", "amortisation gap")):
    """Gaps of single images as stacked bars sorted by their sum, a part (B,) on the other.

    Returns a container a part. names: of the parts, from below: what the family cannot reach, then
    what one encoder for all costs (Cremer and others 2018). All are parts of one KL, so they share
    its colour.
    """
    parts = np.asarray([np.asarray(part, float) for part in parts])
    if len(parts) != len(names):
        raise ValueError(f"{len(parts)} parts need as many names, and not {list(names)}")
    parts = parts[:, np.argsort(parts.sum(0))]
    below, shades = np.cumsum(parts, 0) - parts, ramp(COLOURS["kl"], "#D9C9E6")
    places = np.arange(parts.shape[1])
    bars = [
        ax.bar(places, part, 1.0, low, color=shades(i / max(len(parts) - 1, 1)), label=name)
        for i, (part, low, name) in enumerate(zip(parts, below, names))
    ]
    say_on(ax, "test digits, sorted by gap", "gap in nats").set_xlim(-0.5, len(places) - 0.5)
    ax.legend(fontsize=12, frameon=False, loc="upper left")
    return bars


def draw_bounds_by_samples(ax, counts, mean, stderr, elbo, evidence):
    """Importance-weighted bounds by the number of samples, ± 2 s.e., up to log p(x)."""
    style = dict(fmt="o-", color=COLOURS["q"], capsize=4, label="IWAE bound ± 2 s.e.")
    points = ax.errorbar(counts, mean, 2 * np.asarray(stderr), **style)
    exact = ax.axhline(evidence, color=COLOURS["posterior"], lw=3, label="exact $\\log p(x)$")
    low = ax.axhline(elbo, color=COLOURS["q"], lw=2, ls="--", label="exact ELBO")
    ax.set(xscale="log", xlabel="samples K", ylabel="nats per digit, mean")
    ax.legend(fontsize=12, frameon=False, loc="center right")
    return points, exact, low


def draw_bayes(axes, grid_axes, state, shape):
    """A digit with its hidden pixels, and prior, likelihood and posterior as maps, on four Axes.

    state: picture (P,), seen (P,) Boolean, prior, likelihood and posterior (n1, n2), each up to a
    factor, mean and stddev (2,) of q(z|x). Returns {name: artist}, with "moving" the ones that a
    view changes.
    """
    picture, *maps = axes
    artists = {"picture": draw_picture(picture, state["picture"], shape, title="what is seen")}
    hidden = ramp("#00000000", "#E3B7CF")
    artists["hidden"] = picture.imshow(~state["seen"].reshape(shape), cmap=hidden, vmin=0, vmax=1)
    titles = {
        "prior": "prior $p(z)$",
        "likelihood": "$\\times$ likelihood $p(x|z)$",
        "posterior": "$\\propto$ posterior",
    }
    for ax, (name, title) in zip(maps, titles.items()):
        artists[name] = draw_map(ax, grid_axes, state[name], COLOURS[name])
        say_on(ax, y=None if name == "prior" else "", title=title)
        ax.set(xticks=[-3, 0, 3], yticks=[-3, 0, 3])
    artists["q"] = draw_ellipse(maps[-1], state["mean"], state["stddev"], fill=False)
    artists["q"].set_label("$q(z|x)$, all pixels, 2σ")
    legend = maps[-1].legend(handles=[artists["q"]], fontsize=11, frameon=False, loc="upper right")
    moving = [artists[name] for name in ("picture", "hidden", "likelihood", "posterior", "q")]
    # lie on top of the maps
    spines = [spine for ax in axes for spine in ax.spines.values()]
    artists["moving"] = [*moving, legend, *spines]
    return artists


def move_bayes(artists, state, smooth=True):
    """Give the artists of `draw_bayes` new values."""
    shape = artists["picture"].get_array().shape
    artists["picture"].set_data(state["picture"].reshape(shape))
    # smoothing would let hidden pixels shine through beside the seen ones
    whole = bool(np.all(state["seen"]))
    artists["picture"].set_interpolation("bicubic" if smooth and whole else "nearest")
    artists["hidden"].set_data(~state["seen"].reshape(shape))
    for name in ("prior", "likelihood", "posterior"):
        artists[name].set_data(scaled(state[name]))
    artists["q"].set_center(state["mean"])
    artists["q"].set(width=4 * float(state["stddev"][0]), height=4 * float(state["stddev"][1]))
