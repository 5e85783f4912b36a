"""The pattern of all views over a figure: painted once, moved in place, newest only, never two at a
time.
"""

import base64
import io
import threading

import ipywidgets
import numpy as np
import pytest
from matplotlib import pyplot
from PIL import Image

from vaeteach.plots.latent import draw_codes
from vaeteach.plots.pictures import draw_picture_grid
from vaeteach.plots.style import new_figure
from vaeteach.support import exclusive
from vaeteach.widgets.figure import FigureView


class Level(FigureView):
    """A horizontal line that a slider lifts."""

    def __init__(self):
        figure, ax = new_figure(4, 2)
        ax.set(ylim=(0, 10))
        self.level = ipywidgets.IntSlider(value=2, min=0, max=10)
        (self.line,) = ax.plot([0, 1], [2, 2], lw=4, color="k")
        self.moves = []
        super().__init__(figure, [self.line], [self.level], alt="A line.")

    def move(self):
        self.moves.append(self.level.value)
        self.line.set_ydata([self.level.value] * 2)
        self.alt = f"A line at {self.level.value}."


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("L")).astype(int)


def test_a_value_set_from_python_moves_the_picture_and_its_alt_text():
    view = Level()
    before = pixels(view.image.value)
    view.level.value = 9
    after = pixels(view.image.value)
    assert view.image.alt == "A line at 9." and "vaeteach-view" in view._dom_classes

    def row_of_line(image):
        return np.median(np.nonzero(image[:, image.shape[1] // 2] < 60)[0])

    assert row_of_line(after) < row_of_line(before) - 50


def test_the_blitted_picture_equals_one_painted_anew():
    view = Level()
    view.level.value = 7
    blitted = pixels(view.image.value)
    view.refresh()
    assert (blitted == pixels(view.image.value)).all()


def test_pyplot_knows_nothing_of_it():
    Level()
    assert pyplot.get_fignums() == []


def test_events_that_arrive_while_painting_are_merged_into_the_newest():
    view = Level()
    entered, go_on, move = threading.Event(), threading.Event(), view.move

    def slow():
        entered.set()
        go_on.wait(10)
        move()

    view.move, view.moves = slow, []
    first = threading.Thread(target=lambda: setattr(view.level, "value", 3))
    first.start()
    entered.wait(10)
    for value in (4, 5, 6, 7, 8):  # while the first is being painted
        view.level.value = value
    go_on.set()
    first.join(10)
    assert view.moves[-1] == 8 and len(view.moves) <= 2 and view.image.alt == "A line at 8."


def test_it_waits_for_a_model_that_is_being_changed():
    view, done = Level(), []
    with exclusive():
        other = threading.Thread(target=lambda: (setattr(view.level, "value", 5), done.append(1)))
        other.start()
        other.join(0.3)
        assert not done
    other.join(10)
    assert done and view.image.alt == "A line at 5."


def test_an_error_in_a_callback_does_not_lock_the_view():
    view, move = Level(), None
    move, view.move = view.move, lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        view.level.value = 3
    view.move = move
    view.level.value = 4
    assert view.image.alt == "A line at 4."


def test_without_a_kernel_the_picture_stays():
    bundle = Level()._repr_mimebundle_()
    assert (
        base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
        and bundle["text/plain"] == "A line at 2."
    )


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
