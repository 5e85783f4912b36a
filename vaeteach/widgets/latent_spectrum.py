"""Drag the decoder's noise across the spectrum of the data, and see which latents live."""

import numpy as np
import torch

from ..exact import best_linear_vae, principal_axes, spectral_log_marginal
from ..plots import draw_latent_spectrum, move_latent_spectrum, new_figure
from ..plots.spectrum import COLUMNS
from .base import FigureView, checkbox, slider

RANGE = -2.5, 0.4  # of log10 sigma^2


class LatentSpectrum(FigureView):
    """The solved linear VAE at every sigma^2.

    Its eigenvalues, living and dead, its exact log p(x) and its pictures. data: ImageData with grey
    pixels. Controls: `level` (log10 of sigma^2, the threshold), `latents` (D), and `noise`: whether
    new pictures are shown with the noise of their pixels. Raises ValueError for data that never
    vary.
    """

    def __init__(self, data, latents=8):
        super().__init__()
        self.data = data
        self._values, directions = principal_axes(data)
        if not self._values[0] > 0:
            raise ValueError("LatentSpectrum: all the training images are alike; nothing varies.")
        centred = data.test.double() - data.train.double().mean(0)
        self._spread = (centred @ directions).square().mean(0)
        most = min(30, int((self._values > 1e-3).sum()) - 1)
        self.level = slider("log10 σ²", *RANGE, 0.05, value=-1.0)
        self.latents = slider("latents", 1, most, 1, value=min(latents, most))
        self.noise = checkbox("noise of the pixels", False)
        figure, axes = self._paper()
        self._artists = draw_latent_spectrum(axes, self.state(), data.shape)
        bars, line = self._artists["spectrum"]
        curves, mark, here = self._artists["curves"]
        moving = [*bars, line, *curves, mark, here, self._artists["pictures"]]
        self.show(figure, [*moving, self._artists["text"]], [self.level, self.latents, self.noise])

    @staticmethod
    def _paper():
        return new_figure(12.5, 4.4, columns=3, width_ratios=[1.15, 1, 1.15])

    @classmethod
    def drawn(cls, data, latents=8):
        """The drawing as it opens, as a figure that does not move."""
        view, (figure, axes) = cls(data, latents), cls._paper()
        draw_latent_spectrum(axes, view.state(), data.shape)
        figure.alt = view.alt
        return figure

    @torch.no_grad()
    def state(self):
        """What `plots.draw_latent_spectrum` draws, at the present setting."""
        latents, variance = self.latents.value, 10**self.level.value
        model = best_linear_vae(self.data, latents, variance)
        best = float(self._values[latents:].mean())
        variances = torch.logspace(*RANGE, 80, dtype=torch.float64)
        train = spectral_log_marginal(self._values, latents, variances)
        test = spectral_log_marginal(self._values, latents, variances, self._spread)
        top = float(spectral_log_marginal(self._values, latents, best))
        here = float(spectral_log_marginal(self._values, latents, variance))
        self.alive = int((self._values[:latents] > variance).sum())
        self.log_marginal, self.best = here, best
        return {
            "eigenvalues": self._values.numpy(),
            "variance": variance,
            "latents": latents,
            "variances": variances.numpy(),
            "train": train.numpy(),
            "test": test.numpy(),
            "best": (best, top),
            "limits": self._limits,
            "pictures": self._pictures(model),
            "text": f"{self.alive} of {latents} latents live\nlog p(x) = {here:.1f} nats".replace(
                "-", "\N{MINUS SIGN}"
            ),
        }

    def move(self):
        move_latent_spectrum(self._artists, self.state(), self.data.shape)
        self.alt = (
            f"Threshold sigma^2 {10**self.level.value:.3f}: {self.alive} of {self.latents.value}"
            f" latents live. Exact mean log p(x) of the training images {self.log_marginal:.1f}"
            f" nats; best at sigma^2 {self.best:.3f}."
        )

    @property
    def _limits(self):
        """The same axis at every setting: from far below a dead model to above the best."""
        most = self.latents.max
        top = spectral_log_marginal(self._values, most, self._values[most:].mean())
        return -80.0, 10 * np.ceil(float(top) / 10 + 0.2)

    def _pictures(self, model):
        test = self.data.test[:COLUMNS].double()
        rebuilt = model.decode(model.encode(test).mean).mean
        g = torch.Generator().manual_seed(4)
        new = model.decode(torch.randn(COLUMNS, model.weight.shape[1], generator=g))
        drawn = new.mean
        if self.noise.value:
            drawn = drawn + model.variance**0.5 * torch.randn(drawn.shape, generator=g)
        return torch.cat([test, rebuilt, drawn]).clamp(0, 1).numpy()
