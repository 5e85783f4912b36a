"""Controls over a matplotlib figure: still parts are sent once, then only what changed.

To write a view, draw everything on a figure made by `plots.new_figure`, hand the artists that move
to `show`, and say in `move` how the controls move them:

    class Bump(FigureView):
        def __init__(self):
            super().__init__()
            self.width = slider("sigma", 0.1, 3.0, 0.1, value=1.0)
            figure, ax = new_figure(6, 3)
            (self.line,) = ax.plot(XS, normal(XS, 1))
            self.show(figure, [self.line], [self.width])

        def move(self):
            self.line.set_ydata(normal(XS, self.width.value))
            self.alt = f"A normal density with sigma {self.width.value:.2f}."
"""

import threading

import anywidget
import ipywidgets
import traitlets

from ...support import exclusive
from .blit import Blit, encode, png
from .exported import exported, still_picture
from .newest import Newest
from .recording import record
from .scripts import es_module, style_sheet
from .view import View


class Picture(anywidget.AnyWidget):
    """A background and the part of it that changed, both lossless WebP.

    The page tells how many pixels its screen has for one of ours.
    """

    _esm = es_module("base/picture.js", "base/figure.js")
    background = traitlets.Bytes().tag(sync=True)
    part = traitlets.Bytes().tag(sync=True)
    place = traitlets.Tuple((0, 0)).tag(sync=True)  # of the part's upper left pixel
    width = traitlets.Int().tag(sync=True)  # CSS pixels
    ratio = traitlets.Float(1.0).tag(sync=True)
    alt = traitlets.Unicode("").tag(sync=True)


class FigureView(View):
    """A figure whose moving artists follow at most four controls.

    Setting a control from Python does what the mouse does. Changes that arrive while a picture is
    being made are merged into the newest; `move` runs under `exclusive()`, so it may read a model
    that another cell is training.
    """

    def __init__(self):
        super().__init__()
        self.changed = Newest(self._paint)
        self.image, self._pen = Picture(), threading.Lock()
        self.recording = None
        self.film = None  # (slider, ms between two positions) of a view that can be played

    def show(self, figure, moving, controls, rows=None, below=(), beside=False):
        """Show the figure with its controls, and from now on move what moves.

        moving: artists that `move` changes, in the order in which they are painted. controls: the
        widgets whose values `move` reads. rows: lists of widgets, one below the other; one row of
        all controls if not given. below: widgets under the picture. beside: put the rows to the
        left of the picture and not above.
        """
        self.figure, self._blit, self.controls = figure, Blit(figure, moving), tuple(controls)
        self.image.width = self.still_width = round(figure.get_figwidth() * 100)
        rows = [list(controls)] if rows is None else rows
        if beside:
            self.lay_out([ipywidgets.VBox(rows[0]), self.image], *below)
        else:
            self.lay_out(*rows, self.image, *below)
        for control in controls:
            control.observe(self.changed, "value")
        self.image.observe(self._other_screen, "ratio")
        self.changed()

    def move(self):
        """Move the artists to what the controls say, and set `alt`. To be written by each view."""
        raise NotImplementedError

    def still_parts_changed(self, layout=False):
        """Say, within `move`, that something has changed that is not among the moving artists.

        With `layout`, that it may need room elsewhere.
        """
        self._blit.renew(layout)

    def still(self):
        """The picture as it is now, as PNG bytes."""
        with self._pen:
            return png(self._blit.picture())

    def in_use(self):
        """The controls that a recording moves along, as the others now stand."""
        return self.controls

    def record(self):
        """Keep pictures along the controls, so that exported pages play them."""
        self.recording = record(self, self.film)

    def page(self, png):
        if self.recording is None:
            return None
        module = es_module("base/page.js", "base/picture.js", "base/player.js")
        still = still_picture(png, self.alt, self.still_width)
        css, state = style_sheet("base/player.css"), {"recording": self.recording}
        return exported(still, module, css, state)

    def _other_screen(self, change):
        with self._pen:
            self._blit.set_ratio(change["new"])
        self.changed()

    def _paint(self):
        with self.computing(), self._pen:
            with exclusive():
                self.move()
            before = self._blit.background
            place, part = self._blit.change()
            with self.image.hold_sync():  # one message
                if self._blit.background is not before:
                    self.image.background = encode(self._blit.background)
                self.image.place, self.image.part, self.image.alt = place, encode(part), self.alt
