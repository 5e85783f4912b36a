"""The latent plane under the pointer: the first view of the course, and its opening picture."""

import numpy as np
import torch
import traitlets

from ..exact import posterior_grid
from ..models import page_recipe
from ..plots import (
    draw_codes,
    draw_ellipse,
    draw_normal_contours,
    draw_picture,
    new_figure,
    style_plane,
)
from ..support import exclusive
from .base import es_module, style_sheet
from .canvas import CanvasView, floats, png_of

REACH, POINTS = 6.0, 201  # the grid of log p(x), as in vaeteach.exact
LARGEST = 100  # pixels of a picture whose table on that grid is small enough for a page
SHOWN = 2000  # codes on the plane; more would hide each other and make the page heavy


class LatentExplorer(CanvasView):
    """Drag in the latent plane: the digit decoded there, the nearest real one with its q(z|x).

    Draw one, see it land. model: a VAE with two latents and a Gaussian posterior. data: ImageData
    whose training images are shown (the first 2000 of them). `z` is the pointer's place and can be
    set; `smooth` switches between smoothed and raw pixels; `only` shows the codes of one class;
    `drawing` are the P pixels of the reader's own digit ([] for none), shown with its
    reconstruction, a sample of its q(z|x) (drawn with `seed`), log p(x) and its bound. `picture` is
    what torch decodes at z. The networks run in the page where their `page_recipe()` says how, else
    in the kernel; log p(x) of small pictures likewise. Raises ValueError where the plane has not
    two dimensions.
    """

    _esm = es_module(
        "base/attend.js",
        "base/page.js",
        "base/canvas.js",
        "base/plane.js",
        "base/legend.js",
        "base/network.js",
        "base/evidence.js",
        "base/questions.js",
        "latent_explorer_plane.js",
        "latent_explorer_pad.js",
        "latent_explorer.js",
    )
    _css = style_sheet("base/attend.css", "base/canvas.css", "latent_explorer.css")

    z = traitlets.List(traitlets.Float(), [0.0, 0.0], minlen=2, maxlen=2).tag(sync=True)
    drawing = traitlets.List(traitlets.Float(), []).tag(sync=True)
    smooth = traitlets.Bool(True).tag(sync=True)
    shape = traitlets.List().tag(sync=True)
    limit = traitlets.Float(4.0).tag(sync=True)
    contours = traitlets.List().tag(sync=True)
    ink = traitlets.Dict().tag(sync=True)
    binary = traitlets.Bool().tag(sync=True)
    likelihood = traitlets.Dict().tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    reach = traitlets.Float(REACH).tag(sync=True)
    log_prior = traitlets.Bytes().tag(sync=True)
    codes = traitlets.Bytes().tag(sync=True)
    spreads = traitlets.Bytes().tag(sync=True)
    labels = traitlets.Bytes().tag(sync=True)
    images = traitlets.Bytes().tag(sync=True)
    decoder_layers = traitlets.List().tag(sync=True)
    decoder_weights = traitlets.Bytes().tag(sync=True)
    encoder_layers = traitlets.List().tag(sync=True)
    encoder_weights = traitlets.Bytes().tag(sync=True)

    def __init__(self, model, data):
        self.model = model
        images, labels = data.train[:SHOWN], data.train_labels[:SHOWN]
        with exclusive(), torch.no_grad():
            q, prior = model.encode(images), model.prior()
            if q.event_shape != (2,):
                raise ValueError(
                    "LatentExplorer draws a plane, so it needs a model with latent_dim=2; this one"
                    f" has {q.event_shape[0]}. Use Traversal for more dimensions."
                )
            self._mean, self._stddev, self._labels = (a.numpy() for a in (q.mean, q.stddev, labels))
            decoder, encoder = page_recipe(model.decoder), page_recipe(model.encoder)
            in_page = decoder.layers and encoder.layers and images.shape[1] <= LARGEST
            log_prior = _log_prior(prior) if in_page else b""
            limit = float(np.ceil(max(4.5, np.quantile(np.abs(self._mean), 0.998) * 1.05) * 2) / 2)
            contours = _density_contours(prior, limit)
        super().__init__(
            shape=list(data.shape),
            limit=limit,
            contours=contours,
            ink=_ink(data),
            binary=bool(((images == 0) | (images == 1)).all()),
            likelihood=decoder.output,
            log_prior=log_prior,
            codes=floats(self._mean),
            spreads=floats(self._stddev),
            labels=self._labels.astype(np.uint8).tobytes(),
            images=(images * 255).round().to(torch.uint8).numpy().tobytes(),
            decoder_layers=decoder.layers,
            decoder_weights=decoder.weights,
            encoder_layers=encoder.layers,
            encoder_weights=encoder.weights,
            alt=(
                f"Latent plane: {len(images)} codes coloured by digit over the dashed contours of"
                " the prior."
            ),
        )
        self.on_msg(self._answer)

    @traitlets.validate("drawing")
    def _check_drawing(self, proposal):
        pixels = int(np.prod(self.shape))
        if len(proposal.value) not in (0, pixels):
            raise traitlets.TraitError(
                f"drawing needs {pixels} pixels, row by row, or [] for none; got"
                f" {len(proposal.value)}."
            )
        return proposal.value

    @property
    def picture(self):
        """The mean of p(x|z) at the pointer, decoded by torch: shape (P,)."""
        return self._decode(self.z)

    @property
    def posterior_of_drawing(self):
        """q(z|x) of the reader's drawing, or None where nothing is drawn."""
        if not self.drawing:
            return None
        with exclusive(), torch.no_grad():
            return self.model.encode(torch.tensor([self.drawing]))

    def still(self):
        """The plane and the picture at z as PNG bytes."""
        figure, (plane, right) = new_figure(8, 4.8, columns=2, width_ratios=[2.4, 1])
        style_plane(plane, self.limit)
        draw_codes(plane, self._mean, self._labels)
        draw_normal_contours(plane)
        nearest = ((self._mean - np.array(self.z)) ** 2).sum(1).argmin()
        draw_ellipse(plane, self._mean[nearest], self._stddev[nearest])
        plane.plot(*self.z, "+", color="k", ms=16, mew=2)
        draw_picture(right, self.picture, self.shape, self.smooth, title="decoded at the cross")
        return png_of(figure)

    def _decode(self, z):
        with exclusive(), torch.no_grad():
            return self.model.decode(torch.tensor([list(z)])).mean[0]

    def _answer(self, _, message, buffers):
        """What the page cannot compute by itself."""
        answer = {"decode": self._decode, "encode": self._encode, "evidence": self._evidence}
        if message.get("kind") in answer:
            output = answer[message["kind"]](message["input"])
            self.send({"place": message.get("place")}, [floats(output)])

    def _encode(self, pixels):
        with exclusive(), torch.no_grad():
            q = self.model.encode(torch.tensor([pixels]))
            return torch.cat([q.mean[0], 2 * q.stddev[0].log()])

    def _evidence(self, pixels):
        """log p(x) and the bound, by one pass over the grid of the exact posterior."""
        x = torch.tensor([pixels])
        with exclusive(), torch.no_grad():
            grid, q = posterior_grid(self.model, x), self.model.encode(x)
            log_q = q.log_prob(grid.nodes.to(x.dtype)).double()
            weight = (log_q + grid.log_weight.flatten()).exp()
            log_joint = grid.log_density.flatten() + grid.log_marginal
            bound = (weight * (log_joint - log_q)).sum() / weight.sum()
        return torch.cat([grid.log_marginal, bound.to(x.dtype)[None]])


def _log_prior(prior):
    """log p(z) on the grid over which a page integrates, as bytes.

    They are empty where that sum would be wrong: for priors with mass outside or with an edge.
    """
    axis = torch.linspace(-REACH, REACH, POINTS)
    grid = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1)
    log_density = prior.log_prob(grid).numpy()
    mass = np.exp(log_density, dtype=float).sum() * float(axis[1] - axis[0]) ** 2
    return floats(log_density) if abs(mass - 1) < 1e-4 else b""


def _density_contours(prior, limit, masses=(0.5, 0.9, 0.99), points=161):
    """Lines around the regions of highest prior density with these shares of its mass.

    They are lists of points. Found on a grid, so that any prior of the plane is shown, not a
    Gaussian only.
    """
    from contourpy import contour_generator

    axis = torch.linspace(-limit, limit, points)
    grid = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1)
    density = prior.log_prob(grid).exp().nan_to_num(0.0).numpy()
    ordered = np.sort(density.ravel())[::-1]
    share = np.cumsum(ordered) * float(axis[1] - axis[0]) ** 2
    lines = contour_generator(axis.numpy(), axis.numpy(), density)
    levels = [
        float(ordered[min(np.searchsorted(share, mass), ordered.size - 1)]) for mass in masses
    ]
    return [line.round(4).tolist() for level in levels for line in lines.lines(level)]


def _ink(data):
    """How large digits are: mean height, centre (x, y) and pen of their ink, pixels."""
    dark = data.train[:500].reshape(-1, *data.shape) >= 0.5
    dark = dark[dark.any(2).any(1)]
    rows, columns = dark.any(2).float(), dark.any(1).float()

    def middle_and_span(line):
        where = torch.arange(line.shape[1]).float()
        first = torch.where(line > 0, where, torch.inf).amin(1)
        last = torch.where(line > 0, where, -torch.inf).amax(1)
        return float(((first + last + 1) / 2).mean()), float((last - first + 1).mean())

    (middle_y, height), (middle_x, _) = middle_and_span(rows), middle_and_span(columns)
    return {"height": height, "centre": [middle_x, middle_y], "pen": max(1.3, 0.1 * data.shape[0])}
