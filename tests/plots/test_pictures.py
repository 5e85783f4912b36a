"""Figures that show themselves, sheets of pictures, codes in the colours of their digits."""

import numpy as np

from vaeteach.plots.latent import draw_codes
from vaeteach.plots.pictures import draw_picture_grid
from vaeteach.plots.style import new_figure


def test_a_figure_shows_itself_in_a_notebook():
    figure, _ = new_figure(3, 2, alt="Nothing yet.")
    png, metadata = figure._repr_png_()
    assert png.startswith(b"\x89PNG")
    assert metadata == {"width": 300, "height": 200, "alt": "Nothing yet."}


def test_a_grid_holds_each_picture_where_it_belongs():
    _, ax = new_figure(3, 2)
    pictures = np.stack([np.full((4, 4), i / 3) for i in range(3)])
    sheet = draw_picture_grid(ax, pictures, (4, 4), columns=2).get_array()
    assert sheet.shape == (2 * 4 + 3, 2 * 4 + 3)
    assert (
        (sheet[1:5, 6:10] == 1 / 3).all()
        and (sheet[6:10, 1:5] == 2 / 3).all()
        and (sheet[:, 0] == 0).all()
    )


def test_codes_keep_the_colour_of_their_digit():
    _, ax = new_figure(3, 2)
    dots = draw_codes(ax, [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], [3, 3, 7])
    colours = dots.get_facecolors()
    assert (dots.get_offsets() == [[0, 1], [2, 3], [4, 5]]).all()
    assert (colours[0] == colours[1]).all() and (colours[0] != colours[2]).any()
