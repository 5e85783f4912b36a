"""Densities on a line, an integrand with its sign, an estimate that settles as samples arrive."""

import numpy as np

from .style import COLOURS, SHADES


def draw_density(ax, z, density, color, label=None, style="-"):
    """A density over z, both (n,), as a curve with a light filling. Returns (line, filling)."""
    (line,) = ax.plot(z, density, style, color=color, lw=2.4, label=label)
    return line, ax.fill_between(z, 0 * np.asarray(density), density, color=color, alpha=0.18, lw=0)


def move_density(artists, z, density):
    """Give the (line, filling) of `draw_density` new values."""
    line, filling = artists
    line.set_data(z, density)
    filling.set_verts([_outline(z, density)])


def draw_integrand(ax, z, values):
    """Values over z, the area above zero in the KL's colour, below in its shade: three artists."""
    (line,) = ax.plot(z, values, color="black", lw=1.4)
    ax.axhline(0, color="black", lw=0.8)
    zero, style = 0 * np.asarray(z), dict(alpha=0.6, lw=0)
    above = ax.fill_between(z, zero, np.maximum(values, 0), color=SHADES["information"], **style)
    below = ax.fill_between(z, zero, np.minimum(values, 0), color=SHADES["marginal KL"], **style)
    return line, above, below


def move_integrand(artists, z, values):
    """Give the artists of `draw_integrand` new values."""
    line, above, below = artists
    line.set_data(z, values)
    above.set_verts([_outline(z, np.maximum(values, 0))])
    below.set_verts([_outline(z, np.minimum(values, 0))])


def draw_running_estimate(ax, counts, estimate, stderr, truth):
    """A running mean over `counts` samples, two standard errors, the truth: three artists."""
    ends, colour = (estimate - 2 * stderr, estimate + 2 * stderr), COLOURS["data"]
    band = ax.fill_between(counts, *ends, color=colour, alpha=0.35, lw=0)
    (line,) = ax.plot(counts, estimate, color=colour, lw=2, label="mean over samples ± 2 s.e.")
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


def draw_kl(axes, state, tight=True):
    """Two densities, the integrand of their divergence, and its estimate by samples, on three Axes.

    state: a dict of z, q, p, integrand (n,); counts, estimate, stderr (m,); truth; names, such as
    ("q", "p"), the first being the one under which the mean is taken. tight: axes fit this state;
    a view, whose curves move, has round limits instead. Returns {name: artists}.
    """
    left, middle, right = axes
    z, colours = state["z"], {"q": COLOURS["q"], "p": COLOURS["prior"]}
    artists = {
        name: draw_density(left, z, state[name], colours[name], f"${name}(z)$")
        for name in ("p", "q")
    }
    left.set(xlim=(-5, 5), xlabel="$z$", title="densities")
    left.legend(fontsize=12, frameon=False, loc="upper left")
    artists["integrand"] = draw_integrand(middle, z, state["integrand"])
    middle.set(xlim=(-5, 5), xlabel="$z$", title="integrand: the area is the KL")
    numbers = [state[key] for key in ("counts", "estimate", "stderr", "truth")]
    artists["estimate"] = draw_running_estimate(right, *numbers)
    right.set(title="the same by samples", ylabel="nats")
    if tight:
        middle.margins(y=0.25)  # room for the formula
        right.margins(y=0.1)
    else:
        left.set_ylim(0, 2)
        top, high = round_limit(state["integrand"].max()), round_limit(state["truth"])
        middle.set_ylim(-0.3 * top, top)
        right.set_ylim(-0.15 * high, high)
    right.legend(fontsize=11, frameon=False, loc="lower right")
    paper = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8}
    artists["text"] = middle.text(
        0.04, 0.97, "", va="top", fontsize=12, transform=middle.transAxes, bbox=paper
    )
    move_kl(artists, state)
    return artists


def move_kl(artists, state):
    """Give the artists of `draw_kl` new values."""
    z = state["z"]
    for name in ("q", "p"):
        move_density(artists[name], z, state[name])
    move_integrand(artists["integrand"], z, state["integrand"])
    numbers = [state[key] for key in ("counts", "estimate", "stderr", "truth")]
    move_running_estimate(artists["estimate"], *numbers)
    first, second = state["names"]
    integrand = f"${first}\\,(\\log {first} - \\log {second})$"
    artists["text"].set_text(f"{integrand}\nKL({first} || {second}) = {state['truth']:.3f}")


def round_limit(value):
    """A round upper limit for an axis on which `value` must be seen."""
    limits = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 500.0)
    return next((limit for limit in limits if value < 0.8 * limit), 2000.0)
