"""The pattern of all views over a figure: painted once, moved in place, the changed part sent, with
its words.
"""

import base64
import threading
import time

import ipywidgets
import numpy as np
import pytest
from matplotlib import pyplot
from shown import shown

from vaeteach.plots.style import new_figure
from vaeteach.support import exclusive
from vaeteach.widgets.base import FigureView


class Level(FigureView):
    """A horizontal line that a slider lifts."""

    def __init__(self):
        super().__init__()
        figure, self.ax = new_figure(4, 2)
        self.ax.set(ylim=(0, 10))
        self.level = ipywidgets.IntSlider(value=2, min=0, max=10)
        (self.line,) = self.ax.plot([0, 1], [2, 2], lw=4, color="k")
        self.show(figure, [self.line], [self.level])

    def move(self):
        self.line.set_ydata([self.level.value] * 2)
        self.alt = f"A line at {self.level.value}."


def test_a_value_set_from_python_moves_the_picture_and_its_alt_text():
    view = Level()
    before = shown(view)
    view.level.value = 9
    after = shown(view)
    assert view.image.alt == "A line at 9." and "vaeteach-view" in view._dom_classes

    def row_of_line(image):
        return np.median(np.nonzero(image[:, image.shape[1] // 2, 0] < 60)[0])

    assert row_of_line(after) < row_of_line(before) - 50


def test_what_the_page_puts_together_equals_a_picture_painted_anew():
    view = Level()
    view.level.value = 7
    together, background = shown(view), view.image.background
    view._blit.renew()
    assert (together == view._blit.picture()[..., :3]).all()
    for artist in [view.line, *view.ax.spines.values()]:
        artist.set_animated(False)
    view.figure.canvas.draw()
    assert (together == np.asarray(view.figure.canvas.buffer_rgba())[..., :3]).all()
    view.level.value = 3
    assert view.image.background is background  # sent once


def test_still_parts_that_change_are_painted_with_the_next_picture():
    view, move = Level(), None
    before, move = shown(view), view.move

    def with_title():
        move()
        view.ax.set_title("another")
        view.still_parts_changed()

    view.move = with_title
    view.changed()
    after = shown(view)
    assert (before[:20] != after[:20]).any() and (before[40:] == after[40:]).all()


def test_the_page_says_how_fine_its_screen_is():
    view = Level()
    assert shown(view).shape == (200, 400, 3) and view.image.width == 400
    view.image.ratio = 2.0
    assert shown(view).shape == (400, 800, 3) and view.image.width == 400


def test_slow_work_is_announced_and_quick_work_is_not():
    view, signs = Level(), []
    view._attendant.observe(lambda change: signs.append(change.new), "computing")
    view.level.value = 3
    assert signs == []
    move = view.move
    view.move = lambda: (time.sleep(0.6), move())
    view.level.value = 4
    assert signs == [True, False]


def test_pyplot_knows_nothing_of_it():
    Level()
    assert pyplot.get_fignums() == []


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
    view = Level()
    view.image.ratio = 2.0
    bundle, metadata = view._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"] == "A line at 2." and "text/html" not in bundle
    assert metadata["image/png"] == {"alt": "A line at 2.", "width": 400}
