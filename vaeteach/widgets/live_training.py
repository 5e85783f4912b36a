"""A model that trains before the reader's eyes.

Codes and loss terms move, and the knobs can be turned meanwhile.
"""

import io
import math
import threading
import time

import ipywidgets
import numpy as np
import torch
import traitlets

from ..distributions import kl_standard_normal
from ..models import build_vae, elbo
from ..plots import (
    COLOURS,
    draw_codes,
    draw_loss_terms,
    draw_normal_contours,
    new_figure,
    style_plane,
)
from ..plots.training import NAMES, TERMS
from ..support import exclusive
from ..training import NonFiniteBound, fit
from .base import View, es_module, style_sheet
from .canvas import CanvasView

# training codes on the plane, test images under the terms: enough to see, cheap to compute
SHOWN, JUDGED = 600, 400
INTERVAL = 0.07  # seconds between two pictures: some fourteen a second
STEPS = 4_000  # optimiser steps of one run
KEPT = 3  # earlier runs that stay as thin lines
FRAMES = 100  # pictures of a run that can be gone through afterwards; at most twice as many
SPEEDS = {"as fast as it goes": None, "20 steps a second": 20, "2 steps a second": 2}
MASSES = np.array([0.5, 0.9, 0.99])


class _Canvas(CanvasView):
    """The part that is painted in the page; everything it shows is one of these traits."""

    _esm = es_module(
        "base/page.js",
        "base/canvas.js",
        "base/plane.js",
        "base/legend.js",
        "live_training_plane.js",
        "live_training_curves.js",
        "live_training_recording.js",
        "live_training.js",
    )
    _css = style_sheet("base/canvas.css", "live_training.css")
    codes = traitlets.Bytes().tag(sync=True)  # (N, 2) float32
    labels = traitlets.Bytes().tag(sync=True)
    curve = traitlets.Bytes().tag(sync=True)  # rows of epoch, log-likelihood, KL, ELBO as float32
    past = traitlets.List().tag(sync=True)  # of {"label", "rows"}
    frame_epochs = traitlets.Bytes().tag(sync=True)  # (F,) float32
    frames = traitlets.Bytes().tag(sync=True)  # (F, N, 2) float32, while a run pauses or is over
    limit = traitlets.Float(4.0).tag(sync=True)
    radii = traitlets.List().tag(sync=True)
    epoch = traitlets.Float(0.0).tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)
    axes = traitlets.List(["z₁", "z₂"]).tag(sync=True)
    names = traitlets.List(list(NAMES.values())).tag(sync=True)
    colours = traitlets.Dict({q: COLOURS[c] for q, c in TERMS.items()}).tag(sync=True)


class LiveTraining(View):
    """Start, pause, stop and reset a training.

    Its codes and the terms of its bound on test images move as it goes. data: ImageData, binary (or
    grey with likelihood="gaussian" or "continuous_bernoulli"). `beta` acts at once, also in the
    middle of a run; `latent_dim`, `width`, `rate` and `seed` hold for the next run. `speed` slows a
    run down, step by step. `start()`, `pause()`, `step()`, `stop()`, `reset()` and `forget()` do
    what the buttons do; `wait()` returns when the run is over. `model` is the model in training
    (take `training.exclusive()` to read it), `history` that of the last finished run. The last
    three runs stay on the right as thin lines; while a run pauses or is over, its epochs can be
    gone through. The training has a thread of its own: cells can be run meanwhile.
    """

    def __init__(self, data, likelihood="bernoulli", steps=STEPS, batch_size=64):
        super().__init__()
        self.data, self._likelihood, self._batch_size = data, likelihood, batch_size
        self._epochs = max(1, round(steps / math.ceil(len(data.train) / batch_size)))
        self._images, self._labels = data.train[:SHOWN], data.train_labels[:SHOWN].numpy()
        self._judged = data.test[:JUDGED]
        self._thread, self._going, self._stopping = None, threading.Event(), False
        self.model, self.history, self.updates = None, None, 0
        self._rows, self._started_at, self._ran = [], None, ""
        self._left = None  # steps until the run pauses by itself, None for no end
        self._make_controls()
        self.canvas = _Canvas(labels=self._labels.astype(np.uint8).tobytes())
        self.lay_out([*self.buttons, self.speed], list(self.controls), self.canvas)
        self.reset()

    def _make_controls(self):
        def button(text, tooltip, action):
            made = ipywidgets.Button(
                description=text, tooltip=tooltip, layout=ipywidgets.Layout(width="90px")
            )
            made.on_click(lambda _: action())
            return made

        self.start_button = button("Start", "Start, pause or go on", self._start_or_pause)
        self.step_button = button("Step", "One step of the optimiser, then a pause", self.step)
        self.stop_button = button("Stop", "End this run; its curves stay", self.stop)
        self.reset_button = button(
            "Reset", "A new, untrained model with these settings", self.reset
        )
        self.forget_button = button("Forget", "Remove the thin lines of old runs", self.forget)
        self.buttons = (
            self.start_button,
            self.step_button,
            self.stop_button,
            self.reset_button,
            self.forget_button,
        )
        self.speed = ipywidgets.Dropdown(options=SPEEDS, value=None, description="speed")
        wide = dict(layout=ipywidgets.Layout(width="310px"), style={"description_width": "110px"})
        self.beta = ipywidgets.FloatLogSlider(
            value=1, min=-2, max=2, step=0.1, description="β (now)", **wide
        )
        self.latent_dim = ipywidgets.IntSlider(
            value=2, min=1, max=20, description="latents", **wide
        )
        self.width = ipywidgets.SelectionSlider(
            value=64, options=[4, 8, 16, 32, 64, 128, 256], description="width", **wide
        )
        self.rate = ipywidgets.FloatLogSlider(
            value=8e-3,
            min=-4,
            max=0,
            step=0.1,
            description="learning rate",
            readout_format=".2g",
            **wide,
        )
        self.seed = ipywidgets.BoundedIntText(value=0, min=0, max=9999, description="seed", **wide)
        self.controls = self.beta, self.latent_dim, self.width, self.rate, self.seed
        for control in (self.latent_dim, self.width, self.seed):  # these make another model
            control.observe(lambda _: None if self.training else self.reset(), "value")

    # --- what the buttons do
    # ------------------------------------------------------------------------------------------

    @property
    def training(self):
        """Whether a run is under way, paused or not."""
        return self._thread is not None and self._thread.is_alive()

    def start(self):
        """Begin a run with the present settings, or go on after a pause."""
        self._go(None, "training")

    def step(self):
        """Take one step of the optimiser, as the first of a run or after a pause, and pause."""
        if not (self.training and self._going.is_set()):
            self._go(1, "one step")

    def _go(self, steps, message):
        self._left = steps
        self._send_frames([])
        if not self.training:
            if self._rows and self._rows[-1][0] > 0:
                self.reset()
            self._stopping = False
            self._started_at = self.beta.value
            self._fix()
            self._thread = threading.Thread(
                target=self._train, daemon=True, name="vaeteach-live-training"
            )
            self._say("Pause", message)
            self._going.set()
            self._thread.start()
        else:
            self._say("Pause", message)
            self._going.set()

    def pause(self):
        """Hold the run after the step that is being taken."""
        if self.training:
            self._going.clear()
            self._say("Go on", "paused")

    def stop(self):
        """End the run after the step that is being taken, and wait for that."""
        self._stopping = True
        self._going.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def forget(self):
        """Remove the thin lines of earlier runs."""
        self.canvas.past = []

    def wait(self, timeout=None):
        """Return when the run is over, or after `timeout` seconds; whether it is over."""
        if self._thread is not None:
            self._thread.join(timeout)
        return not self.training

    def reset(self):
        """End the run, keep its curves as thin lines, and build a new model.

        It has the present settings.
        """
        self.stop()
        if len(self._rows) > 1:
            run = {"label": self._ran, "rows": np.array(self._rows).ravel().round(4).tolist()}
            self.canvas.past = [*self.canvas.past, run][-KEPT:]
        self._rows, self._shown, self._frames, self._every = [], None, [], 1
        self._send_frames([])
        self._fix()
        settings = dict(likelihood=self._likelihood, hidden=self.width.value, seed=self.seed.value)
        self.model = build_vae(self.data, self.latent_dim.value, **settings)
        self.canvas.limit = 4.0
        self._picture(0.0)
        self._say("Start", "ready")

    def _start_or_pause(self):
        if self.training and self._going.is_set():
            self.pause()
        else:
            self.start()

    # --- the training thread
    # ------------------------------------------------------------------------------------------

    def _train(self):
        self._sent, per_epoch = (
            time.perf_counter(),
            math.ceil(len(self.data.train) / self._batch_size),
        )

        def after_step(step):
            if self._left is not None:
                self._left -= 1
                if self._left == 0:
                    self._going.clear()
            if not self._going.is_set():
                self._picture(step / per_epoch)
                self._send_frames(self._frames)
                if self._left == 0:
                    self._say("Go on", "paused")
                self._going.wait()
            elif self.speed.value or time.perf_counter() - self._sent >= INTERVAL:
                self._picture(step / per_epoch)
                self._sent = time.perf_counter()
                time.sleep(1 / self.speed.value if self.speed.value else 0)
            return self._stopping

        settings = dict(
            epochs=self._epochs,
            batch_size=self._batch_size,
            lr=self.rate.value,
            seed=self.seed.value,
        )
        try:
            self.history = fit(
                self.model,
                self.data,
                objective=self._objective,
                progress=False,
                on_step=after_step,
                **settings,
            )
            self._picture(self.history.steps / per_epoch)
            outcome = "stopped" if self.history.stopped else "finished"
        except NonFiniteBound as problem:
            self.history, outcome = problem.history, str(problem).split(". The model")[0]
        except Exception as problem:  # nobody else would ever see it: this is a thread
            outcome = f"{type(problem).__name__}: {problem}"
        self._send_frames(self._frames)
        self._say("Start", outcome)

    def _objective(self, model, x, seed):
        return elbo(
            model, x, beta=self.beta.value, seed=seed
        )  # read anew in each step, so that the slider acts at once

    def _picture(self, epoch):
        """Send codes and terms as they are now. Called between steps, by the thread that trains."""
        with exclusive(), torch.no_grad():
            q = self.model.encode(self._images)
            terms = [float(term.mean()) for term in elbo(self.model, self._judged, seed=0)]
            price = kl_standard_normal(q.mu, q.logvar).mean(0)
        codes = self._two_axes(q.mean, price)
        self._rows.append((epoch, *terms))
        if not np.isfinite(terms).all():
            self._rows.pop()
        if len(self._rows) > 1500:  # a long pause-free run: every second row is enough for the eye
            self._rows = self._rows[::2]
        reach = float(np.abs(codes[np.isfinite(codes).all(1)]).max(initial=0.0))
        self._keep(epoch, codes)
        if epoch > 0:
            self._ran = self._label()
        with self.canvas.hold_sync():
            self.canvas.limit = max(self.canvas.limit, min(100.0, float(math.ceil(1.05 * reach))))
            self.canvas.codes = codes.astype("<f4").tobytes()
            self.canvas.curve = np.array(self._rows, "<f4").tobytes()
            self.canvas.epoch = float(epoch)
            self.canvas.alt = (
                f"{self._label()}, epoch {epoch:.1f}: codes on the left; test log-likelihood"
                f" {terms[0]:.2f}, KL {terms[1]:.2f}, ELBO {terms[2]:.2f} nats per image on the"
                " right."
            )

    def _keep(self, epoch, codes):
        """One picture more of this run; of a long run every second, then every fourth."""
        self.updates += 1
        if self.updates % self._every == 0 or not self._frames:
            self._frames.append((epoch, codes.astype("<f4")))
        if len(self._frames) > 2 * FRAMES:
            self._frames, self._every = self._frames[::2], 2 * self._every

    def _send_frames(self, frames):
        now = (self.canvas.epoch, np.frombuffer(self.canvas.codes, "<f4").reshape(-1, 2))
        if frames and frames[-1][0] != now[0]:
            frames = [*frames, now]  # the last picture is always among them
        with self.canvas.hold_sync():
            self.canvas.frame_epochs = np.array([f[0] for f in frames], "<f4").tobytes()
            self.canvas.frames = b"".join(f[1].tobytes() for f in frames)

    def _two_axes(self, mean, price):
        """Codes (N, 2) to draw: the two dimensions with the largest KL.

        A single one is spread out by digit.
        """
        mean = mean.numpy()
        if mean.shape[1] == 1:
            self.canvas.axes, self.canvas.radii = ["z₁", "digit, for the eye only"], []
            return np.stack([mean[:, 0], (self._labels % 10 - 4.5) / 1.5], 1)
        best = sorted(price.argsort(descending=True)[:2].tolist())
        # do not flicker between equals
        if self._shown is None or price[best].sum() > 1.2 * price[self._shown].sum():
            self._shown = best
        self.canvas.axes = [f"z{str(i + 1).translate(_SMALL)}" for i in self._shown]
        self.canvas.radii = np.sqrt(-2 * np.log1p(-MASSES)).tolist()
        return mean[:, self._shown]

    def _label(self):
        """What this run is.

        Its beta (at the start and now), and the settings that it was begun with.
        """
        before, now = self._started_at, self.beta.value
        beta = f"{now:.2g}" if before in (None, now) else f"{before:.2g} → {now:.2g}"
        return f"β {beta}, {self._fixed}"

    def _fix(self):
        self._fixed = (
            f"D {self.latent_dim.value}, width {self.width.value}, rate {self.rate.value:.2g}, seed"
            f" {self.seed.value}"
        )

    def _say(self, button, message):
        self.start_button.description = button
        self.canvas.status = message

    # --- without a kernel
    # ---------------------------------------------------------------------------------------------

    def still(self):
        """The view as a PNG picture, drawn by the functions of `plots`."""
        import pandas as pd

        figure, axes = new_figure(12, 3.6, columns=4, width_ratios=[1.5, 1, 1, 1])
        style_plane(axes[0], self.canvas.limit, self.canvas.axes)
        draw_normal_contours(axes[0])
        draw_codes(axes[0], np.frombuffer(self.canvas.codes, "<f4").reshape(-1, 2), self._labels)
        rows = [
            (row[0], "test", name, value)
            for row in self._rows
            for name, value in zip(TERMS, row[1:])
        ]
        draw_loss_terms(
            axes[1:], pd.DataFrame(rows, columns=["epoch", "split", "quantity", "nats"])
        )
        stream = io.BytesIO()
        figure.savefig(stream, format="png")
        return stream.getvalue()

    def page(self, png):
        """The recording of the last run as HTML that lives without kernel and network."""
        return self.canvas.page(png)

    @property
    def alt(self):
        """What is seen, in one sentence."""
        return self.canvas.alt


_SMALL = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
