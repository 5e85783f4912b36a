"""A recording holds what the kernel draws at the same settings, and leaves the view as it was."""

import base64
import json
import re
from types import SimpleNamespace

import ipywidgets
import numpy as np
import pytest
from shown import shown

from vaeteach.plots import new_figure
from vaeteach.widgets.base import FigureView
from vaeteach.widgets.base.recording import GRID, positions


class Dot(FigureView):
    """A dot in the plane, filled or not."""

    def __init__(self):
        super().__init__()
        figure, ax = new_figure(3, 3)
        ax.set(xlim=(-3, 3), ylim=(-3, 3))
        (self.dot,) = ax.plot([0], [0], "o", ms=12)
        self.x = ipywidgets.FloatSlider(value=0.13, min=-3, max=3, step=0.01, description="x")
        self.y = ipywidgets.IntSlider(value=1, min=-3, max=3, description="y")
        self.fill = ipywidgets.Dropdown(options=[("yes", "full"), ("no", "none")], description="f")
        self.show(figure, [self.dot], [self.x, self.y, self.fill])

    def move(self):
        self.dot.set_data([self.x.value], [self.y.value])
        self.dot.set_fillstyle(self.fill.value)
        self.alt = f"A dot at ({self.x.value:.2f}, {self.y.value}), {self.fill.value}."


def test_positions_hold_the_present_one_and_no_more_than_asked():
    slider = ipywidgets.FloatSlider(value=0.13, min=-3, max=3, step=0.01)
    values = positions(slider, 21)
    assert 0.13 in values and len(values) <= 21
    assert np.allclose(np.diff(values), values[1] - values[0]) and values[-1] - values[0] > 5
    assert positions(ipywidgets.IntSlider(value=2, max=6), 21) == [0, 1, 2, 3, 4, 5, 6]
    assert positions(ipywidgets.Checkbox(value=True), 3) == [False, True]


@pytest.fixture(scope="module")
def recorded():
    view = Dot()
    view.record()
    return view, view.recording


def test_every_kept_picture_is_what_the_kernel_draws(recorded):
    view, recording = recorded
    axes = [control["positions"] for control in recording["controls"]]
    assert (view.x.value, view.y.value, view.fill.value) == (0.13, 1, "full")
    for key in list(recording["pictures"])[::5]:
        kept = recording["pictures"][key]
        i, j, k = map(int, key.split(","))
        view.x.value, view.y.value = float(axes[0][i]), axes[1][j]
        view.fill.value = ["full", "none"][k]
        image = SimpleNamespace(
            background=base64.b64decode(recording["backgrounds"][kept["background"]]),
            part=base64.b64decode(kept["part"]),
            place=kept["place"],
        )
        assert kept["alt"] == view.alt
        assert (shown(SimpleNamespace(image=image)) == shown(view)).all()
    view.x.value, view.y.value, view.fill.value = 0.13, 1, "full"


def test_it_holds_each_line_and_the_grid_of_the_first_two(recorded):
    _, recording = recorded
    settings = [tuple(map(int, key.split(","))) for key in recording["pictures"]]
    start = tuple(recording["at"])
    for k, control in enumerate(recording["controls"]):
        along = {s[k] for s in settings if s[:k] + s[k + 1 :] == start[:k] + start[k + 1 :]}
        assert along == set(range(len(control["positions"])))
    assert len({(i, j) for i, j, k in settings if k == start[2]}) >= (GRID - 1) ** 2
    assert len(recording["backgrounds"]) == 1


def test_an_exported_page_holds_it_only_when_asked(recorded):
    assert "text/html" not in Dot()._repr_mimebundle_()[0]
    text = recorded[0]._repr_mimebundle_()[0]["text/html"]
    kept = json.loads(re.search(r"play\((\{.*\}), document", text).group(1))
    assert kept["pictures"].keys() == recorded[1]["pictures"].keys()
    assert "http" not in text.replace("data:", "")
