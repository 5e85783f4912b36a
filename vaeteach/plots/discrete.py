"""Binary units: how often each is on under prior and q, and what a fixed prior costs."""

from typing import NamedTuple

import numpy as np
from matplotlib.container import BarContainer
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.text import Text

from .pictures import draw_picture_grid, picture_sheet
from .style import COLOURS, say_on

COLUMNS = 8  # pictures in a row
_ABOVE = dict(fontsize=11, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
WHAT_MOVED = {
    "start": "before the first day",
    "wake": "awake: the generative half learns",
    "sleep": "asleep: the recognition half learns",
}


def style_units(ax, n, label="unit of the top layer"):
    """Prepare and return an Axes for the share of time, 0 to 1, that each of n units is on."""
    ax.set(xlim=(0.4, n + 0.6), ylim=(0, 1), xticks=range(1, n + 1))
    return say_on(ax, label, "share of the time on")


def draw_unit_marginals(ax, prior, average, legend=True):
    """(bars of the prior, dots of the average posterior) of n units: both (n,) in [0, 1]."""
    prior, average = np.asarray(prior), np.asarray(average)
    units = np.arange(1, len(prior) + 1)
    ax.axhline(0.5, color="k", lw=0.8, ls=":", zorder=0)
    bars = ax.bar(units, prior, width=0.7, color=COLOURS["prior"], alpha=0.55, label="prior p(h)")
    style = dict(color=COLOURS["q"], ms=10, label="average posterior ⟨q(h|x)⟩")
    (dots,) = ax.plot(units, average, "o", **style)
    if legend:
        ax.legend(**_ABOVE)
    return bars, dots


def draw_unit_paths(ax, epochs, prior, average):
    """Lines of T moments for H units.

    Prior (T, H) grey and dashed over average posterior (T, H) blue. Returns (prior lines, average
    lines). Where both lie on each other the prior has become the average posterior.
    """
    epochs, prior, average = map(np.asarray, (epochs, prior, average))
    lower = ax.plot(epochs, average, color=COLOURS["q"], lw=2.6, alpha=0.75)
    upper = ax.plot(epochs, prior, color="0.3", lw=1.3, ls="--")
    lower[0].set_label("average posterior ⟨p(h|v)⟩")
    upper[0].set_label("the model's own p(h)")
    ax.set(ylim=(0, 1), xlim=(epochs.min(), epochs.max()))
    say_on(ax, "epoch", "share of the time on").legend(**_ABOVE)
    return upper, lower


def draw_evidence_path(ax, log_p, floor):
    """Exact mean log p(x) of test images, (T,), over epochs, and that of independent pixels.

    Returns (line, floor line). The axis begins near the floor: one early value may lie below it.
    """
    (line,) = ax.plot(np.asarray(log_p), color=COLOURS["posterior"], lw=2.5, label="exact log p(x)")
    low = ax.axhline(float(floor), color="k", lw=1.3, ls="--", label="independent pixels")
    ax.set(xlabel="epoch", ylabel="nats for a test image")
    ax.set_ylim(float(floor) - 4, float(np.max(np.asarray(log_p))) + 1)
    ax.legend(fontsize=11, frameon=False, loc="lower right")
    return line, low


def draw_price(ax, shares, loss, ceiling, label=None):
    """Nats lost by a prior frozen at 1/2.

    Loss (S, R) of R runs at each of S shares, and the ceiling over a grid. ceiling: (grid (G,),
    nats (G,)). Returns (dots, line); the dots are runs, the line is the theory.
    """
    shares, loss = np.asarray(shares, float), np.asarray(loss, float)
    (line,) = ax.plot(*ceiling, color="k", lw=1.5, ls="--", label="KL(share ∥ 1/2)")
    style = dict(ms=8, alpha=0.7, color=COLOURS["kl"], label=label)
    (dots,) = ax.plot(np.repeat(shares, loss.shape[1]), loss.ravel(), "o", **style)
    ax.axhline(0, color="k", lw=0.8)
    say_on(ax, "share of the rarer class", "nats per image").legend(fontsize=11, frameon=False)
    return dots, line


class MomentArtists(NamedTuple):
    """What moves in a picture of one moment of wake-sleep; `move_moment` moves it."""

    seen: AxesImage
    dreams: AxesImage
    bars: BarContainer
    dots: Line2D
    exact: Line2D
    bound: Line2D
    now: Line2D
    title: Text

    def flat(self):
        """All artists, bars one by one, in the order in which they are painted."""
        first, second, bars, *others = self
        return [first, second, *bars, *others]


def draw_moment(axes, moments, index, shape, smooth=True, limits=None):
    """One moment of wake-sleep on 2 x 2 Axes.

    What is seen, what is dreamt, the units' marginals, the bound so far. moments: objects with
    phase, prior, average, log_marginal, elbo, seen, dreams (see `wake_sleep.Moment`); limits: of
    the nats axis, those of these moments if not given. Returns MomentArtists.
    """
    (left, right), (units, history) = axes
    images = []
    for ax, title in ((left, "awake: real digits"), (right, "asleep: dreams x ~ p(x)")):
        images.append(draw_picture_grid(ax, moments[0].seen, shape, COLUMNS, smooth))
        ax.set_title(title, fontsize=12)
    style_units(units, len(moments[0].prior))
    bars, dots = draw_unit_marginals(units, moments[0].prior, moments[0].average)
    (exact,) = history.plot([], [], color=COLOURS["posterior"], lw=2, label="log p(x), exact")
    (bound,) = history.plot([], [], color=COLOURS["q"], lw=2, label="bound")
    now = history.axvline(0, color="k", lw=1.5)
    history.set(xlim=(0, len(moments) - 1), ylim=limits or nats_limits(moments))
    say_on(history, "phase (wake, sleep, wake, …)", "nats per test image")
    history.legend(fontsize=11, frameon=False, loc="lower right")
    title = history.set_title(" ", fontsize=12)
    artists = MomentArtists(*images, bars, dots, exact, bound, now, title)
    move_moment(artists, moments, index, shape)
    return artists


def move_moment(artists, moments, index, shape):
    """Move the artists of `draw_moment` to another moment, or to other moments. Returns them."""
    moment = moments[index]
    artists.seen.set_data(picture_sheet(moment.seen, shape, COLUMNS))
    artists.dreams.set_data(picture_sheet(moment.dreams, shape, COLUMNS))
    for bar, height in zip(artists.bars, moment.prior):
        bar.set_height(float(height))
    artists.dots.set_ydata(np.asarray(moment.average))
    steps = np.arange(len(moments))
    artists.exact.set_data(steps, [m.log_marginal for m in moments])
    artists.bound.set_data(steps, [m.elbo for m in moments])
    artists.now.set_xdata([index, index])
    artists.title.set_text(WHAT_MOVED[moment.phase])
    return artists


def nats_limits(*runs):
    """Limits of the nats axis for all but the first eighth of these runs, which falls far below."""
    late = [m.elbo for moments in runs for m in moments[len(moments) // 8 :]]
    top = max(m.log_marginal for moments in runs for m in moments)
    return min(late), top + 0.1 * (top - min(late))
