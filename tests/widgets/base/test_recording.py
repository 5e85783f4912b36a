"""A recording holds what the kernel draws at the same settings, and leaves the view as it was."""

import base64
import json
from types import SimpleNamespace

import ipywidgets
import numpy as np
import pytest
from shown import brought, shown

from vaeteach.plots import new_figure
from vaeteach.widgets.base import FigureView
from vaeteach.widgets.base import recording as module
from vaeteach.widgets.base.recording import STEPS, positions


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


def test_positions_hold_the_present_one_and_come_again_among_finer_ones():
    slider = ipywidgets.FloatSlider(value=0.13, min=-3, max=3, step=0.01)
    coarse, *_, fine = [positions(slider, steps) for steps in STEPS]
    assert 0.13 in coarse and set(coarse) < set(fine) and len(fine) <= STEPS[-1] + 1
    assert np.allclose(np.diff(fine), fine[1] - fine[0]) and fine[-1] - fine[0] > 5
    whole = ipywidgets.IntSlider(value=2, max=6)
    assert positions(whole, STEPS[-1]) == [0, 1, 2, 3, 4, 5, 6]
    assert positions(ipywidgets.Checkbox(value=True), 3) == [False, True]


@pytest.fixture(scope="module")
def recorded():
    view = Dot()
    view.record()
    return view, view.recording


def set_to(view, at):
    view.fill.value = ["full", "none"][at[2]]
    view.x.value, view.y.value = at[0], at[1]


def test_every_kept_picture_is_what_the_kernel_draws(recorded):
    view, recording = recorded
    assert (view.x.value, view.y.value, view.fill.value) == (0.13, 1, "full")
    for state in recording["states"][::5]:
        set_to(view, state["at"])
        image = SimpleNamespace(
            background=base64.b64decode(recording["backgrounds"][state["background"]]),
            part=base64.b64decode(state["part"]),
            place=state["place"],
        )
        assert state["alt"] == view.alt
        assert (shown(SimpleNamespace(image=image)) == shown(view)).all()
    set_to(view, recording["start"])


def test_each_choice_has_lines_along_each_slider_and_the_first_two_a_grid(recorded):
    _, recording = recorded
    settings = {tuple(state["at"]) for state in recording["states"]}
    x, y, fill = recording["start"]
    for chosen in (0, 1):
        assert len({s[0] for s in settings if s[1:] == (y, chosen)}) >= 7
        assert {s[1] for s in settings if (s[0], s[2]) == (x, chosen)} == set(range(-3, 4))
    assert len([s for s in settings if s[0] != x and s[1] != y and s[2] == fill]) >= 8
    assert len(recording["backgrounds"]) == 1


def test_a_recording_keeps_within_its_budget(monkeypatch):
    monkeypatch.setattr(module, "BUDGET", 15_000)
    view = Dot()
    view.record()
    size = len(json.dumps(view.recording))
    assert 10_000 < size < 20_000 and view.recording["start"] == [0.13, 1, 0]


class Film(Dot):
    """A dot that hops to the right by itself; whether it is filled puts it back."""

    def __init__(self):
        super().__init__()
        self.film = self.y, 100
        self.fill.observe(lambda change: setattr(self.x, "value", 2.0), "value")

    def in_use(self):
        return [self.y, self.fill]


def test_a_film_has_every_position_and_a_choice_does_in_a_page_what_it_does_here():
    view = Film()
    view.record()
    states = [tuple(state["at"]) for state in view.recording["states"]]
    assert view.recording["film"] == [1, 100]
    assert {y for x, y, f in states if (x, f) == (0.13, 0)} == set(range(-3, 4))
    assert {x for x, y, f in states if f == 1} == {2.0}  # as the view itself moved it
    assert {x for x, y, f in states if f == 0} == {0.13}  # not in use: no pictures along it


def test_an_exported_page_holds_it_only_when_asked(recorded, monkeypatch):
    assert "text/html" not in Dot()._repr_mimebundle_()[0]
    text = recorded[0]._repr_mimebundle_()[0]["text/html"]
    assert brought(text)["state"]["recording"] == json.loads(json.dumps(recorded[1]))
    assert "http" not in text.replace("data:", "")
    monkeypatch.setenv("VAETEACH_RECORD", "1")
    monkeypatch.setattr(module, "MOST", 2)
    assert "text/html" in Dot()._repr_mimebundle_()[0]
