"""Views drawn by one ES module in the page: they need no kernel and live in exports."""

import io

import anywidget
import numpy as np
import traitlets

from ..plots import canvas_style, digit_palette
from ..plots.latent import normal_radii
from .base import WithoutKernel
from .base.exported import exported, still_picture


class CanvasView(WithoutKernel, anywidget.AnyWidget):
    """An anywidget that leaves a still picture, and its own live copy.

    That is for where there is no kernel and no network. Subclasses give `_esm` and `_css` as texts
    and write `still()` -> PNG bytes and `alt`. In Lab the live widget is shown. A page exported
    without widget state holds `text/html`: the still picture, replaced by the same ES module
    running on the state as it was. It needs no script from anywhere. `only` is the class that is
    shown alone, or None.
    """

    alt = traitlets.Unicode("").tag(sync=True)
    palette = traitlets.List(digit_palette()).tag(sync=True)
    look = traitlets.Dict(canvas_style()).tag(sync=True)  # `style` is a name of ipywidgets
    only = traitlets.Int(None, allow_none=True).tag(sync=True)

    def page(self, png, more=(), more_bytes=()):
        """The view as HTML that lives without kernel and network; `png` until its script runs.

        more, more_bytes: what its script finds there beside the traits, JSON and bytes.
        """
        state, binary = {"recorded": True, **dict(more)}, dict(more_bytes)
        for name in self.traits(sync=True):
            if name.startswith("_") or name in ("layout", "tabbable", "tooltip", "comm"):
                continue
            value = getattr(self, name)
            if isinstance(value, (bytes, memoryview)):
                binary[name] = bytes(value)
            else:
                state[name] = value
        return exported(still_picture(png, self.alt), self._esm, self._css, state, binary)


def floats(numbers):
    """Numbers as bytes, which the page reads as a Float32Array."""
    return np.asarray(numbers).astype("<f4").tobytes()


def normal_circles(points=91):
    """Circles that hold half, nine tenths, 99 of 100 of N(0, I) in the plane: lists of points."""
    angle = np.linspace(0, 2 * np.pi, points)
    circle = np.stack([np.cos(angle), np.sin(angle)], 1)
    return [(radius * circle).round(4).tolist() for radius in normal_radii()]


def png_of(figure):
    """A figure as PNG bytes."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()
