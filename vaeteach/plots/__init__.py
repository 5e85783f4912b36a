"""Drawing: `draw_*` functions take an Axes and arrays and return the artists. Nothing is computed or shown here."""

from .discrete import draw_moment, draw_price, draw_unit_marginals, draw_unit_paths, move_moment
from .latent import draw_codes, draw_ellipse, draw_normal_contours, style_plane
from .pictures import draw_picture, draw_picture_grid, picture_sheet
from .style import COLOURS, digit_palette, new_figure

__all__ = [
    "COLOURS",
    "digit_palette",
    "draw_codes",
    "draw_ellipse",
    "draw_moment",
    "draw_normal_contours",
    "draw_picture",
    "draw_picture_grid",
    "draw_price",
    "draw_unit_marginals",
    "draw_unit_paths",
    "move_moment",
    "new_figure",
    "picture_sheet",
    "style_plane",
]
