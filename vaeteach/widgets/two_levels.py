"""A point of the upper plane, or a label, and what it says about the plane below."""

import numpy as np
import torch
import traitlets

from ..distributions import draw
from ..models import page_recipe
from ..models.page_recipe import mlp_recipe
from ..plots import draw_two_levels, new_figure
from ..plots.levels import COLUMNS
from ..support import exclusive
from .base import es_module, style_sheet
from .canvas import CanvasView, floats, normal_circles, png_of

SHOWN = 1500  # codes on each plane
DRAWS = 3 * COLUMNS - 1  # of p(z|u); with its middle they fill three rows of pictures


class TwoLevels(CanvasView):
    """Drag in the upper plane: p(z|u) as an ellipse among the codes below, and pictures of it.

    model: a VAE with two latents and a HierarchicalPrior. conditional: one with a ConditionalPrior
    of ten classes. data: ImageData whose training images are shown (the first 1500 of them). `u` is
    the place in the upper plane and can be set; `labelled` puts the ten labels there instead, and
    the one nearest to `u` is asked for; `seed` is that of the draws. An image's place in the upper
    plane is the mean of the exact p(u|z) at its code. `given` is p(z|u), or p(z|c), of torch.
    Raises ValueError where the planes have not two dimensions, and for networks that a page cannot
    compute.
    """

    _esm = es_module(
        "base/attend.js",
        "base/page.js",
        "base/canvas.js",
        "base/plane.js",
        "base/network.js",
        "two_levels.js",
    )
    _css = style_sheet("base/attend.css", "base/canvas.css", "two_levels.css")

    u = traitlets.List(traitlets.Float(), [0.0, 0.0], minlen=2, maxlen=2).tag(sync=True)
    labelled = traitlets.Bool(False).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    draws = traitlets.Int(DRAWS).tag(sync=True)
    limit = traitlets.Float(4.0).tag(sync=True)
    shape = traitlets.List().tag(sync=True)
    sheet = traitlets.List().tag(sync=True)
    contours = traitlets.List().tag(sync=True)
    classes = traitlets.Bytes().tag(sync=True)
    above = traitlets.Dict().tag(sync=True)
    above_prior = traitlets.Bytes().tag(sync=True)
    above_decoder = traitlets.Bytes().tag(sync=True)
    above_codes = traitlets.Bytes().tag(sync=True)
    above_upper = traitlets.Bytes().tag(sync=True)
    labels = traitlets.Dict().tag(sync=True)
    labels_prior = traitlets.Bytes().tag(sync=True)
    labels_decoder = traitlets.Bytes().tag(sync=True)
    labels_codes = traitlets.Bytes().tag(sync=True)
    labels_upper = traitlets.Bytes().tag(sync=True)

    def __init__(self, model, conditional, data):
        self.model, self.conditional, self.data = model, conditional, data
        height, width = data.shape
        with exclusive(), torch.no_grad():
            net = mlp_recipe(model.prior.net, {"family": "gaussian"})
            numbers = torch.cat([conditional.prior.mu, conditional.prior.logvar], 1)
            sides = self._side("above", model, net.layers, net.weights)
            sides |= self._side("labels", conditional, [], floats(numbers))
            reach = max(np.abs(self._codes(m)[0]).max() for m in (model, conditional))
        super().__init__(
            shape=[height, width],
            sheet=[3 * (height + 2), COLUMNS * (width + 2)],  # a white edge round each
            limit=float(np.ceil(2 * max(4.0, reach)) / 2),
            contours=normal_circles(),
            classes=data.train_labels[:SHOWN].numpy().astype(np.uint8).tobytes(),
            alt="An upper plane of codes, a lower one with an ellipse, and pictures.",
            **sides,
        )

    def _side(self, name, model, layers, weights):
        """The traits of one of the two models."""
        codes, upper = self._codes(model)
        decoder, floor = page_recipe(model.decoder), float(getattr(model.prior, "log_floor", 0))
        if codes.shape[1] != 2:
            raise ValueError(
                f"TwoLevels draws planes, so both models need latent_dim=2, not {codes.shape[1]}."
            )
        if not decoder.layers or not weights:
            raise ValueError(f"A page cannot compute a network of the model: {decoder.reason}")
        said = {"likelihood": decoder.output, "decoder_layers": decoder.layers}
        return {
            name: {**said, "prior_layers": layers, "log_floor": floor},
            f"{name}_prior": weights,
            f"{name}_decoder": decoder.weights,
            f"{name}_codes": floats(codes),
            f"{name}_upper": floats(upper),
        }

    def _codes(self, model):
        """The means of q(z|x), and of p(u|z) at them where there is an upper plane."""
        mean, p = model.encode(self.data.train[:SHOWN]).mean, model.prior()
        if not hasattr(p, "log_joint"):
            return mean.numpy(), np.zeros((len(mean), 2))
        return mean.numpy(), (p.log_joint(mean).softmax(1) @ p.nodes.double()).numpy()

    @property
    def label(self):
        """The class whose place on the ring is nearest to u: 0 at the top, then clockwise."""
        return round(np.arctan2(*self.u) * 5 / np.pi) % 10

    @property
    def given(self):
        """p(z|u), or p(z|c) where labels are on."""
        with exclusive(), torch.no_grad():
            if self.labelled:
                return self.conditional.prior.given(torch.tensor(self.label))
            return self.model.prior.given(torch.tensor(self.u))

    def state(self):
        """What `plots.draw_two_levels` draws, as arrays, at the present setting."""
        model, p = self.conditional if self.labelled else self.model, self.given
        with exclusive(), torch.no_grad():
            z = draw(p, (DRAWS,), self.seed)
            codes, upper = self._codes(model)
            pictures = model.decode(torch.cat([p.mean[None], z])).mean.numpy()
        return {
            "upper": upper,
            "codes": codes,
            "here": self.u,
            "label": f"p(z|c = {self.label})" if self.labelled else "p(z|u)",
            "mean": p.mean.numpy(),
            "stddev": p.stddev.numpy(),
            "draws": z.numpy(),
            "pictures": pictures,
            "limit": self.limit,
        }

    @classmethod
    def drawn(cls, model, conditional, data, u=(0.0, 0.0)):
        """The drawing at a place of the upper plane, as a figure that does not move."""
        view = cls(model, conditional, data)
        view.u = list(u)
        return view._figure()

    def _figure(self):
        figure, axes = new_figure(12.5, 4.4, columns=3, width_ratios=[1, 1, 0.8])
        draw_two_levels(axes, self.state(), self.data.train_labels[:SHOWN], self.data.shape)
        return figure

    def still(self):
        return png_of(self._figure())
