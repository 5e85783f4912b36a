"""The same decoder fed from different places, beside the noise floor."""

import ipywidgets
import torch

from ..codes import fit_codes, frechet_distance, moments, precision_recall
from ..distributions import draw
from ..plots import draw_sampler, move_sampler, new_figure
from ..plots.sampling import PER_ROW
from .base import FigureView, choice, slider

SAMPLERS = ("prior", "normal", "mixture", "aggregate", "one q(z|x)")
SHOWN = 4 * PER_ROW


class WhereToSample(FigureView):
    """Samples of several distributions over the codes, decoded side by side with a measure.

    They are the prior, fits to the codes, and one image's posterior. models: {name: VAE with a
    Gaussian posterior}; data: the ImageData they were trained on; features: what turns images into
    features (DigitFeatures). Everything is fitted when the view is made. Controls: `model`,
    `sampler`, `seed` (drag it to redraw), `pixels` (the mean of p(x|z), or a draw from it; the
    measures are always of draws). Measured are as many samples as there are test images, against
    the test images; the floor is the same measure between as many training and test images. Of more
    than two latents, the two whose means vary most are drawn. Raises ValueError where there are no
    models.
    """

    def __init__(self, models, data, features):
        if not models:
            raise ValueError("WhereToSample needs at least one model: {name: model}.")
        super().__init__()
        self.data, self.features, self.models = data, features, dict(models)
        self._sources = {name: self._fitted(model) for name, model in self.models.items()}
        self._test, self._kept = features(data.test), (None, None)
        n = min(len(data.train), len(data.test))
        self.floor = frechet_distance(features(data.train[:n]), self._test)
        self.model = choice("model", list(self.models))
        self.sampler = choice("sampler", SAMPLERS)
        self.seed = slider("redraw", 0, 30, 1)
        self.pixels = ipywidgets.ToggleButtons(
            options=["mean", "draw"], value="mean", description="pixels"
        )
        self.pixels.style.button_width = "60px"
        figure, axes = self._paper()
        self._artists = draw_sampler(axes, self.state(), data.shape)
        controls = [self.model, self.sampler, self.seed, self.pixels]
        self.show(figure, list(self._artists.values()), controls, (controls[:2], controls[2:]))

    @staticmethod
    def _paper():
        return new_figure(12.5, 4.4, columns=3, width_ratios=[1, 1.2, 0.8])

    @classmethod
    def drawn(cls, models, data, features):
        """The drawing as it opens, as a figure that does not move."""
        view, (figure, axes) = cls(models, data, features), cls._paper()
        draw_sampler(axes, view.state(), data.shape)
        return figure

    @torch.no_grad()
    def _fitted(self, model):
        """A distribution with batch () for each sampler, the codes behind them, the two axes."""
        train = self.data.train
        q = model.encode(train)
        kinds = {kind: fit_codes(model, train, kind) for kind in ("normal", "mixture", "aggregate")}
        one = model.encode(self.data.test[:1])
        single = type(one)(one.mu[0], one.logvar[0])
        axes = moments(model, train).between.argsort(descending=True)[:2]
        codes = draw(q, seed=0)[:1000, axes]  # the means alone would lack the widths
        return {"prior": model.prior(), **kinds, "one q(z|x)": single}, codes, axes

    @torch.no_grad()
    def _sampled(self, model, seed):
        """{sampler: (z, p(x|z), images, their features)}, and Frechet distances to the test."""
        if self._kept[0] != (model, seed):
            drawn = {}
            for name, source in self._sources[model][0].items():
                z = draw(source, (len(self.data.test),), seed)
                p = self.models[model].decode(z)
                images = draw(p, seed=seed)
                drawn[name] = z, p, images, self.features(images)
            distances = {k: frechet_distance(self._test, parts[3]) for k, parts in drawn.items()}
            self._kept = (model, seed), (drawn, distances)
        return self._kept[1]

    @torch.no_grad()
    def state(self):
        """What `plots.draw_sampler` draws, as arrays, at the present setting."""
        drawn, distances = self._sampled(self.model.value, self.seed.value)
        _, codes, axes = self._sources[self.model.value]
        z, p, images, measured = drawn[self.sampler.value]
        quality = precision_recall(self._test, measured)
        return {
            "codes": codes.numpy(),
            "samples": z[:200, axes].numpy(),
            "pictures": (p.mean if self.pixels.value == "mean" else images)[:SHOWN].numpy(),
            "sampler": self.sampler.value,
            "distances": distances,
            "floor": self.floor,
            "precision": quality.precision,
            "recall": quality.recall,
        }

    def move(self):
        self.measured = state = self.state()
        move_sampler(self._artists, state, self.data.shape)
        distance = state["distances"][self.sampler.value]
        self.alt = (
            f"Pictures decoded from samples of: {self.sampler.value}; model: {self.model.value}."
            f" Frechet distance to the test images {distance:.2f}, noise floor"
            f" {state['floor']:.2f}; precision {state['precision']:.2f}, recall"
            f" {state['recall']:.2f}."
        )
