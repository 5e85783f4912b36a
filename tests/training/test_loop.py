"""Training: it learns, shows itself, stops cleanly at any moment, and says what was wrong."""

import _thread
import functools
import random
import signal
import subprocess
import sys
import threading

import pytest
import torch

from vaeteach import NonFiniteBound, build_vae, elbo, fit, load
from vaeteach.support import exclusive
from vaeteach.training import loop, peak_rate, surroundings


@pytest.fixture(scope="module")
def digits():
    return load("digits").binarized()


@pytest.fixture(scope="module")
def trained(digits):
    model = build_vae(digits)
    return model, fit(model, digits, epochs=60, progress=False)


def test_the_course_model_comes_within_half_a_nat_of_a_long_run(digits, trained):
    long = fit(build_vae(digits, seed=1), digits, epochs=200, progress=False)
    frame = long.frame()
    best = frame[(frame.split == "test") & (frame.quantity == "value")].nats.max()
    assert trained[1].last() > best - 0.5


def test_the_frame_is_tidy_and_adds_up(trained):
    frame = trained[1].frame()
    assert list(frame.columns) == ["epoch", "split", "quantity", "nats"]
    wide = frame.pivot(index=["epoch", "split"], columns="quantity", values="nats")
    assert len(wide) == 2 * 60
    assert (wide.value - (wide.log_likelihood - wide.kl)).abs().max() < 1e-4


def test_snapshots_start_before_training_and_can_be_gone_back_to(digits, trained):
    model, history = trained
    assert [s.epoch for s in history.snapshots] == list(range(61))
    assert history.snapshots[0].mean.shape == history.snapshots[0].stddev.shape == (1437, 2)
    again = build_vae(digits, seed=9)
    again.load_state_dict(history.snapshots[-1].state)
    assert torch.equal(again.encode(digits.train).mean, history.snapshots[-1].mean)


def test_the_same_call_gives_the_same_numbers_and_leaves_the_global_state(digits):
    before = torch.get_rng_state()
    one, two = build_vae(digits), build_vae(digits)
    a, b = (fit(model, digits, epochs=2, seed=4, progress=False) for model in (one, two))
    assert a.rows == b.rows
    assert all(torch.equal(p, q) for p, q in zip(one.parameters(), two.parameters()))
    assert fit(build_vae(digits), digits, epochs=2, seed=5, progress=False).rows != a.rows
    assert torch.equal(before, torch.get_rng_state())


def whole_step_reference(digits, steps, epochs=400):
    """The parameters after so many steps of the same training, stopped by the documented way."""
    model = build_vae(digits, hidden=(8,))
    fit(model, digits, epochs=epochs, progress=False, on_step=lambda step: step >= steps)
    return model


def test_an_interrupt_at_any_moment_leaves_the_last_whole_step(digits):
    dice = random.Random(0)
    for first in dice.sample(range(1, 120), 10):
        # seconds after that step: somewhere inside one of the next steps
        delay = dice.uniform(0, 0.003)

        def set_off(step, first=first, delay=delay):
            if step == first:
                threading.Timer(delay, _thread.interrupt_main).start()

        model = build_vae(digits, hidden=(8,))
        history = fit(model, digits, epochs=400, progress=False, on_step=set_off)
        assert history.stopped == "interrupted" and history.steps >= first and history.last() < 0
        assert history.snapshots[-1].epoch == pytest.approx(history.steps / 23)
        reference = whole_step_reference(digits, history.steps)
        assert all(torch.equal(p, q) for p, q in zip(model.parameters(), reference.parameters()))


def interrupted_at(line, model, images):
    """fit, with a SIGINT at the line of this number of its code or of what surrounds it."""
    seen, files = [], (loop.__file__, surroundings.__file__)

    def trace(frame, event, arg):
        if frame.f_code.co_filename in files:
            seen.extend([event] * (event == "line"))
            if event == "line" and len(seen) == line:
                signal.raise_signal(signal.SIGINT)
            return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return fit(model, images, epochs=3, progress=False)
    finally:
        sys.settrace(before)


@pytest.fixture
def keyboard():
    """Ctrl-C as at a terminal; what runs in the background of a shell is started without it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_before_the_first_step_ends_as_quietly(digits, keyboard):
    """At every line from the fifth on: nothing is changed, and the history says why it is empty.

    The first four, microseconds, make the history and what interrupts run into.
    """
    start = build_vae(digits, hidden=(8,))
    for line in range(5, 1000):
        model = build_vae(digits, hidden=(8,))
        history = interrupted_at(line, model, digits.train[:64])
        assert history.stopped == "interrupted"
        if history.steps:
            break
        assert history.rows == [] and all(s.epoch == 0 for s in history.snapshots)
        assert all(torch.equal(p, q) for p, q in zip(model.parameters(), start.parameters()))
    assert line > 20 and signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("name", ["progress_bar", "check_fits", "images_of", "prepared"])
def test_an_interrupt_in_what_comes_before_the_first_step(digits, name, monkeypatch):
    """In the reading of the data, the checks or the progress; as a signal or as it is raised."""
    for raised in (functools.partial(signal.raise_signal, signal.SIGINT), interrupt):
        before = getattr(loop, name)

        def interrupted_there(*a, before=before, raised=raised, **k):
            raised()
            return before(*a, **k)

        model = build_vae(digits, hidden=(8,))
        with monkeypatch.context() as patch:
            patch.setattr(loop, name, interrupted_there)
            history = fit(model, digits, epochs=3, progress=False)
        assert (history.stopped, history.steps, history.rows) == ("interrupted", 0, [])


def interrupt():
    raise KeyboardInterrupt


@pytest.mark.parametrize("call", [1, 30])
def test_an_interrupt_inside_the_objective_is_met_too(digits, call):
    """Also in its first call, which is the check before training."""
    calls = []

    def objective(model, x, seed):
        calls.append(1)
        if len(calls) == call:
            raise KeyboardInterrupt
        return elbo(model, x, seed=seed)

    model = build_vae(digits, hidden=(8,))
    history = fit(model, digits, epochs=3, progress=False, objective=objective)
    assert history.stopped == "interrupted" and history.steps == max(0, call - 3)


def test_an_interrupt_inside_on_step_keeps_the_step(digits):
    model = build_vae(digits, hidden=(8,))
    history = fit(model, digits, epochs=3, progress=False, on_step=lambda step: interrupt())
    assert (history.stopped, history.steps) == ("interrupted", 1) and history.last() < 0
    reference = whole_step_reference(digits, 1, epochs=3)
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), reference.parameters()))


@pytest.mark.parametrize("quantity", ["log_likelihood", "kl", "value"])
def test_a_bound_that_is_not_finite_stops_with_quantity_and_step(digits, quantity):
    calls = []

    def objective(model, x, seed):
        calls.append(1)
        # call 1 is the check before training, call 25 the measurement after epoch 1
        bound = elbo(model, x, seed=seed)
        return bound._replace(**{quantity: bound.kl * torch.inf}) if len(calls) == 35 else bound

    model = build_vae(digits, hidden=(8,))
    with pytest.raises(
        NonFiniteBound, match=f"step 33: {quantity} became inf.*after epoch 1.*smaller lr"
    ) as caught:
        fit(model, digits, epochs=3, progress=False, objective=objective)
    assert (caught.value.quantity, caught.value.step) == (quantity, 33)
    assert len(caught.value.history.snapshots) == 2 and caught.value.history.last() < 0
    whole = whole_step_reference(digits, 23, epochs=3)  # one epoch is 23 batches of 64
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), whole.parameters()))


def test_a_step_size_that_is_far_too_large_is_stopped(digits):
    with pytest.raises(NonFiniteBound, match="smaller lr"):
        fit(build_vae(digits), digits, epochs=3, lr=1e20, progress=False)


def test_objectives_of_all_kinds(digits):
    def climbing(objective):
        return fit(build_vae(digits), digits, epochs=1, progress=False, objective=objective)

    assert climbing(lambda m, x: elbo(m, x).value).last() < 0
    assert climbing(functools.partial(elbo, beta=4.0)).last("kl") < 5
    with pytest.raises(ValueError, match=r"shape \(B,\).*never over the batch"):
        climbing(lambda m, x: elbo(m, x).value.mean())


def test_the_rate_falls_as_one_over_the_width_of_wide_models(digits):
    wide, twice = (build_vae(digits, hidden=(n, n)) for n in (800, 1600))
    assert peak_rate(build_vae(digits)) == 0.012
    assert peak_rate(wide) == pytest.approx(0.006) == 2 * peak_rate(twice)
    rates = {}
    for lr in (None, 0.006, 0.012):
        model = build_vae(digits, hidden=(800, 800))
        fit(model, digits.train[:64], epochs=1, lr=lr, progress=False)
        rates[lr] = model.decoder.net[0].bias.detach()
    assert torch.equal(rates[None], rates[0.006]) and not torch.equal(rates[None], rates[0.012])


def test_a_tensor_of_images_is_enough(digits):
    history = fit(build_vae(digits), digits.train[:100], epochs=2, progress=False)
    assert history.last(split="train") < 0
    with pytest.raises(LookupError, match="test"):
        history.last()


ROW_7 = torch.arange(1437)[:, None] == 7
BAD = {
    r"\(N, P\)": lambda x: x.reshape(-1, 8, 8),
    "no training images": lambda x: x[:0],
    "NaN or infinite.*row 7": lambda x: x.masked_fill(ROW_7, torch.nan),
    "NaN or infinite": lambda x: x.masked_fill(ROW_7, torch.inf),
    "float": lambda x: x.long(),
    "grey": lambda x: x * 0.5,
    "64 pixels": lambda x: x[:, :63],
}


@pytest.mark.parametrize("sentence", BAD)
def test_images_that_cannot_be_trained_on_get_a_sentence(digits, sentence):
    model = build_vae(digits)
    before = [p.clone() for p in model.parameters()]
    with pytest.raises(ValueError, match=sentence):
        fit(model, BAD[sentence](digits.train), epochs=1, progress=False)
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), before))


NONSENSE = {"epochs": [0, 1.5, None, True], "batch_size": [0], "lr": [0.0, torch.nan, "fast", True]}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n in NONSENSE for v in NONSENSE[n]])
def test_settings_that_make_no_sense_get_a_sentence(digits, name, value):
    with pytest.raises(ValueError, match=name):
        fit(build_vae(digits), digits, **{"epochs": 1, "progress": False, name: value})


def test_the_first_training_imports_nothing(tmp_path):
    """torch.optim's first optimiser imports torch's compiler: seconds of silence, and 80 MB."""
    code = (
        "import sys; from vaeteach import build_vae, fit, load; d = load('digits').binarized();"
        "m = build_vae(d, hidden=(8,)); fit(m, d.train[:64], 1);"
        "print('torch._dynamo' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("False")


def test_progress_ends_in_one_final_line(digits, capsys):
    fit(build_vae(digits), digits, epochs=3)
    out, err = capsys.readouterr()
    assert err == "" and out.count("\n") == 1
    last = out.split("\r")[-1]
    assert "epoch 3/3" in last and "100%" in last and "nats" in last and "left" in last


def test_who_waits_for_the_model_gets_in_between_two_steps(digits):
    """A reader during training is let in within a few steps, not after the epoch."""
    model, entered, running = build_vae(digits), [], threading.Event()

    def read():
        running.wait(10)
        for _ in range(20):
            with exclusive():
                entered.append(history_steps[-1])

    history_steps = [0]

    def on_step(step):
        history_steps.append(step)
        running.set()

    reader = threading.Thread(target=read)
    reader.start()
    fit(model, digits, epochs=30, progress=False, on_step=on_step)
    reader.join(10)
    assert len(entered) == 20 and entered[-1] < history_steps[-1]
