"""What moves when the latents are written anew, and what stands still; a paired comparison."""

import numpy as np

from .latent import draw_codes, draw_normal_contours, normal_radii, style_plane
from .pictures import draw_picture_grid, picture_sheet
from .style import COLOURS

COLUMNS = 4  # of pictures


def draw_band(ax, x, mean, half_width, color=COLOURS["q"], label=None, style="-"):
    """(line, band): a line through mean (n,) over x (n,), and a band of +- half_width (n,)."""
    x, mean, half_width = map(np.asarray, (x, mean, half_width))
    band = ax.fill_between(x, mean - half_width, mean + half_width, color=color, alpha=0.2, lw=0)
    (line,) = ax.plot(x, mean, style, color=color, lw=2, label=label)
    return line, band


def draw_codes_and_prior(ax, codes, labels, prior_mean, prior_stddev, limit=6.0, numerals=True):
    """Codes (N, 2) by digit over a Gaussian prior's contours: (dots, [three ellipses])."""
    style_plane(ax, limit)
    dots = draw_codes(ax, codes, labels, legend=False, numerals=numerals)
    return dots, draw_normal_contours(ax, tuple(prior_mean), tuple(prior_stddev))


def draw_weight_vectors(ax, encoder, decoder, limit=4.0):
    """The weights beside the latents as dots in the plane, one a hidden unit.

    encoder (H, 2): what a unit adds to the mean of q(z|x). decoder (H, 2): along which direction of
    z a unit responds. Returns the two PathCollections.
    """
    style_plane(ax, limit, ("towards $z_1$", "towards $z_2$"))
    ax.axhline(0, color="0.85", lw=1, zorder=0)
    ax.axvline(0, color="0.85", lw=1, zorder=0)
    style = dict(s=18, alpha=0.7, lw=0)
    rows = (
        (encoder, dict(color=COLOURS["q"], marker="o", label="encoder's last layer")),
        (decoder, dict(color=COLOURS["likelihood"], marker="s", label="decoder's first layer")),
    )
    dots = [ax.scatter(*np.asarray(vectors).T, **style, **own) for vectors, own in rows]
    ax.legend(loc="upper left", fontsize=11, framealpha=0.9, borderpad=0.3, handletextpad=0.1)
    return dots


def draw_absorption(axes, state, labels, shape):
    """Codes and prior, weights, and pictures with the bound, on three Axes.

    They show one way to write a model's latents. state: a dict with codes (N, 2), prior_mean,
    prior_stddev (2,), encoder, decoder (H, 2), pictures (M, P), and bound, the floats
    (log_likelihood, kl, value). labels: (N,). shape: of a picture. Returns the artists by name.
    """
    plane, weights, pictures = axes
    prior = state["prior_mean"], state["prior_stddev"]
    dots, ellipses = draw_codes_and_prior(plane, state["codes"], labels, *prior, numerals=False)
    plane.set_title("codes, and the prior's contours", fontsize=13)
    # room for a stretch; fixed, so that the dots move and not it
    limit = 1.7 * float(np.abs(state["decoder"]).max())
    encoder, decoder = draw_weight_vectors(weights, state["encoder"], state["decoder"], limit)
    weights.set_title("weights beside the latents", fontsize=13)
    grid = draw_picture_grid(pictures, state["pictures"], shape, columns=COLUMNS)
    pictures.set_title("rebuilt digits, then new ones", fontsize=13)
    below = dict(transform=pictures.transAxes, ha="center", va="top", fontsize=13, linespacing=1.5)
    text = pictures.text(0.5, -0.03, _in_words(state["bound"]), **below)
    weights = dict(encoder=encoder, decoder=decoder)
    return dict(dots=dots, ellipses=ellipses, **weights, pictures=grid, text=text)


def move_absorption(artists, state, shape):
    """Move the artists of `draw_absorption` to another state."""
    artists["dots"].set_offsets(state["codes"])
    for name in ("encoder", "decoder"):
        artists[name].set_offsets(state[name])
    for ellipse, radius in zip(artists["ellipses"], normal_radii()):
        ellipse.set_center(tuple(state["prior_mean"]))
        ellipse.set_width(2 * radius * state["prior_stddev"][0])
        ellipse.set_height(2 * radius * state["prior_stddev"][1])
    artists["pictures"].set_data(picture_sheet(state["pictures"], shape, COLUMNS))
    artists["text"].set_text(_in_words(state["bound"]))


def _in_words(bound):
    log_likelihood, kl, value = (f"{number:.3f}".replace("-", "\N{MINUS SIGN}") for number in bound)
    return f"test ELBO {value} nats\n= {log_likelihood} \N{MINUS SIGN} {kl} (KL)"
