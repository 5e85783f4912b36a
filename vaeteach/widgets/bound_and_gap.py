"""The bound as a bar: move q over one latent, and ELBO and gap share one log p(x)."""

import ipywidgets
import numpy as np
import torch

from ..exact import posterior_grid, two_humped
from ..plots import (
    draw_bound,
    draw_line_posterior,
    draw_picture,
    move_bound,
    move_density,
    new_figure,
)
from ..support import exclusive
from .base import FigureView, choice, slider

BOX, POINTS = (-10.0, 10.0), 1001  # fine and wide enough for every q that the sliders can make
STEP = 0.15  # of the natural gradient: small enough that the ascent can be watched
DEPTH = 12.0  # nats of the bar that are shown below log p(x)


class BoundAndGap(FigureView):
    """One digit, one latent.

    Prior, exact posterior and q, beside a bar of ELBO and gap up to log p(x). model: a VAE with one
    latent (float or double). data: ImageData; its test digits can be chosen, one of each label, and
    first, where there is one, a digit whose posterior has two humps. Controls: `digit`, `mu`,
    `log_sigma`, and `climb` (a Play button: each tick is one step up the ELBO; stop puts q back
    where the encoder has it). Raises ValueError for a model that does not have exactly one latent.
    """

    def __init__(self, model, data):
        super().__init__()
        with exclusive(), torch.no_grad():
            if tuple(model.prior().event_shape) != (1,):
                raise ValueError(
                    "BoundAndGap draws curves over one latent; build its model with build_vae(data,"
                    " latent_dim=1)."
                )
            images = data.test.to(next(model.parameters()).dtype)
            exact, q = posterior_grid(model, images, POINTS, box=BOX), model.encode(images)
            prior = model.prior().log_prob(exact.nodes.to(images.dtype)).double().exp().numpy()
        self.z, self.log_posterior = exact.axes[0].double().numpy(), exact.log_density.numpy()
        self._log_weight, self._evidence = (
            exact.log_weight.numpy(),
            exact.log_marginal.double().numpy(),
        )
        self._start = torch.cat([q.mean, q.stddev.log()], 1).double().numpy()
        self._images, self._tick = images.float(), 0
        labels = data.test_labels.tolist()
        options, humps = [(str(k), labels.index(k)) for k in sorted(set(labels))], two_humped(exact)
        if humps is not None:
            options.insert(0, ("two humps", humps))
        self.digit = choice("digit", options)
        self.mu = slider("μ", -4.0, 4.0, 0.01)
        self.log_sigma = slider("log σ", -3.0, 0.7, 0.01)
        self.climb = ipywidgets.Play(min=0, max=100_000, interval=120, description="climb")
        figure, (left, middle, right) = new_figure(9.6, 4, columns=3, width_ratios=[1, 2.6, 1.3])
        row = self.digit.value
        self._picture = draw_picture(left, self._images[row], data.shape, title="test digit")
        self._curves = draw_line_posterior(
            middle, self.z, prior, np.exp(self.log_posterior[row]), prior
        )
        self._bar = draw_bound(right, self._evidence[row] - 1, self._evidence[row], DEPTH)
        self._axes, self._shown = (middle, right), None
        self._restart()
        self.digit.observe(self._restart, "value")
        self.climb.observe(self._climb, "value")
        label = ipywidgets.Label("climb the ELBO:")
        rows = [self.digit, label, self.climb], [self.mu, self.log_sigma]
        moving = [*self._curves["q"], *self._bar.values()]
        self.show(figure, moving, [self.digit, self.mu, self.log_sigma], rows)

    @property
    def evidence(self):
        """log p(x) of the digit, nats."""
        return float(self._evidence[self.digit.value])

    @property
    def gap(self):
        """KL(q || p(z|x)) of the q on the sliders, nats."""
        log_q, mass = self._q()
        return float((mass * (log_q - self.log_posterior[self.digit.value])).sum())

    @property
    def elbo(self):
        """E_q[log p(x, z) - log q(z)], nats; by the lesson's identity `evidence` minus `gap`."""
        log_q, mass = self._q()
        return float((mass * (self.log_posterior[self.digit.value] + self.evidence - log_q)).sum())

    def move(self):
        if self.digit.value != self._shown:
            self._take_up(self.digit.value)
        move_density(self._curves["q"], self.z, np.exp(self._q()[0]))
        elbo = self.elbo
        move_bound(self._bar, elbo, self.evidence, DEPTH)
        self.alt = (
            f"q is normal with mean {self.mu.value:.2f} and standard deviation"
            f" {np.exp(self.log_sigma.value):.2f}. The ELBO is {elbo:.2f}, the gap {self.gap:.2f},"
            f" together log p(x) = {self.evidence:.2f} nats."
        )

    def _q(self):
        """log q on the grid, and its mass at each point."""
        log_q = -0.5 * ((self.z - self.mu.value) / np.exp(self.log_sigma.value)) ** 2
        log_q = log_q - self.log_sigma.value - 0.5 * np.log(2 * np.pi)
        mass = np.exp(log_q + self._log_weight)
        return log_q, mass / mass.sum()

    def _take_up(self, row):
        """Another digit: its picture, its posterior, its axes."""
        self._shown = row
        middle, right = self._axes
        density, start = np.exp(self.log_posterior[row]), np.exp(-self._start[row][1]) * 0.4
        self._picture.set_data(self._images[row].reshape(self._picture.get_array().shape).numpy())
        move_density(self._curves["posterior"], self.z, density)
        middle.set(xlim=(-4, 4), ylim=(0, 1.4 * max(density.max(), start)))
        right.set_ylim(self.evidence - DEPTH, self.evidence + 0.22 * DEPTH)
        self.still_parts_changed()

    def _restart(self, _=None):
        """Put q where the encoder puts it."""
        self._tick = 0
        mu, log_sigma = self._start[self.digit.value]
        with self.changed.together():
            self.mu.value, self.log_sigma.value = float(mu), float(log_sigma)

    def _climb(self, change):
        if change["new"] <= self._tick:  # stopped, or a tick that came twice
            if change["new"] == 0:
                self._restart()
            return
        self._tick = change["new"]
        log_q, mass = self._q()
        mu, sigma = self.mu.value, np.exp(self.log_sigma.value)
        height = self.log_posterior[self.digit.value] - log_q  # up to log p(x), which has no slope
        height = height - (mass * height).sum()
        # Gradient in mu and log sigma by the score function, summed exactly, times the inverse of
        # the Fisher matrix.
        up_mu = (mass * height * (self.z - mu)).sum()
        up_log_sigma = (mass * height * (((self.z - mu) / sigma) ** 2 - 1)).sum() / 2
        with self.changed.together():
            self.mu.value = mu + float(np.clip(STEP * up_mu, -sigma, sigma))
            self.log_sigma.value += float(np.clip(STEP * up_log_sigma, -0.2, 0.2))
