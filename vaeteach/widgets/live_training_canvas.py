"""What a training shows in the page: codes and curves as they move, and the film of the run."""

import math

import numpy as np
import traitlets

from ..plots import (
    COLOURS,
    draw_codes,
    draw_loss_terms,
    draw_normal_contours,
    new_figure,
    style_plane,
)
from ..plots.latent import normal_radii
from ..plots.training import NAMES, TERMS
from .base import es_module, style_sheet
from .canvas import CanvasView, floats, png_of

KEPT = 3  # earlier runs that stay as thin lines
FRAMES = 100  # pictures of a run that can be gone through afterwards; at most twice as many
# a recorded run; the frames come after their epochs, as the page reads both when they come
OF_A_RUN = ("codes", "curve", "frame_epochs", "frames", "limit", "radii", "axes", "epoch", "alt")
_SMALL = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class TrainingCanvas(CanvasView):
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

    def __init__(self, digits):
        super().__init__(labels=digits.astype(np.uint8).tobytes())
        self._digits, self._rows, self.runs = digits, [], []

    @property
    def begun(self):
        """Whether the run has taken a step."""
        return bool(self._rows) and self._rows[-1][0] > 0

    def begin(self, label):
        """A new run; of the one before, which had this label, the curves stay as thin lines."""
        if len(self._rows) > 1:
            run = {"label": label, "rows": np.array(self._rows).ravel().round(4).tolist()}
            self.past = [*self.past, run][-KEPT:]
        self._rows, self._shown, self.film, self._every, self._seen = [], None, [], 1, 0
        self.limit = 4.0
        self.show_film([])

    def show(self, epoch, mean, price, terms, label):
        """Codes and terms as they are now.

        mean: of q(z|x), (N, D). price: the mean KL of each latent, (D,). terms: floats
        (log-likelihood, KL, ELBO).
        """
        codes = self._two_axes(mean.numpy(), price)
        if np.isfinite(terms).all():
            self._rows.append((epoch, *terms))
        if len(self._rows) > 1500:  # a long pause-free run: every second row is enough for the eye
            self._rows = self._rows[::2]
        reach = float(np.abs(codes[np.isfinite(codes).all(1)]).max(initial=0.0))
        self.keep(epoch, codes)
        with self.hold_sync():
            self.limit = max(self.limit, min(100.0, float(math.ceil(1.05 * reach))))
            self.codes = floats(codes)
            self.curve = floats(self._rows)
            self.epoch = float(epoch)
            self.alt = (
                f"{label}, epoch {epoch:.1f}: codes on the left; test log-likelihood"
                f" {terms[0]:.2f}, KL {terms[1]:.2f}, ELBO {terms[2]:.2f} nats per image on the"
                " right."
            )

    def keep(self, epoch, codes):
        """One picture more of this run; of a long run every second, then every fourth."""
        self._seen += 1
        if self.film and self.film[-1][0] == epoch:  # the end, seen already as the last step
            self.film.pop()
        if self._seen % self._every == 0 or not self.film:
            self.film.append((epoch, codes.astype("<f4")))
        if len(self.film) > 2 * FRAMES:
            self.film, self._every = self.film[::2], 2 * self._every

    def show_film(self, frames):
        """Let the page go through these frames, the picture of now always among them."""
        now = (self.epoch, np.frombuffer(self.codes, "<f4").reshape(-1, 2))
        if frames and frames[-1][0] != now[0]:
            frames = [*frames, now]
        with self.hold_sync():
            self.frame_epochs = floats([f[0] for f in frames])
            self.frames = b"".join(f[1].tobytes() for f in frames)

    def keep_run(self, label):
        """Keep the run that is over, so that a page can play it: the newest first."""
        self.show_film(self.film[:: math.ceil(len(self.film) / FRAMES)])
        self.runs.insert(0, {"label": label, **{name: getattr(self, name) for name in OF_A_RUN}})

    def page(self, png):
        """The kept runs, or the last one, as HTML that lives without kernel and network."""
        rows = [np.frombuffer(run["curve"], "<f4").tolist() for run in self.runs]
        past = [{"label": run["label"], "rows": curve} for run, curve in zip(self.runs, rows)]
        told, kept = [], {}
        for i, run in enumerate(self.runs):
            whole = {name: value for name, value in run.items() if isinstance(value, bytes)}
            kept |= {f"{name} {i}": value for name, value in whole.items()}
            words = {name: value for name, value in run.items() if name not in whole}
            told.append({**words, "past": past[:i] + past[i + 1 :]})
        return super().page(png, {"runs": told}, kept)

    def _two_axes(self, mean, price):
        """Codes (N, 2) to draw: the two latents of largest KL; a single one is spread by digit."""
        if mean.shape[1] == 1:
            self.axes, self.radii = ["z₁", "digit, for the eye only"], []
            return np.stack([mean[:, 0], (self._digits % 10 - 4.5) / 1.5], 1)
        best = sorted(price.argsort(descending=True)[:2].tolist())
        # do not flicker between equals
        if self._shown is None or price[best].sum() > 1.2 * price[self._shown].sum():
            self._shown = best
        self.axes = [f"z{str(i + 1).translate(_SMALL)}" for i in self._shown]
        self.radii = normal_radii().tolist()
        return mean[:, self._shown]

    def still(self):
        """The view as a PNG picture, drawn by the functions of `plots`."""
        import pandas as pd

        figure, axes = new_figure(12, 3.6, columns=4, width_ratios=[1.5, 1, 1, 1])
        style_plane(axes[0], self.limit, self.axes)
        draw_normal_contours(axes[0])
        draw_codes(axes[0], np.frombuffer(self.codes, "<f4").reshape(-1, 2), self._digits)
        wide = pd.DataFrame(self._rows, columns=["epoch", *TERMS])
        frame = wide.melt("epoch", var_name="quantity", value_name="nats").assign(split="test")
        draw_loss_terms(axes[1:], frame)
        return png_of(figure)
