"""A figure in two parts: what is sent is the least that changed, and it looks as if painted
anew.
"""

import io

import numpy as np
import pytest
from PIL import Image

from vaeteach.plots import new_figure
from vaeteach.widgets.base.blit import Blit, encode, png


@pytest.fixture
def figure_and_line():
    figure, ax = new_figure(4, 2)
    ax.set(xlim=(0, 1), ylim=(0, 10))
    (line,) = ax.plot([0.4, 0.6], [2, 2], lw=4, color="k")
    return figure, line


def test_the_part_is_the_smallest_rectangle_that_changed(figure_and_line):
    figure, line = figure_and_line
    for spine in line.axes.spines.values():
        spine.set_visible(False)
    blit = Blit(figure, [line])
    (x, y), part = blit.change()
    whole = blit.picture()
    differs = (whole != blit.background).any(-1)
    assert differs[y : y + part.shape[0], x : x + part.shape[1]].sum() == differs.sum() > 0
    for edge in (part[0], part[-1], part[:, 0], part[:, -1]):
        assert edge[..., 3].any()
    line.set_visible(False)
    (_, _), part = blit.change()
    assert part.size == 0 and encode(part) == b""


def test_lossless(figure_and_line):
    blit = Blit(figure_and_line[0], [figure_and_line[1]])
    part = blit.change()[1]
    back = np.asarray(Image.open(io.BytesIO(encode(part))).convert("RGBA"))
    assert (back == part).all()
    whole = np.asarray(Image.open(io.BytesIO(png(blit.picture()))))
    assert (whole == blit.picture()[..., :3]).all()


def test_a_picture_that_moves_does_not_erase_the_frame():
    figure, ax = new_figure(3, 3)
    image = ax.imshow(np.zeros((4, 4)), cmap="gray_r")
    ax.spines[:].set_visible(False)  # as on a globe
    blit = Blit(figure, [image])
    ax.spines[:].set_visible(True)
    blitted = blit.picture().copy()
    for artist in [image, *ax.spines.values()]:
        artist.set_animated(False)
    figure.canvas.draw()
    assert (blitted == np.asarray(figure.canvas.buffer_rgba())).all()


def test_what_grows_gets_room_when_asked(figure_and_line):
    figure, line = figure_and_line
    blit = Blit(figure, [line])
    blit.picture()
    line.axes.set_title("high\nabove\nall", fontsize=20)
    blit.renew()
    blit.picture()
    assert line.axes.title.get_window_extent().y1 > figure.bbox.height  # cut off
    blit.renew(layout=True)
    blit.picture()
    assert line.axes.title.get_window_extent().y1 <= figure.bbox.height


def test_more_pixels_for_a_finer_screen(figure_and_line):
    blit = Blit(figure_and_line[0], [figure_and_line[1]])
    assert blit.picture().shape == (200, 400, 4)
    blit.set_ratio(2)
    (x, y), part = blit.change()
    assert blit.background.shape == (400, 800, 4) and part.shape[1] > 80
