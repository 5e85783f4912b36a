"""A prior where it lives, on the plane, in the box or on a globe, with codes and samples on it."""

import contourpy
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba_array

from .latent import draw_digit_legend
from .style import COLOURS, digit_palette, ramp, say_on, shade

LIMITS = {"plane": (-5.0, 5.0), "box": (-0.04, 1.04), "sphere": (-1.06, 1.06)}
PIXELS = 71  # of the picture of the density, an axis
_GREYS = ramp("white", "#b9b9b9")


def pixel_grid(space, turn=0.0):
    """Points (PIXELS^2, D) in which to ask for a prior's density, row by row from below.

    NaN beside a globe. turn: degrees by which the globe is turned about its axis; its picture shows
    the half that faces us.
    """
    low, high = LIMITS[space] if space != "box" else (0.0, 1.0)
    axis = np.linspace(low, high, PIXELS) if space != "box" else (np.arange(PIXELS) + 0.5) / PIXELS
    x, y = np.meshgrid(axis, axis)
    if space != "sphere":
        return np.stack([x, y], -1).reshape(-1, 2)
    with np.errstate(invalid="ignore"):
        towards = np.sqrt(1 - x**2 - y**2)
    return _facing(turn, back=True)(np.stack([x, y, towards], -1).reshape(-1, 3))


def seen_from_front(points, turn=0.0):
    """(x, y, front), (N,) each, of points on the sphere, seen tilted by 20 degrees."""
    x, y, towards = _facing(turn)(np.asarray(points, dtype=float)).T
    return x, y, towards >= 0


def _facing(turn, back=False):
    """The rotation from the sphere's own axes (z up) to (right, up, towards us), or back."""
    turn, tilt = np.radians(turn), np.radians(20.0)
    about = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    tilted = np.array(
        [[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]]
    )
    matrix = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]) @ tilted @ about
    return lambda points: points @ (matrix if back else matrix.T)


def style_latent_space(ax, space):
    """Give the Axes the limits and labels of the plane, the box or the globe. Returns it."""
    low, high = LIMITS[space]
    ax.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    globe = space == "sphere"
    say_on(ax, "" if globe else "$z_1$", "" if globe else "$z_2$")
    ax.tick_params(**dict.fromkeys(("bottom", "left", "labelbottom", "labelleft"), not globe))
    ax.spines[:].set_visible(not globe)
    return ax


def draw_prior(ax, density, space, masses=(0.5, 0.9, 0.99)):
    """The density at `pixel_grid(space)`, (PIXELS^2,), as grey shading.

    With lines that hold these shares of its mass. Returns (image, lines). Lines are absent where
    the density is flat, and on a globe, half of whose mass is hidden.
    """
    low, high = LIMITS[space] if space != "box" else (0.0, 1.0)
    blank = np.zeros((PIXELS, PIXELS))
    image = shade(ax, blank, (low, high) * 2, _GREYS, high=1, smooth=space != "sphere")
    lines = ax.add_collection(LineCollection([], colors=COLOURS["prior"], linewidths=1.3, zorder=1))
    style_latent_space(ax, space)
    move_prior((image, lines), density, space, masses)
    return image, lines


def move_prior(artists, density, space, masses=(0.5, 0.9, 0.99)):
    """Show another density, in another space if need be, in the artists of `draw_prior`."""
    image, lines = artists
    low, high = LIMITS[space] if space != "box" else (0.0, 1.0)
    field = np.asarray(density, dtype=float).reshape(PIXELS, PIXELS)
    top = np.nanmax(field)
    image.set_extent((low, high) * 2)
    image.set_data(np.ma.masked_invalid(field / top * 0.85 if top > 0 else field))
    lines.set_segments(_contours(field, low, high, space, masses))


def _contours(field, low, high, space, masses):
    filled = np.nan_to_num(field)
    inside = field[np.isfinite(field)]
    if space == "sphere" or inside.max() - inside.min() < 1e-3 * inside.max():
        return []
    falling = np.sort(filled.ravel())[::-1]
    levels = [falling[np.searchsorted(np.cumsum(falling) / falling.sum(), mass)] for mass in masses]
    half = (high - low) / PIXELS / 2 if space == "box" else 0.0
    axis = np.linspace(low + half, high - half, PIXELS)
    lines = contourpy.contour_generator(axis, axis, np.ma.masked_invalid(field))
    return [segment for level in levels for segment in lines.lines(level)]


def draw_globe(ax, turn=0.0):
    """Outline, meridians and parallels of the half that faces us. Returns the LineCollection."""
    style_latent_space(ax, "sphere")
    style = dict(colors=COLOURS["prior"], linewidths=0.8, alpha=0.6, zorder=1)
    return ax.add_collection(LineCollection(globe_lines(turn), **style))


def globe_lines(turn):
    """The lines of the globe as arrays (n, 2), for `set_segments`."""
    around, along = np.linspace(0, 2 * np.pi, 181), np.linspace(-np.pi / 2, np.pi / 2, 91)
    places = [(np.full(181, p), around) for p in np.radians([-60, -30, 0, 30, 60])]
    places += [(along, np.full(91, m)) for m in np.radians(np.arange(0, 360, 30))]
    segments = [np.stack([np.cos(around), np.sin(around)], -1)]
    for p, m in places:  # latitude and longitude
        curve = np.stack([np.cos(p) * np.cos(m), np.cos(p) * np.sin(m), np.sin(p)], -1)
        x, y, front = seen_from_front(curve, turn)
        segments.append(np.where(front[:, None], np.stack([x, y], -1), np.nan))
    return segments


def draw_prior_codes(ax, codes, labels, space, turn=0.0, size=9, legend=False):
    """Codes (N, D) coloured by digit, faint behind a globe: the PathCollection."""
    if legend:
        draw_digit_legend(ax, labels)
    dots = ax.scatter([], [], s=size, lw=0, zorder=2)
    move_prior_codes(dots, codes, labels, space, turn)
    return dots


def move_prior_codes(dots, codes, labels, space, turn=0.0):
    """Move the dots of `draw_prior_codes`."""
    codes = np.asarray(codes, dtype=float)
    colours = to_rgba_array(digit_palette(), 0.65)[np.asarray(labels) % 10]
    if space == "sphere":
        x, y, front = seen_from_front(codes, turn)
        colours[:, 3] = np.where(front, 0.75, 0.1)
        codes = np.stack([x, y], -1)
    dots.set_offsets(codes)
    dots.set_facecolors(colours)
