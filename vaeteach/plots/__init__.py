"""Drawing: `draw_*` functions take an Axes and arrays and return the artists. Nothing is computed or shown here."""

from .latent import draw_codes, draw_ellipse, draw_normal_contours, style_plane
from .pictures import draw_picture, draw_picture_grid
from .style import COLOURS, digit_palette, new_figure

__all__ = [
    "COLOURS",
    "digit_palette",
    "draw_codes",
    "draw_ellipse",
    "draw_normal_contours",
    "draw_picture",
    "draw_picture_grid",
    "new_figure",
    "style_plane",
]
