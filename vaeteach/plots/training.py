"""What happens while a model trains: terms of the bound, trade-offs, gradients."""

import numpy as np

from .style import COLOURS, SERIES, say_on

TERMS = {"log_likelihood": "likelihood", "kl": "kl", "value": "q"}  # quantity -> colour
NAMES = {"log_likelihood": "log-likelihood", "kl": "KL", "value": "ELBO"}


def draw_loss_terms(axes, frame, split="test", color=None, label=None):
    """One panel for each axis in `axes`.

    log-likelihood, KL and, with a third axis, the ELBO, against the epoch. frame:
    `History.frame()`. Each panel has its own scale, because the terms differ by a factor of ten and
    more. Returns one Line2D a panel.
    """
    lines = []
    for ax, quantity in zip(axes, TERMS):
        rows = frame[(frame.split == split) & (frame.quantity == quantity)]
        colour = color or COLOURS[TERMS[quantity]]
        (line,) = ax.plot(rows.epoch, rows.nats, "-", color=colour, lw=2, label=label)
        say_on(ax, "epoch", title=NAMES[quantity])
        lines.append(line)
    say_on(axes[0], y="nats per image")
    return lines


def draw_running_means(ax, estimates, exact=None):
    """Running means over 1, 2, … S estimates of one number, {name: array (S,)}.

    A better estimator settles earlier. `exact` is drawn in the colour of what is exact. Returns the
    Line2D of each.
    """
    lines = []
    for (name, values), colour, style in zip(estimates.items(), SERIES, ("-", "--", "-.", ":")):
        values = np.asarray(values, float)
        mean = np.cumsum(values) / np.arange(1, len(values) + 1)
        lines += ax.plot(np.arange(1, len(values) + 1), mean, style, color=colour, lw=2, label=name)
    if exact is not None:
        ax.axhline(exact, color=COLOURS["posterior"], lw=2, zorder=1)
    ax.set_xscale("log")
    say_on(ax, "number of samples averaged").legend(fontsize=11, frameon=False)
    return lines


def draw_trade_off(ax, kl, log_likelihood, labels):
    """One dot a model.

    KL against log-likelihood, joined in order, over lines on which their difference is constant.
    kl, log_likelihood: (M,) nats per image; labels: M texts. The lines are those of equal ELBO at
    beta = 1. Returns the Line2D of the models.
    """
    kl, log_likelihood = np.asarray(kl, float), np.asarray(log_likelihood, float)
    (line,) = ax.plot(kl, log_likelihood, "o-", color=COLOURS["q"], lw=1.5, ms=8, zorder=3)
    # to the right and to the left in turns
    for i, (x, y, label) in enumerate(zip(kl, log_likelihood, labels)):
        place = dict(xytext=(9, -13)) if i % 2 else dict(xytext=(-9, 7), ha="right")
        ax.annotate(label, (x, y), textcoords="offset points", fontsize=11, **place)
    ax.margins(0.16)
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    ends = np.array([left, right])
    step = max(1.0, round((high - low + right - left) / 7))
    for level in np.arange(np.floor((low - right) / step) * step, high - left, step):
        ax.plot(ends, ends + level, color=COLOURS["prior"], lw=0.8, alpha=0.6, zorder=1)
    ax.set(xlim=(left, right), ylim=(low, high))
    say_on(ax, "KL(q(z|x) || p(z)), nats per image", "log-likelihood, nats per image")
    return line


def draw_kl_by_dimension(ax, kls):
    """Grouped bars.

    For each name in `kls` the KL of every latent dimension, (D,) nats, largest first. Returns one
    BarContainer a name.
    """
    import pandas as pd
    import seaborn

    ranked = {name: np.sort(np.asarray(values, float))[::-1] for name, values in kls.items()}
    frame = pd.DataFrame(
        [(name, d + 1, nats) for name, values in ranked.items() for d, nats in enumerate(values)],
        columns=["model", "latent", "nats"],
    )
    colours = list(SERIES[: len(kls)])
    seaborn.barplot(frame, x="latent", y="nats", hue="model", palette=colours, saturation=1, ax=ax)
    say_on(ax, "latent dimension, largest KL first", "nats per image")
    ax.legend(fontsize=11, frameon=False)
    return ax.containers
