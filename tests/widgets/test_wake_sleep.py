"""The view Wake and sleep, and the drawings of binary units: what the artists hold, without a
browser.
"""

import numpy as np
import pytest
import torch
from shown import shown

from vaeteach.data import load
from vaeteach.machines import HelmholtzMachine, WakeSleep, all_states, record
from vaeteach.plots.discrete import draw_moment, draw_price, draw_unit_marginals, draw_unit_paths
from vaeteach.plots.style import new_figure
from vaeteach.widgets import WakeAndSleep

NIGHTS = 4


@pytest.fixture(scope="module")
def digits():
    return load("digits").binarized()


@pytest.fixture(scope="module")
def runs(digits):
    def run(learn):
        machine = HelmholtzMachine([64, 5], learn_prior=learn)
        return record(WakeSleep(machine, digits.train[:400], lr=2e-2), NIGHTS, digits.test[:100])

    return {"learns": run(True), "frozen": run(False)}


def test_a_record_has_a_moment_for_every_phase(runs, digits):
    for name, moments in runs.items():
        assert [m.phase for m in moments] == ["start"] + ["wake", "sleep"] * NIGHTS
        assert all(m.elbo <= m.log_marginal + 1e-5 for m in moments)
        assert moments[-1].elbo > moments[0].elbo + 10
        for day, night in zip(moments[1::2], moments[2::2]):
            assert torch.equal(day.prior, night.prior)  # nothing generative moves at night
            assert day.log_marginal == night.log_marginal
        for before, day in zip(moments[::2], moments[1::2]):
            assert torch.equal(before.average, day.average)  # nothing of recognition moves by day
        assert (moments[-1].prior == 0.5).all() == (name == "frozen")


def test_a_record_ends_where_the_machine_stands(digits):
    machine = HelmholtzMachine([64, 5])
    trainer = WakeSleep(machine, digits.train[:400], lr=2e-2)
    last = record(trainer, 2, digits.test[:100])[-1]
    assert torch.equal(last.prior, machine.prior().mean)
    assert last.log_marginal == machine.exact(digits.test[:100]).log_marginal.mean().item()
    assert torch.equal(last.average, machine.average_posterior(trainer.x) @ all_states(5))


def test_every_control_changes_the_picture(runs, digits):
    view = WakeAndSleep(runs, digits.shape)
    for control, value in (
        (view.phase, 2 * NIGHTS),
        (view.run, "frozen"),
        (view.smooth, False),
        (view.phase, 1),
    ):
        before, alt = shown(view).tobytes(), view.alt
        control.value = value
        assert shown(view).tobytes() != before
        assert view.alt != alt or control is view.smooth


def test_the_artists_show_the_moment(runs, digits):
    view = WakeAndSleep(runs, digits.shape)
    for name in runs:
        view.run.value, view.phase.value = name, 5
        moment = runs[name][5]
        assert np.allclose([bar.get_height() for bar in view.artists.bars], moment.prior)
        assert np.allclose(view.artists.dots.get_ydata(), moment.average)
        assert np.allclose(view.artists.exact.get_ydata(), [m.log_marginal for m in runs[name]])
        assert np.allclose(
            view.artists.dreams.get_array()[2:10, 2:10], moment.dreams[0].reshape(8, 8)
        )
        assert "awake" in view.artists.title.get_text() and f"{moment.elbo:.2f}" in view.alt


def test_play_drives_the_phase(runs, digits):
    view = WakeAndSleep(runs, digits.shape)
    assert (view.play.min, view.play.max) == (view.phase.min, view.phase.max) == (0, 2 * NIGHTS)


def test_runs_that_do_not_go_together_are_refused(runs, digits):
    with pytest.raises(ValueError, match="one length"):
        WakeAndSleep({"a": runs["learns"], "b": runs["learns"][:3]}, digits.shape)
    with pytest.raises(ValueError, match="one length"):
        WakeAndSleep({}, digits.shape)


def test_drawings_return_artists_that_hold_the_data(runs, digits):
    figure, axes = new_figure(8, 6, columns=2, rows=2)
    artists = draw_moment(axes, runs["learns"], 3, digits.shape)
    assert artists.now.get_xdata() == [3, 3]
    assert len(artists.flat()) == 7 + 5
    figure, (one, two, three) = new_figure(8, 12, rows=3)
    bars, dots = draw_unit_marginals(one, [0.2, 0.7], [0.3, 0.6])
    assert [b.get_height() for b in bars] == [0.2, 0.7] and list(dots.get_ydata()) == [0.3, 0.6]
    prior, average = draw_unit_paths(two, [0, 1, 2], np.full((3, 2), 0.2), np.full((3, 2), 0.4))
    assert list(prior[1].get_ydata()) == [0.2] * 3 and list(average[0].get_ydata()) == [0.4] * 3
    dots, line = draw_price(three, [0.1, 0.5], [[0.3, 0.4], [0.0, 0.1]], ([0.1, 0.5], [0.37, 0.0]))
    assert list(dots.get_ydata()) == [0.3, 0.4, 0.0, 0.1] and list(line.get_ydata()) == [0.37, 0.0]
    figure.canvas.draw()
