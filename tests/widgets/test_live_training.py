"""LiveTraining without a browser: what its buttons and sliders do, how often it answers, what it
costs.
"""

import statistics
import threading
import time

import numpy as np
import pytest
import torch
from shown import brought

from vaeteach import load
from vaeteach.support import exclusive
from vaeteach.widgets import LiveTraining
from vaeteach.widgets import live_training as module
from vaeteach.widgets.live_training_canvas import FRAMES, KEPT


@pytest.fixture(scope="module")
def data():
    return load("digits").binarized()


@pytest.fixture
def make(data):
    made = []

    def build(**options):
        made.append(LiveTraining(data, **{"steps": 400, **options}))
        return made[-1]

    yield build
    for view in made:
        view.stop()


def codes(view):
    return np.frombuffer(view.canvas.codes, "<f4").reshape(-1, 2)


def curve(view):
    return np.frombuffer(view.canvas.curve, "<f4").reshape(-1, 4)


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def test_before_the_first_step(make):
    view = make()
    assert not view.training and "ready" in view.canvas.status
    assert view.speed.label == "as fast as it goes"  # no empty field
    assert codes(view).shape == (module.SHOWN, 2) and len(curve(view)) == 1
    with torch.no_grad():
        expected = view.model.encode(view.data.train[: module.SHOWN]).mean.numpy()
    assert np.allclose(codes(view), expected, atol=1e-6)
    assert view.canvas.alt and "ELBO" in view.canvas.alt


def test_a_whole_run(make):
    view = make()
    before = codes(view).copy()
    view.start()
    assert view.wait(60)
    assert "finished" in view.canvas.status and view.start_button.description == "Start"
    rows = curve(view)
    assert (np.diff(rows[:, 0]) >= 0).all() and rows[-1, 0] > 10
    assert np.allclose(rows[:, 3], rows[:, 1] - rows[:, 2], atol=1e-3)  # what is shown adds up
    assert rows[-1, 3] > rows[0, 3] + 2  # and it has learned
    assert np.abs(codes(view) - before).max() > 0.5
    assert view.history.last() == pytest.approx(rows[-1, 3], abs=2)


def test_pause_go_on_stop(make):
    view = make(steps=100_000)
    view.start()
    until(lambda: view.updates > 3)
    view.pause()
    until(lambda: "paused" in view.canvas.status)
    time.sleep(0.3)
    held = view.updates
    time.sleep(0.4)
    assert view.updates == held and view.training and view.start_button.description == "Go on"
    view.start()
    until(lambda: view.updates > held + 2)
    view.stop()
    assert not view.training and "stopped" in view.canvas.status
    assert view.history.stopped == "stopped by on_step"


def test_stop_while_paused(make):
    view = make(steps=100_000)
    view.start()
    until(lambda: view.updates > 2)
    view.pause()
    view.stop()
    assert not view.training


def test_buttons_do_the_same(make):
    view = make(steps=100_000)
    view.start_button.click()
    until(lambda: view.training and view.updates > 2)
    view.start_button.click()
    assert "paused" in view.canvas.status
    view.start_button.click()
    view.stop_button.click()
    assert not view.training
    view.reset_button.click()
    assert "ready" in view.canvas.status and len(view.canvas.past) == 1


def test_runs_are_kept_and_the_oldest_goes(make):
    view = make(steps=60)
    for i in range(KEPT + 2):
        view.seed.value = i
        view.start()
        view.wait(60)
        until(lambda: "finished" in view.canvas.status)
    view.reset()
    labels = [run["label"] for run in view.canvas.past]
    assert len(labels) == KEPT and labels[-1].endswith(f"seed {KEPT + 1}")
    assert all(len(run["rows"]) % 4 == 0 for run in view.canvas.past)


def test_beta_acts_in_the_middle_of_a_run(make):
    view = make(steps=100_000)
    view.start()
    until(lambda: curve(view)[-1, 2] > 0.5)  # KL
    view.beta.value = 100
    until(lambda: curve(view)[-1, 2] < 0.1)
    view.reset()
    assert "β 1 → 1e+02" in view.canvas.past[-1]["label"]


def test_settings_make_another_model(make):
    view = make()
    view.latent_dim.value = 5
    assert view.model.prior().event_shape == (5,) and codes(view).shape == (module.SHOWN, 2)
    view.width.value = 16
    assert view.model.encoder.net[0].out_features == 16
    weights = view.model.encoder.net[0].weight.clone()
    view.seed.value = 3
    assert not torch.equal(view.model.encoder.net[0].weight, weights)


def test_one_latent_is_spread_out_by_digit(make):
    view = make()
    view.latent_dim.value = 1
    assert len(set(codes(view)[:, 1].tolist())) == 10 and view.canvas.radii == []


def test_with_many_latents_the_busiest_two_are_shown(make):
    view = make(steps=600)
    view.latent_dim.value = 10
    view.start()
    view.wait(60)
    until(lambda: "finished" in view.canvas.status)
    with torch.no_grad():
        q = view.model.encode(view.data.train[: module.SHOWN])
    spread = q.mean.std(0)
    assert codes(view).std(0).min() > 0.6 * spread.sort().values[-2]


def test_the_same_settings_give_the_same_run(make):
    first, second = make(steps=100), make(steps=100)
    for view in (first, second):
        view.start()
        view.wait(60)
        until(lambda view=view: "finished" in view.canvas.status)
    for a, b in zip(first.model.parameters(), second.model.parameters()):
        assert torch.equal(a, b)


def test_trouble_in_the_thread_is_said(make):
    view = make()
    with torch.no_grad():
        view.model.decoder.net[-1].bias.fill_(float("nan"))
    view.start()
    view.wait(60)
    until(lambda: "NaN" in view.canvas.status or "nan" in view.canvas.status)
    assert not view.training


def test_still_picture(make):
    view = make(steps=60)
    view.start()
    view.wait(60)
    assert view.still().startswith(b"\x89PNG")
    bundle = view._repr_mimebundle_()[0]
    assert {"image/png", "text/plain"} <= set(bundle)


def test_grey_pixels_with_a_fitting_likelihood():
    for likelihood in ("gaussian", "continuous_bernoulli"):
        view = LiveTraining(load("digits"), likelihood=likelihood, steps=60)
        view.start()
        view.wait(60)
        until(lambda view=view: "finished" in view.canvas.status)


def test_others_can_read_the_model_meanwhile(make):
    view = make(steps=100_000)
    view.start()
    until(lambda: view.updates > 2)
    waits = []
    for _ in range(20):
        start = time.perf_counter()
        with exclusive():
            waits.append(time.perf_counter() - start)
    assert statistics.median(waits) < 0.5
    assert threading.active_count() < 50


def test_pictures_cost_less_than_a_fifth(make):
    """At fourteen pictures a second, their processor time must stay below a fifth: one is at most
    14 ms.
    """
    view = make()
    view._picture(1.0)
    costs = []
    for i in range(30):
        start = time.thread_time()
        view._picture(float(i))
        costs.append(time.thread_time() - start)
    assert statistics.median(costs) < 0.2 * module.INTERVAL
    assert 1 / module.INTERVAL >= 10


def frames(view):
    epochs = np.frombuffer(view.canvas.frame_epochs, "<f4")
    return epochs, np.frombuffer(view.canvas.frames, "<f4").reshape(-1, module.SHOWN, 2)


def test_a_single_step_and_then_another(make):
    view = make()
    per_epoch = -(-len(view.data.train) // 64)
    for number in (1, 2):
        view.step_button.click()
        until(lambda: view.canvas.status == "paused")
        assert curve(view)[-1, 0] * per_epoch == pytest.approx(number, abs=1e-3)
    view.start()
    until(lambda: curve(view)[-1, 0] * per_epoch > 10)


def test_slow_motion_takes_so_many_steps_a_second_and_shows_each(make):
    view = make(steps=100_000)
    view.speed.value = 20
    view.start()
    until(lambda: view.updates > 4)
    before, start = view.updates, time.monotonic()
    time.sleep(1.5)
    shown, seconds = view.updates - before, time.monotonic() - start
    assert 2 < shown <= 20 * seconds + 2
    steps = np.diff(curve(view)[-shown + 1 :, 0]) * -(-len(view.data.train) // 64)
    assert np.allclose(steps, 1, atol=1e-2)
    view.speed.label = "as fast as it goes"  # acts at once
    until(lambda: view.updates > before + shown + 3)


def test_past_runs_can_be_forgotten(make):
    view = make(steps=60)
    view.start()
    view.wait(60)
    view.reset()
    assert len(view.canvas.past) == 1
    view.forget_button.click()
    assert view.canvas.past == []


def test_a_run_can_be_gone_through_when_it_rests(make):
    view = make(steps=600)
    first = codes(view).copy()
    view.start()
    until(lambda: view.updates > 5)
    assert len(frames(view)[0]) == 0  # nothing is sent twice while it runs
    view.wait(60)
    until(lambda: "finished" in view.canvas.status)
    epochs, pictures = frames(view)
    assert epochs[0] == 0 and (np.diff(epochs) > 0).all()
    assert np.allclose(pictures[0], first) and np.allclose(pictures[-1], codes(view))
    view.start()
    assert len(frames(view)[0]) == 0


def test_a_long_run_keeps_a_bounded_number_of_frames(make):
    view = make()
    for i in range(1000):
        view.canvas.keep(float(i), np.full((module.SHOWN, 2), float(i)))
    kept = [epoch for epoch, _ in view.canvas.film]
    assert FRAMES // 2 <= len(kept) <= 2 * FRAMES and kept[-1] > 950
    gaps = np.diff(kept)
    assert gaps.max() <= 2 * gaps[len(gaps) // 2]


def test_a_picture_that_comes_twice_is_kept_once(make):
    view = make()
    for epoch in (1.0, 2.0, 2.0):
        view.canvas.keep(epoch, np.full((module.SHOWN, 2), epoch))
    assert [epoch for epoch, _ in view.canvas.film] == [0.0, 1.0, 2.0]


def test_the_page_of_a_run_holds_its_recording(make):
    view = make(steps=60)
    view.start()
    view.wait(60)
    until(lambda: "finished" in view.canvas.status)
    page = view._repr_mimebundle_()[0]["text/html"]
    data = brought(page)
    assert data["state"]["recorded"] and data["binary"]["frames"]


def test_a_page_plays_two_runs_each_with_the_other_as_a_thin_line(make):
    view = make(steps=60)
    view.record()
    view.record()  # once is enough
    data = brought(view.page(view.still()))
    runs, binary = data["state"]["runs"], data["binary"]
    assert [run["label"].split(",")[0] for run in runs] == ["β 1", "β 4"]
    assert [[past["label"] for past in run["past"]] for run in runs] == [
        [runs[1]["label"]],
        [runs[0]["label"]],
    ]
    assert binary["frames 0"] != binary["frames 1"] and binary["frames"] == binary["frames 0"]
    assert view.beta.value == 1
