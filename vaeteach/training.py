"""Training: one loop that is fast because it is simple, shows itself, can be stopped, and keeps what it saw.

The data stay in memory as one tensor; each epoch is one shuffled gather, sliced into batches; the optimiser is fused
Adam under a warm-up and a cosine decay to zero. Nothing in a step waits for a number to be read back.
"""

import inspect
import math
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch

from .distributions import draw, generator
from .objectives import Elbo, elbo, require_possible
from .progress import progress_bar

SNAPSHOT_IMAGES = 2000  # codes kept with each snapshot: enough for a scatter plot and for moments


class NonFiniteBound(ArithmeticError):
    """The bound became infinite or NaN. `history` is the training up to there, `step` and `quantity` say where."""

    def __init__(self, message, history, step, quantity):
        super().__init__(message)
        self.history, self.step, self.quantity = history, step, quantity


@dataclass(frozen=True)
class Snapshot:
    """The codes of the first training images at one moment: mean and stddev of q(z|x), each (N, D)."""

    epoch: float
    mean: torch.Tensor
    stddev: torch.Tensor
    state: dict = field(repr=False)  # a copy of the model's parameters, to look back with load_state_dict


class History:
    """What training recorded: `.frame()`, `.snapshots`, `.stopped` (None, or why it ended early), `.seconds`."""

    def __init__(self):
        self.rows, self.snapshots, self.stopped, self.steps, self.seconds = [], [], None, 0, 0.0

    def frame(self):
        """Tidy pandas DataFrame, a row a number.

        Columns: epoch, split (train, test), quantity (log_likelihood, kl, value), nats.

        Training rows are means over the epoch's steps, taken while the model changed; test rows are at its end.
        """
        import pandas as pd

        return pd.DataFrame(self.rows, columns=["epoch", "split", "quantity", "nats"])

    def last(self, quantity="value", split="test"):
        """The newest number of one quantity, in nats per image."""
        found = [nats for _, s, q, nats in self.rows if (s, q) == (split, quantity)]
        if not found:
            raise LookupError(f"history has no {quantity!r} of the {split!r} images yet: no whole epoch was trained.")
        return found[-1]

    def _add(self, epoch, split, means):
        self.rows += [(epoch, split, name, float(nats)) for name, nats in zip(Elbo._fields, means)]


class _FairLock:
    """A re-entrant lock that hands over in order: a view that waits gets in after the step that is running.

    A plain lock released and taken again at once by the training loop would starve everybody else.
    """

    def __init__(self):
        self._turn, self._inside, self._owner, self._depth = threading.Lock(), threading.Lock(), None, 0

    @contextmanager
    def __call__(self):
        me = threading.get_ident()
        if self._owner != me:
            with self._turn:
                self._inside.acquire()
            self._owner = me
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._owner = None
                self._inside.release()


exclusive = _FairLock()  # `with exclusive():` around whatever reads or writes a model that may be training elsewhere


def fit(model, data, *, epochs, batch_size=64, lr=8e-3, objective=elbo, seed=0, progress=True, on_step=None):
    """Maximise the mean of `objective` over the training images; the model is changed in place.

    data: ImageData (its test images are measured after each epoch) or a tensor of images, (N, P).
    objective(model, x, seed=generator) -> Elbo or a tensor (B,) in nats, to be maximised; `seed` may be missing.
    lr: the peak rate; it warms up over the first twentieth of the steps and falls to zero along a cosine.
    seed: order of the images and noise; the same call gives the same numbers. progress: show epoch, bound, time left.
    on_step(step): called after each whole step; a true answer ends the training there.
    Returns History. An interrupt (Kernel > Interrupt, Ctrl-C) ends the training after the step that is running and
    returns the history so far. Raises NonFiniteBound at the first infinite or NaN bound, with quantity and step; the
    model is then as after its last finite epoch. Raises ValueError for images and settings that cannot be trained on.
    Source: Kingma and Welling 2014, algorithm 1.
    """
    train, test = _images(data)
    _check_settings(epochs, batch_size, lr)
    noise, objective = generator(seed), _with_seed(objective)
    history, start = History(), time.perf_counter()
    optimiser = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=lr, fused=True)
    rate = _warm_up_then_cosine(lr, epochs * math.ceil(len(train) / batch_size))
    shown = train[:SNAPSHOT_IMAGES]

    def step(x):
        with exclusive():
            for group in optimiser.param_groups:
                group["lr"] = rate(history.steps)
            bound = _as_elbo(objective(model, x, seed=noise))
            optimiser.zero_grad()
            bound.value.mean().neg().backward()
            optimiser.step()
        history.steps += 1
        return torch.stack([term.detach().mean() for term in bound])

    with (
        _interrupts_wait() as interrupted,
        _few_threads(model, batch_size),
        progress_bar(epochs, f"epoch 0/{epochs}", progress) as bar,
    ):
        with exclusive():
            _check_fits(model, train, test, objective)
            history.snapshots.append(_snapshot(0, model, shown))
        for epoch in range(1, epochs + 1):
            batches = train[torch.randperm(len(train), generator=noise)].split(batch_size)
            terms = []
            for x in batches:
                try:
                    terms.append(step(x))
                except KeyboardInterrupt:  # raised by the objective itself, before anything was updated
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
                    f"epoch {at:.3g}/{epochs}, {split} bound {history.last(split=split):.2f} nats", refresh=False
                )
            history.seconds = time.perf_counter() - start
            bar.update(0 if history.stopped else 1)
            if history.stopped:
                break
    return history


def start_from_mean(model, data):
    """Set the decoder's last biases so that the untrained model draws the mean picture; returns the model.

    The bias of a pixel becomes the parameter whose likelihood has the mean m of that pixel, kept within [0.01, 0.99]:
    log(m / (1 - m)) for a Bernoulli, m for a Gaussian, found by bisection for a continuous Bernoulli. Otherwise the
    first steps go into learning just this, and on pictures of many pixels the codes can die meanwhile.
    data: ImageData or images (N, P). Raises ValueError where the decoder does not end in a linear layer over the
    pixels, or has a likelihood of another kind.
    """
    train, _ = _images(data)
    last = getattr(model.decoder, "net", [None])[-1]
    if not isinstance(last, torch.nn.Linear) or last.out_features != train.shape[1] or last.bias is None:
        raise ValueError("start_from_mean needs a decoder whose `net` ends in a linear layer with a bias a pixel.")
    kind, mean = type(model.decoder.likelihood).__name__, train.mean(0).clamp(0.01, 0.99)
    if kind == "BernoulliLikelihood":
        mean = torch.logit(mean)
    elif kind == "ContinuousBernoulliLikelihood":
        low, high = torch.full_like(mean, -200.0), torch.full_like(mean, 200.0)
        for _ in range(40):
            middle = (low + high) / 2
            below = model.decoder.likelihood(middle).mean < mean
            low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        mean = middle
    elif kind != "GaussianLikelihood":
        raise ValueError(f"start_from_mean knows the three likelihoods of build_vae; this decoder has a {kind}.")
    with torch.no_grad():
        last.bias.copy_(mean)
    return model


def _record(history, epoch, terms, model, test, objective):
    _require_finite(terms, history, model)
    history._add(epoch, "train", terms.mean(0))
    if test is not None:
        with torch.no_grad():  # the same noise each time, so that the curve shows the model and not the draw
            history._add(epoch, "test", [t.mean() for t in _as_elbo(objective(model, test, seed=_fresh(0)))])


def _fresh(seed):
    return torch.Generator().manual_seed(seed)


def _images(data):
    """The training and test images as float tensors, or a sentence about what is wrong with them."""
    train, test = (data, None) if torch.is_tensor(data) else (data.train, data.test)
    for name, images in (("training", train), ("test", test)):
        if images is None:
            continue
        if images.ndim != 2:
            raise ValueError(
                f"The {name} images have shape {tuple(images.shape)}; expected (N, P), one row of pixels an "
                "image. Flatten them with images.reshape(len(images), -1)."
            )
        if images.numel() == 0:
            if name == "test":
                test = None
                continue
            raise ValueError(f"There are no {name} images (shape {tuple(images.shape)}); training needs at least one.")
        if not images.is_floating_point():
            raise ValueError(f"The {name} images are {images.dtype}; expected floats in [0, 1]: images.float() / 255.")
        bad = ~torch.isfinite(images).all(1)
        if bad.any():
            raise ValueError(
                f"{int(bad.sum())} of the {len(images)} {name} images hold NaN or infinite pixels, the first at "
                f"row {int(bad.nonzero()[0])}. Drop them: images[torch.isfinite(images).all(1)]."
            )
    return train, test


def _check_settings(epochs, batch_size, lr):
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}.")
    if not (isinstance(lr, (int, float)) and 0 < lr < math.inf):
        raise ValueError(f"lr, the learning rate, must be a positive number, got {lr!r}.")


def _check_fits(model, train, test, objective):
    """Before the clock starts: every pixel under this likelihood, and the shape of what the objective returns."""
    with torch.no_grad():
        for images in (train, test):
            if images is not None:
                q = model.encode(images[:1])
                require_possible(model.decode(draw(q)), images)
        value = _as_elbo(objective(model, train[:2], seed=_fresh(0))).value
    if value.shape != train[:2].shape[:1]:
        raise ValueError(
            f"The objective must return one number per image, shape (B,); for {len(train[:2])} images it "
            f"returned shape {tuple(value.shape)}. Sum over pixels and dimensions, never over the batch."
        )


def _as_elbo(result):
    if isinstance(result, Elbo):
        return result
    return Elbo(
        result.detach(), torch.zeros_like(result.detach()), result
    )  # a bound without named parts counts as one term


def _with_seed(objective):
    try:
        takes_seed = any(
            p.name == "seed" or p.kind is p.VAR_KEYWORD for p in inspect.signature(objective).parameters.values()
        )
    except (TypeError, ValueError):
        takes_seed = True
    return objective if takes_seed else (lambda model, x, seed: objective(model, x))


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
        return Snapshot(epoch, q.mean, q.stddev, {k: v.detach().clone() for k, v in model.state_dict().items()})


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
        f"Training stopped at step {step}: {quantity} became {float(terms[row][bad[row]][0])}. The model is back at "
        f"its state after epoch {history.snapshots[-1].epoch:g}. Try a smaller lr, and check the sign of the KL.",
        history,
        step,
        quantity,
    )


@contextmanager
def _few_threads(model, batch_size, worth=2**26):
    """One thread while the steps are small: sharing them out costs more than it gains.

    On a busy machine (a class on one server) two threads that wait for each other made the digits model ten times
    slower; on an idle one the second thread gains nothing below about `worth` multiplications in a pass.
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

    A KeyboardInterrupt in the middle of an optimiser step would leave half of the parameters updated. Only the main
    thread may set signal handlers; elsewhere no interrupt arrives and `on_step` is the way to stop.
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
