"""Training: one loop that is fast because it is simple, shows itself, can be stopped, and keeps
what it saw.

The data stay in memory as one tensor, from which each batch is gathered at once; the optimiser is
fused Adam under a warm-up and a cosine decay to zero. Nothing in a step waits for a number to be
read back.
"""

import inspect
import math
import signal
import threading
import time
from contextlib import contextmanager, nullcontext
from functools import partial

import torch

from ..distributions import generator
from ..models import Elbo, elbo, images_of
from ..support import exclusive, progress_bar
from .history import History, NonFiniteBound, Snapshot
from .inputs import as_elbo, check_fits, check_settings
from .precision import bfloat16_products

__all__ = ["History", "NonFiniteBound", "Snapshot", "exclusive", "fit"]

SNAPSHOT_IMAGES = 2000  # codes kept with each snapshot: enough for a scatter plot and for moments


def fit(
    model,
    data,
    *,
    epochs,
    batch_size=64,
    lr=None,
    objective=elbo,
    seed=0,
    progress=True,
    on_step=None,
    precision="float32",
):
    """Maximise the mean of `objective` over the training images; the model is changed in place.

    data: ImageData (its test images are measured after each epoch) or a tensor of images, (N, P).
    objective(model, x, seed=generator) -> Elbo or a tensor (B,) in nats, to be maximised; `seed`
    may be missing.
    lr: the peak rate, `peak_rate(model)` if not given; it warms up over the first twentieth of the
    steps and falls to zero along a cosine.
    seed: order of the images and noise; the same call gives the same numbers. progress: show epoch,
    bound, time left. on_step(step): called after each whole step; a true answer ends the training
    there.
    precision: "bfloat16" multiplies in large linear layers with eight bits of each factor, and pays
    on processors made for it; the parameters, the optimiser, the test bound and everything else
    stay float32.
    Returns History. An interrupt (Kernel > Interrupt, Ctrl-C) ends the training after the step that
    is running and returns the history so far. Raises NonFiniteBound at the first infinite or NaN
    bound, with quantity and step; the model is then as after its last finite epoch. Raises
    ValueError for images and settings that cannot be trained on.
    Source: Kingma and Welling 2014, algorithm 1.
    """
    train, test = images_of(data)
    lr = peak_rate(model) if lr is None else lr
    check_settings(epochs, batch_size, lr, precision)
    noise, objective = generator(seed), _with_seed(objective)
    history, start = History(), time.perf_counter()
    optimiser = torch.optim.Adam(
        [p for p in model.parameters() if p.requires_grad], lr=lr, fused=True
    )
    rate = _warm_up_then_cosine(lr, epochs * math.ceil(len(train) / batch_size))
    shown = train[:SNAPSHOT_IMAGES]
    products = partial(bfloat16_products, model) if precision == "bfloat16" else nullcontext

    def step(x):
        with exclusive():
            for group in optimiser.param_groups:
                group["lr"] = rate(history.steps)
            with products():
                bound = as_elbo(objective(model, x, seed=noise))
            optimiser.zero_grad()
            bound.value.mean().neg().backward()
            optimiser.step()
        history.steps += 1
        return torch.stack([term.detach() for term in bound]).mean(1)

    with (
        _interrupts_wait() as interrupted,
        _few_threads(model, batch_size),
        progress_bar(epochs, f"epoch 0/{epochs}", progress) as bar,
    ):
        with exclusive():
            check_fits(model, train, test, objective)
            history.snapshots.append(_snapshot(0, model, shown))
        for epoch in range(1, epochs + 1):
            batches = torch.randperm(len(train), generator=noise).split(batch_size)
            terms = []
            for rows in batches:
                # gathered batch by batch: a copy of all images each epoch would leave the
                # processor's cache
                try:
                    terms.append(step(train.index_select(0, rows)))
                # raised by the objective itself, before anything was updated
                except KeyboardInterrupt:
                    history.stopped = "interrupted"
                if interrupted():
                    history.stopped = "interrupted"
                elif on_step is not None and not history.stopped and on_step(history.steps):
                    history.stopped = "stopped by on_step"
                if history.stopped:
                    break
            if terms:
                at = epoch - 1 + len(terms) / len(batches) if len(terms) < len(batches) else epoch
                with exclusive():
                    _record(history, at, torch.stack(terms), model, test, objective)
                    history.snapshots.append(_snapshot(at, model, shown))
                split = "train" if test is None else "test"
                bar.set_description_str(
                    f"epoch {at:.3g}/{epochs}, {split} bound {history.last(split=split):.2f} nats",
                    refresh=False,
                )
            history.seconds = time.perf_counter() - start
            bar.update(0 if history.stopped else 1)
            if history.stopped:
                break
    return history


def _record(history, epoch, terms, model, test, objective):
    _require_finite(terms, history, model)
    history.add(epoch, "train", terms.mean(0))
    if test is not None:
        # the same noise each time, so that the curve shows the model and not the draw
        with torch.no_grad():
            history.add(
                epoch,
                "test",
                [t.mean() for t in as_elbo(objective(model, test, seed=generator(0)))],
            )


def _with_seed(objective):
    try:
        takes_seed = any(
            p.name == "seed" or p.kind is p.VAR_KEYWORD
            for p in inspect.signature(objective).parameters.values()
        )
    except (TypeError, ValueError):
        takes_seed = True
    return objective if takes_seed else (lambda model, x, seed: objective(model, x))


def peak_rate(model):
    """The largest rate of Adam's steps that `fit` takes for this model: 0.012, above width 400 as
    1/width.

    The width is the largest smaller side of a weight matrix: 64 for 64-128-64-2, 400 for 784-400-2.
    A unit sums as many changes as it has inputs, so wide layers need smaller ones (Yang et al.
    2021, table 3).
    """
    sides = [min(len(p), p[0].numel()) for p in model.parameters() if p.ndim > 1 and len(p)]
    return 0.012 * min(1.0, 400 / max(sides, default=1))


def _warm_up_then_cosine(peak, steps):
    warm_up = max(1, steps // 20)

    def rate(step):
        if step < warm_up:
            return peak * (step + 1) / warm_up
        return peak * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))

    return rate


def _snapshot(epoch, model, images):
    with torch.no_grad():
        q = model.encode(images)
        return Snapshot(
            epoch, q.mean, q.stddev, {k: v.detach().clone() for k, v in model.state_dict().items()}
        )


def _require_finite(terms, history, model):
    bad = ~torch.isfinite(terms)
    if not bad.any():
        return
    row = int(bad.any(1).nonzero()[0])
    quantity = Elbo._fields[int(bad[row].nonzero()[0])]
    step = history.steps - len(terms) + row + 1
    model.load_state_dict(history.snapshots[-1].state)
    history.stopped = f"{quantity} not finite at step {step}"
    raise NonFiniteBound(
        f"Training stopped at step {step}: {quantity} became {float(terms[row][bad[row]][0])}. The"
        f" model is back at its state after epoch {history.snapshots[-1].epoch:g}. Try a smaller"
        " lr, and check the sign of the KL.",
        history,
        step,
        quantity,
    )


@contextmanager
def _few_threads(model, batch_size, worth=2**26):
    """One thread while the steps are small: sharing them out can cost more than it gains.

    On a busy machine (a class on one server) two threads that wait for each other made the digits
    model ten times slower; below `worth` multiplications in a pass, the second thread of an idle
    one saves a fifth to a third.
    """
    before = torch.get_num_threads()
    if sum(p.numel() for p in model.parameters()) * batch_size < worth:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _interrupts_wait():
    """Turn Ctrl-C (and Lab's stop button) into a flag that the loop reads between whole steps.

    A KeyboardInterrupt in the middle of an optimiser step would leave half of the parameters
    updated. Only the main thread may set signal handlers; elsewhere no interrupt arrives and
    `on_step` is the way to stop.
    """
    asked = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, lambda *_: asked.append(True))
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.default_int_handler)
