"""The latent plane under the pointer: the first view of the course, and its opening picture."""

import io
from pathlib import Path

import numpy as np
import torch
import traitlets
from torch import nn

from ..distributions import Gaussian
from ..plots import (
    digit_palette,
    draw_codes,
    draw_ellipse,
    draw_normal_contours,
    draw_picture,
    new_figure,
    style_plane,
)
from ..support import exclusive
from .canvas import CanvasView

_HERE = Path(__file__).parent
# what the page can compute
_IN_PAGE = (nn.Tanh, nn.ReLU, nn.SiLU, nn.Sigmoid, nn.Softplus, nn.GELU)
SHOWN = 2000  # codes on the plane; more would hide each other and make the page heavy


class LatentExplorer(CanvasView):
    """Drag in the latent plane: the digit decoded there, the nearest real one with its q(z|x).

    Draw one, see it land.

    model: a VAE with two latents and a Gaussian posterior. data: ImageData whose training images
    are shown (the first 2000 of them). `z` is the pointer's place and can be set; `smooth` switches
    between smoothed and raw pixels;
    `drawing` are the P pixels of the reader's own digit ([] for none). `picture` is what torch
    decodes at z. The networks run in the page where they are plain multilayer perceptrons, else in
    the kernel.
    Raises ValueError where the plane has not two dimensions.
    """

    _esm_path, _css_path = _HERE / "latent_explorer.js", _HERE / "latent_explorer.css"
    _esm, _css = _esm_path, _css_path

    z = traitlets.List(traitlets.Float(), [0.0, 0.0], minlen=2, maxlen=2).tag(sync=True)
    drawing = traitlets.List(traitlets.Float(), []).tag(sync=True)
    smooth = traitlets.Bool(True).tag(sync=True)
    alt = traitlets.Unicode("").tag(sync=True)
    shape = traitlets.List().tag(sync=True)
    limit = traitlets.Float(4.0).tag(sync=True)
    palette = traitlets.List().tag(sync=True)
    contours = traitlets.List().tag(sync=True)
    ink = traitlets.Dict().tag(sync=True)
    binary = traitlets.Bool().tag(sync=True)
    likelihood = traitlets.Unicode("").tag(sync=True)
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
            self._mean, self._stddev, self._labels = (
                q.mean.numpy(),
                q.stddev.numpy(),
                labels.numpy(),
            )
            decoder, encoder = _plain_mlp(model.decoder), _plain_mlp(model.encoder)
            if not isinstance(q, Gaussian):
                encoder = [], b""
            likelihood = _likelihood_name(model.decoder)
            if likelihood is None:
                decoder = [], b""
            limit = float(np.ceil(max(3.5, np.quantile(np.abs(self._mean), 0.998) * 1.05) * 2) / 2)
            contours = _density_contours(prior, limit)
        super().__init__(
            shape=list(data.shape),
            limit=limit,
            palette=digit_palette(),
            contours=contours,
            ink=_ink(data),
            binary=bool(((images == 0) | (images == 1)).all()),
            likelihood=likelihood or "",
            codes=self._mean.astype("<f4").tobytes(),
            spreads=self._stddev.astype("<f4").tobytes(),
            labels=self._labels.astype(np.uint8).tobytes(),
            images=(images * 255).round().to(torch.uint8).numpy().tobytes(),
            decoder_layers=decoder[0],
            decoder_weights=decoder[1],
            encoder_layers=encoder[0],
            encoder_weights=encoder[1],
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
        stream = io.BytesIO()
        figure.savefig(stream, format="png")
        return stream.getvalue()

    def _decode(self, z):
        with exclusive(), torch.no_grad():
            return self.model.decode(torch.tensor([list(z)])).mean[0]

    def _answer(self, _, message, buffers):
        """What the page cannot compute by itself."""
        if message.get("kind") == "decode":
            output = self._decode(message["input"])
        elif message.get("kind") == "encode":
            with exclusive(), torch.no_grad():
                q = self.model.encode(torch.tensor([message["input"]]))
                output = torch.cat([q.mean[0], q.stddev[0]])
        else:
            return
        self.send(
            {"kind": message["kind"], "input": message["input"]},
            [output.numpy().astype("<f4").tobytes()],
        )


def _plain_mlp(module):
    """(layers, weights) of a network that the page can run, else ([], b"")."""
    net = getattr(module, "net", None)
    if not isinstance(net, nn.Sequential) or type(module).forward.__qualname__ not in (
        "Encoder.forward",
        "Decoder.forward",
    ):
        return [], b""
    layers, numbers = [], []
    for part in net:
        if isinstance(part, nn.Linear) and part.bias is not None:
            layers.append(
                {"inputs": part.in_features, "outputs": part.out_features, "activation": ""}
            )
            numbers += [part.weight.detach().numpy().ravel(), part.bias.detach().numpy()]
        elif (
            type(part) in _IN_PAGE and layers and not layers[-1]["activation"] and _as_in_page(part)
        ):
            layers[-1]["activation"] = type(part).__name__
        else:
            return [], b""
    return layers, np.concatenate(numbers).astype("<f4").tobytes()


def _as_in_page(activation):
    """The page knows each activation in one form only."""
    return not (
        getattr(activation, "approximate", "none") != "none" or getattr(activation, "beta", 1) != 1
    )


def _likelihood_name(decoder):
    from ..models import LIKELIHOODS

    return next(
        (
            name
            for name, kind in LIKELIHOODS.items()
            if type(getattr(decoder, "likelihood", None)) is kind
        ),
        None,
    )


def _density_contours(prior, limit, masses=(0.5, 0.9, 0.99), points=161):
    """Lines around the regions of highest prior density with these shares of its mass.

    They are lists of points.

    Found on a grid, so that any prior of the plane is shown, not a Gaussian only.
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
    """How large a digit of this data set is.

    Mean height of its ink, its centre (x, y), the width of a pen; pixels.
    """
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
