"""The codes dissolve into noise and come back: by the exact score, and by the learned one."""

import numpy as np
import torch
import traitlets

from ..distributions import (
    ProbabilityFlow,
    draw,
    encode,
    gaussian,
    mixture_score,
    noised,
    perfect_pull,
)
from ..models import page_recipe
from ..models.page_recipe import mlp_recipe
from ..plots import arrow_grid, draw_dissolving, draw_picture, new_figure
from ..support import exclusive
from .base import es_module, style_sheet
from .canvas import CanvasView, floats, normal_circles, png_of

SHOWN, STEPS = 600, 24


class DissolvingCodes(CanvasView):
    """Codes of the training images at any share of noise, with both scores and the path of a noise.

    model: a VAE with two latents and a Gaussian posterior. prior: a DiffusionPrior matched to its
    codes. data: ImageData; the exact score is of all its training images, 600 codes are shown.
    `t` is the noise's share of the variance, `noise` the place at t = 1 from which the two paths
    start, `arrows` names the scores that are drawn, "learned" and "exact". `path(which)` is what
    torch says of a path. All is computed in the page.
    Raises ValueError where the plane has not two dimensions, or a page cannot run the networks.
    """

    _esm = es_module(
        "base/attend.js",
        "base/page.js",
        "base/canvas.js",
        "base/plane.js",
        "base/network.js",
        "dissolving_codes_flow.js",
        "dissolving_codes.js",
    )
    _css = style_sheet("base/attend.css", "base/canvas.css", "dissolving_codes.css")

    t = traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True)
    noise = traitlets.List(traitlets.Float(), [1.0, -0.6], minlen=2, maxlen=2).tag(sync=True)
    arrows = traitlets.List(traitlets.Enum(["learned", "exact"]), ["learned", "exact"]).tag(
        sync=True
    )
    shape = traitlets.List().tag(sync=True)
    limit = traitlets.Float(4.0).tag(sync=True)
    steps = traitlets.Int(STEPS).tag(sync=True)
    contours = traitlets.List().tag(sync=True)
    mean = traitlets.Bytes().tag(sync=True)
    spread = traitlets.Bytes().tag(sync=True)
    codes = traitlets.Bytes().tag(sync=True)
    code_noise = traitlets.Bytes().tag(sync=True)
    labels = traitlets.Bytes().tag(sync=True)
    waves = traitlets.List().tag(sync=True)
    ripples = traitlets.List().tag(sync=True)
    pull_layers = traitlets.List().tag(sync=True)
    pull_weights = traitlets.Bytes().tag(sync=True)
    decoder_layers = traitlets.List().tag(sync=True)
    decoder_weights = traitlets.Bytes().tag(sync=True)
    likelihood = traitlets.Dict().tag(sync=True)

    def __init__(self, model, prior, data):
        self.model, self.prior = model, prior
        with exclusive(), torch.no_grad():
            self.q = encode(model, data.train)
            if self.q.event_shape != (2,):
                raise ValueError(
                    "DissolvingCodes draws a plane, so it needs a model with latent_dim=2; this one"
                    f" has {self.q.event_shape[0]}."
                )
            codes = draw(self.q, seed=1)[:SHOWN]
        pull, decoder = mlp_recipe(prior.net, {"family": "pull"}), page_recipe(model.decoder)
        if not (pull.layers and decoder.layers):
            raise ValueError(
                f"DissolvingCodes runs in the page, but {pull.reason or decoder.reason}."
            )
        self._labels = data.train_labels[:SHOWN].numpy()
        self._codes = codes
        self._code_noise = draw(gaussian(codes * 0, codes * 0), seed=2)
        super().__init__(
            shape=list(data.shape),
            limit=float(np.ceil(max(3.5, 1.05 * float(codes.abs().quantile(0.995))) * 2) / 2),
            contours=normal_circles(),
            mean=floats(self.q.mean),
            spread=floats(self.q.stddev),
            codes=floats(codes),
            code_noise=floats(self._code_noise),
            labels=self._labels.astype(np.uint8).tobytes(),
            waves=prior.waves.tolist(),
            ripples=prior.ripples.T.tolist(),
            pull_layers=pull.layers,
            pull_weights=pull.weights,
            decoder_layers=decoder.layers,
            decoder_weights=decoder.weights,
            likelihood=decoder.output,
            alt=(
                f"{len(codes)} codes coloured by digit, mixed with noise, over the dashed contours"
                " of N(0, I); arrows of the learned score in blue and of the exact one in orange."
            ),
        )

    def path(self, which):
        """Where the noise goes by the "learned" or the "exact" score: (steps + 1, 2), by torch."""
        pulls = {"learned": self.prior.pull, "exact": lambda z, t: perfect_pull(self.q, z, t)}
        with exclusive(), torch.no_grad():
            start = torch.tensor([list(self.noise)])
            return ProbabilityFlow(pulls[which], start[0] * 0, STEPS).path(start)[:, 0]

    def score(self, which):
        """The "learned" or the "exact" score at time t where the arrows stand, (G, 2), by torch."""
        grid = torch.as_tensor(arrow_grid(self.limit))
        with exclusive(), torch.no_grad():
            if which == "learned":
                return self.prior.score(grid, self.t)
            return mixture_score(noised(self.q, self.t), grid)

    def codes_at(self, t):
        """The shown codes with the share t of noise, (600, 2)."""
        return (1 - t) ** 0.5 * self._codes + t**0.5 * self._code_noise

    @classmethod
    def drawn(cls, model, prior, data, t=0.0):
        """The drawing at time t, as a figure that does not move."""
        view = cls(model, prior, data)
        view.t = t
        return view._figure()

    def still(self):
        """The plane at time t and the digits at the ends of both paths, as PNG bytes."""
        return png_of(self._figure())

    def _figure(self):
        figure, axes = new_figure(9, 4.8, columns=3, width_ratios=[2.4, 1, 1])
        paths = {which: self.path(which) for which in ("learned", "exact")}
        draw_dissolving(
            axes[0],
            self.codes_at(self.t),
            self._labels,
            {which: self.score(which) for which in ("exact", "learned") if which in self.arrows},
            self.limit,
            paths,
        )
        for ax, (which, path) in zip(axes[1:], paths.items()):
            with exclusive(), torch.no_grad():
                picture = self.model.decode(path[-1:]).mean[0]
            draw_picture(ax, picture, self.shape, True, title=f"end, {which} score")
        figure.alt = f"{self.alt} Time {self.t:.2f}; beside it the digits at the ends of two paths."
        return figure
