"""A model that trains before the reader's eyes, while its knobs can be turned."""

import math
import threading
import time

import ipywidgets
import torch

from ..distributions import kl_standard_normal
from ..models import build_vae, elbo
from ..support import exclusive
from ..training import NonFiniteBound, fit
from .base import View
from .live_training_canvas import TrainingCanvas

# training codes on the plane, test images under the terms: enough to see, cheap to compute
SHOWN, JUDGED = 600, 400
INTERVAL = 0.07  # seconds between two pictures: some fourteen a second
STEPS = 4_000  # optimiser steps of one run
RECORDED_BETA = 4.0  # of the run that a recording shows beside the default
SPEEDS = {"as fast as it goes": 0, "20 steps a second": 20, "2 steps a second": 2}


def _button(text, tooltip, action):
    width = ipywidgets.Layout(width="90px")
    made = ipywidgets.Button(description=text, tooltip=tooltip, layout=width)
    made.on_click(lambda _: action())
    return made


def _control(kind, description, value, **options):
    wide = dict(layout=ipywidgets.Layout(width="310px"), style={"description_width": "110px"})
    return kind(value=value, description=description, **wide, **options)


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
        self._per_epoch = math.ceil(len(data.train) / batch_size)
        self._epochs = max(1, round(steps / self._per_epoch))
        self._images, self._judged = data.train[:SHOWN], data.test[:JUDGED]
        self._thread, self._going, self._stopping = None, threading.Event(), False
        self.model, self.history, self.updates = None, None, 0
        self._started_at, self._ran = None, ""
        self._left = None  # steps until the run pauses by itself, None for no end
        self._make_controls()
        self.canvas = TrainingCanvas(data.train_labels[:SHOWN].numpy())
        self.lay_out([*self.buttons, self.speed], list(self.controls), self.canvas)
        self.reset()

    def _make_controls(self):
        self.start_button = _button("Start", "Start, pause or go on", self._start_or_pause)
        self.step_button = _button("Step", "One step of the optimiser, then a pause", self.step)
        self.stop_button = _button("Stop", "End this run; its curves stay", self.stop)
        self.reset_button = _button("Reset", "A new model with these settings", self.reset)
        self.forget_button = _button("Forget", "Remove the thin lines of old runs", self.forget)
        self.buttons = self.start_button, self.step_button, self.stop_button
        self.buttons += self.reset_button, self.forget_button
        self.speed = ipywidgets.Dropdown(options=SPEEDS, value=0, description="speed")
        logarithmic = ipywidgets.FloatLogSlider
        self.beta = _control(logarithmic, "β (now)", 1, min=-2, max=2, step=0.1)
        self.latent_dim = _control(ipywidgets.IntSlider, "latents", 2, min=1, max=20)
        widths = [4, 8, 16, 32, 64, 128, 256]
        self.width = _control(ipywidgets.SelectionSlider, "width", 64, options=widths)
        range_ = dict(min=-4, max=0, step=0.1, readout_format=".2g")
        self.rate = _control(logarithmic, "learning rate", 8e-3, **range_)
        self.seed = _control(ipywidgets.BoundedIntText, "seed", 0, min=0, max=9999)
        self.controls = self.beta, self.latent_dim, self.width, self.rate, self.seed
        for control in (self.latent_dim, self.width, self.seed):  # these make another model
            control.observe(lambda _: None if self.training else self.reset(), "value")

    # --- what the buttons do ----------------------------------------------------------------------

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
        self.canvas.show_film([])
        resting = not self.training
        if resting:
            if self.canvas.begun:
                self.reset()
            self._stopping, self._started_at = False, self.beta.value
            self._fix()
            self._thread = threading.Thread(target=self._train, daemon=True, name="live-training")
        self._say("Pause", message)
        self._going.set()
        if resting:
            self._thread.start()

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
        """End the run, keep its curves as thin lines, and build a model with these settings."""
        self.stop()
        self.canvas.begin(self._ran)
        self._fix()
        settings = dict(likelihood=self._likelihood, hidden=self.width.value, seed=self.seed.value)
        self.model = build_vae(self.data, self.latent_dim.value, **settings)
        self._picture(0.0)
        self._say("Start", "ready")

    def _start_or_pause(self):
        if self.training and self._going.is_set():
            self.pause()
        else:
            self.start()

    # --- the training thread ----------------------------------------------------------------------

    def _train(self):
        self._sent = time.perf_counter()

        def after_step(step):
            if self._left is not None:
                self._left -= 1
                if self._left == 0:
                    self._going.clear()
            if not self._going.is_set():
                self._picture(step / self._per_epoch)
                self.canvas.show_film(self.canvas.film)
                if self._left == 0:
                    self._say("Go on", "paused")
                self._going.wait()
            elif self.speed.value or time.perf_counter() - self._sent >= INTERVAL:
                self._picture(step / self._per_epoch)
                self._sent = time.perf_counter()
                time.sleep(self.speed.value and 1 / self.speed.value)
            return self._stopping

        settings = dict(epochs=self._epochs, batch_size=self._batch_size, lr=self.rate.value)
        settings |= dict(seed=self.seed.value, objective=self._objective, progress=False)
        try:
            self.history = fit(self.model, self.data, on_step=after_step, **settings)
            self._picture(self.history.steps / self._per_epoch)
            outcome = "stopped" if self.history.stopped else "finished"
        except NonFiniteBound as problem:
            self.history, outcome = problem.history, str(problem).split(". The model")[0]
        except Exception as problem:  # nobody else would ever see it: this is a thread
            outcome = f"{type(problem).__name__}: {problem}"
        self.canvas.show_film(self.canvas.film)
        self._say("Start", outcome)

    def _objective(self, model, x, seed):
        # read anew in each step, so that the slider acts at once
        return elbo(model, x, beta=self.beta.value, seed=seed)

    def _picture(self, epoch):
        """Send codes and terms as they are now. Called between steps, by the thread that trains."""
        with exclusive(), torch.no_grad():
            q = self.model.encode(self._images)
            terms = [float(term.mean()) for term in elbo(self.model, self._judged, seed=0)]
            price = kl_standard_normal(q.mu, q.logvar).mean(0)
        self.updates += 1
        if epoch > 0:
            self._ran = self._label()
        self.canvas.show(epoch, q.mean, price, terms, self._label())

    def _label(self):
        """Its beta, at the start and now, and the settings that the run was begun with."""
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

    # --- without a kernel -------------------------------------------------------------------------

    def still(self):
        """The view as a PNG picture."""
        return self.canvas.still()

    def record(self):
        """Train as the controls stand, and once with a larger beta: a page plays both."""
        if self.canvas.runs:
            return
        start = self.beta.value
        for beta in (RECORDED_BETA, start):
            self.beta.value = beta
            self.reset()
            self.start()
            self.wait()
            self.canvas.keep_run(self._ran)

    def page(self, png):
        """The recording of the last run as HTML that lives without kernel and network."""
        return self.canvas.page(png)

    @property
    def alt(self):
        """What is seen, in one sentence."""
        return self.canvas.alt
