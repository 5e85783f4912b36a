"""Controls over a matplotlib figure: still parts are painted once, moving artists blitted, the
result sent as PNG.

To write a view, draw everything on a figure made by `plots.new_figure`, hand the artists that move
to `FigureView`, and say in `move` how the controls move them:

    class Bump(FigureView):
        def __init__(self):
            figure, ax = new_figure(6, 3)
            self.width = ipywidgets.FloatSlider(value=1, min=0.1, max=3, description="sigma")
            (self.line,) = ax.plot(XS, normal(XS, 1))
            super().__init__(figure, [self.line], [self.width], alt="A normal density.")

        def move(self):
            self.line.set_ydata(normal(XS, self.width.value))
            self.alt = f"A normal density with sigma {self.width.value:.2f}."
"""

import base64
import io
import threading
from pathlib import Path

import anywidget
import ipywidgets
import numpy as np
import traitlets
from PIL import Image

from ..support import exclusive

_HERE = Path(__file__).parent


class Picture(anywidget.AnyWidget, ipywidgets.Image):
    """An ipywidgets.Image that has alt text and swaps pictures without a flicker."""

    _esm = _HERE / "picture.js"
    alt = traitlets.Unicode("").tag(sync=True)


class FigureView(ipywidgets.VBox):
    """A figure whose moving artists follow at most four controls.

    figure: from `plots.new_figure`. moving: artists that `move` changes, in the order in which they
    are painted.
    controls: widgets with a `value`; more rows may be given as `layout_rows`. alt: what the picture
    shows, one sentence; `move` may set `self.alt` to something newer. Setting a control from Python
    does what the mouse does. Changes that arrive while a picture is being made are merged into the
    newest; `move` runs under
    `training.exclusive()`, so it may read a model that another cell is training.
    """

    def __init__(self, figure, moving, controls, alt, rows=None):
        self.figure, self.moving, self.alt = figure, list(moving), alt
        self._newest, self._painting, self._gate = 0, False, threading.Lock()
        self._background = None
        self.image = Picture(
            format="png", layout=ipywidgets.Layout(max_width="100%", width=f"{self._width()}px")
        )
        super().__init__(
            [
                *(
                    rows
                    or [
                        ipywidgets.HBox(
                            list(controls), layout=ipywidgets.Layout(flex_flow="row wrap")
                        )
                    ]
                ),
                self.image,
            ]
        )
        self.add_class("vaeteach-view")
        for control in controls:
            if control.has_trait("value"):
                control.observe(self._changed, "value")
        self.refresh()

    def move(self):
        """Move the artists to what the controls say. To be written by each view."""
        raise NotImplementedError

    def refresh(self):
        """Paint everything anew: for changes of what stands still, such as a title or another
        digit.
        """
        with self._gate:
            self._background = None
        self._changed()

    def _changed(self, _=None):
        with self._gate:
            self._newest += 1
            if self._painting:  # whoever is painting sees the count and paints once more
                return
            self._painting = True
        try:
            while True:
                with self._gate:
                    wanted = self._newest
                self._paint()
                with self._gate:
                    if wanted == self._newest:
                        self._painting = False
                        return
        except BaseException:
            with self._gate:
                self._painting = False
            raise

    def _paint(self):
        with exclusive():
            self.move()
        for artist in self.moving:
            artist.set_animated(True)
        canvas = self.figure.canvas
        if self._background is None:
            canvas.draw()  # the layout is settled here, once; afterwards nothing may shift
            self.figure.set_layout_engine("none")
            canvas.draw()
            self._background = canvas.copy_from_bbox(self.figure.bbox)
        canvas.restore_region(self._background)
        for artist in self.moving:
            self.figure.draw_artist(artist)
        stream = io.BytesIO()
        Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").save(
            stream, "png", compress_level=1
        )
        self.image.alt = self.alt
        self.image.value = stream.getvalue()

    def _width(self):
        return round(self.figure.get_figwidth() * self.figure.dpi)

    def _repr_mimebundle_(self, **kwargs):
        """The live view, and beside it the picture as it is now for readers without a kernel."""
        live = super()._repr_mimebundle_(**kwargs) or {}
        png = base64.b64encode(self.image.value).decode()
        return {
            **(live[0] if isinstance(live, tuple) else live),
            "image/png": png,
            "text/plain": self.alt,
        }
