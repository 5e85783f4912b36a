"""Two levels: what a point of the upper plane, or a label, says about the lower one."""

import numpy as np

from .latent import draw_codes, draw_ellipse, draw_normal_contours, style_plane
from .pictures import draw_picture_grid
from .style import COLOURS

COLUMNS = 4  # of pictures


def draw_two_levels(axes, state, classes, shape):
    """A place of the upper plane, p(z|u) among the codes of the lower one, and pictures of it.

    axes: three Axes. state: a dict with upper and codes, (N, 2), here (2,), a point of the upper
    plane or None, label, its name in words, mean and stddev (2,) of p(z|u), draws (M, 2), pictures
    (1 + M, P), limit. classes: (N,). shape: of a picture. Returns the ellipse.
    """
    above, below, sheet = axes
    style_plane(above, state["limit"], ("$u_1$", "$u_2$"))
    draw_codes(above, state["upper"], classes, legend=False, numerals=False)
    draw_normal_contours(above)
    above.plot(*state["here"], "+", color="k", ms=16, mew=2.5)
    above.set_title("upper plane", fontsize=13)
    style_plane(below, state["limit"])
    draw_codes(below, state["codes"], classes, legend=False, numerals=False)
    ellipse = draw_ellipse(below, state["mean"], state["stddev"], color=COLOURS["prior"])
    ellipse.set_edgecolor("k")
    below.plot(*np.asarray(state["draws"]).T, "o", ms=7, mfc="none", mec=COLOURS["data"], mew=1.8)
    below.set_title(f"lower plane: {state['label']}", fontsize=13)
    draw_picture_grid(sheet, state["pictures"], shape, columns=COLUMNS)
    sheet.set_title("its middle, then draws", fontsize=13)
    return ellipse
