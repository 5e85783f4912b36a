"""Codes that are rows of words: the dictionary in its plane, and what a prior says of each word."""

import numpy as np

from .pictures import draw_picture, draw_picture_grid, picture_sheet
from .style import COLOURS, ramp

COLUMNS = 6  # of sampled pictures
GREYS = ramp("white", COLOURS["prior"], "black")


def draw_dictionary(ax, words, shares, vectors=None):
    """Words (K, 2) as numbers in their plane, as large as their shares (K,) are.

    vectors: (N, 2), where the encoder put the images; drawn behind, as dots. A word that is never
    used is a red cross. Returns (dots of vectors or None, [numbers]).
    """
    words, shares = np.asarray(words), np.asarray(shares)
    dots = None
    if vectors is not None:
        dots = ax.scatter(*np.asarray(vectors).T, s=4, alpha=0.25, color=COLOURS["q"], lw=0)
    numbers = []
    for k, (place, share) in enumerate(zip(words, shares)):
        text, colour = (str(k), "black") if share > 0 else ("\N{MULTIPLICATION SIGN}", "alarm")
        size = 9 + 8 * min(share * len(words), 2)
        box = dict(boxstyle="circle,pad=0.15", fc="white", ec="0.5", lw=0.8, alpha=0.85)
        numbers.append(
            ax.text(*place, text, ha="center", va="center", fontsize=size, zorder=4,
                    color=COLOURS.get(colour, colour), bbox=box)
        )  # fmt: skip
    low, high = words.min(0), words.max(0)
    margin = 0.12 * (high - low).max() + 1e-3
    ax.set(xlim=(low[0] - margin, high[0] + margin), ylim=(low[1] - margin, high[1] + margin))
    ax.set(xticks=[], yticks=[])
    return dots, numbers


def draw_word_table(ax, table):
    """Probabilities (M, K) of K words at M positions as a map, black where a word is likely.

    Returns the AxesImage. White is 0; black is 0.3 and more.
    """
    table = np.asarray(table)
    image = ax.imshow(table, cmap=GREYS, vmin=0, vmax=0.3, aspect="auto")
    ax.set(xticks=range(table.shape[1]), yticks=range(len(table)), xlabel="word")
    ax.set_yticklabels([f"position {m + 1}" for m in range(len(table))])
    ax.tick_params(labelsize=10)
    return image


def draw_promise(ax, promised, true):
    """What the gradient promises for another word against what that word brings, in nats.

    promised, true: (N,). Dots on the diagonal are promises kept. Returns the dots.
    """
    ax.axline((0, 0), slope=1, color="0.6", lw=1, ls="--")
    ax.axhline(0, color="0.8", lw=0.8, zorder=0)
    ax.axvline(0, color="0.8", lw=0.8, zorder=0)
    dots = ax.scatter(promised, true, s=5, alpha=0.3, color=COLOURS["likelihood"], lw=0)
    ax.set_xlabel("promised by the gradient (nats)", fontsize=12)
    ax.set_ylabel("true change (nats)", fontsize=12)
    return dots


def draw_code(axes, state, shape):
    """A code: its words in the plane, the picture, what the prior says of each word, samples.

    axes: 2 x 2. state: a dict with words (K, 2), shares (K,), code (M,), picture (P,), table (M,
    K), the prior's probabilities of each word given the words before it, samples (S, P), and text.
    Returns the artists by name.
    """
    (plane, picture), (given, samples) = axes
    draw_dictionary(plane, state["words"], state["shares"])
    plane.set_title("the dictionary; blue: positions 1 to 3 of this code", fontsize=13)
    marks = [
        plane.annotate(str(m + 1), (0, 0), xytext=offset, textcoords="offset points",
                       fontsize=12, color="white", ha="center", va="center", zorder=6,
                       bbox=dict(boxstyle="circle,pad=0.2", fc=COLOURS["q"], ec="none"),
                       arrowprops=dict(arrowstyle="-", color=COLOURS["q"], lw=2, shrinkB=12))
        for m, offset in zip(range(len(state["code"])), _around(len(state["code"])))
    ]  # fmt: skip
    image = draw_picture(picture, state["picture"], shape)
    table = draw_word_table(given, state["table"])
    given.set_title("p(word | words before it)", fontsize=13)
    (rings,) = given.plot([], [], "o", ms=13, mfc="none", mec=COLOURS["q"], mew=2.5)
    sheet = draw_picture_grid(samples, state["samples"], shape, columns=COLUMNS)
    samples.set_title("codes drawn from this prior, decoded", fontsize=13)
    text = picture.set_title(" ", fontsize=13)
    artists = dict(marks=marks, picture=image, table=table, rings=rings, samples=sheet, text=text)
    move_code(artists, state, shape)
    return artists


def _around(n):
    """Offsets, in points, of n labels around a place."""
    angles = np.pi / 2 + 2 * np.pi * np.arange(n) / n
    return 30 * np.stack([np.cos(angles), np.sin(angles)], 1)


def move_code(artists, state, shape):
    """Move the artists of `draw_code` to another state."""
    for mark, word in zip(artists["marks"], state["code"]):
        mark.xy = tuple(np.asarray(state["words"])[word])
    artists["picture"].set_data(np.asarray(state["picture"]).reshape(shape))
    artists["table"].set_data(np.asarray(state["table"]))
    artists["rings"].set_data(state["code"], range(len(state["code"])))
    artists["samples"].set_data(picture_sheet(state["samples"], shape, COLUMNS))
    artists["text"].set_text(state["text"])
