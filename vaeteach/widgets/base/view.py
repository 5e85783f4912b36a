"""What every view is: something to see without a kernel, and its attendant in the page."""

import base64
import contextlib
import os
import threading

import anywidget
import ipywidgets
import traitlets

from .scripts import es_module, style_sheet

RECORD = "VAETEACH_RECORD"  # set where pages are made: a view records itself when it is shown
SLOW = 0.3  # seconds after which a view says that it is computing


class WithoutKernel:
    """A widget that leaves a picture and a sentence, `alt`, where there is no kernel."""

    alt = ""
    still_width = None  # CSS pixels; as many as the picture has if not given

    def still(self):
        """The view as PNG bytes, or None where it has no picture."""
        return None

    def page(self, png):
        """What an exported page shows: HTML, or None for the picture itself."""
        return None

    def record(self):
        """Keep for `page` what a reader without a kernel can play, where there is something."""

    def _repr_mimebundle_(self, **kwargs):
        if RECORD in os.environ:
            self.record()
        live = super()._repr_mimebundle_(**kwargs) or {}
        live, metadata = live if isinstance(live, tuple) else (live, {})
        png = self.still()
        shown = {
            "image/png": png and base64.b64encode(png).decode(),
            "text/html": self.page(png),
            "text/plain": self.alt,
        }
        about = {"alt": self.alt, **({"width": self.still_width} if self.still_width else {})}
        return (
            {**live, **{kind: content for kind, content in shown.items() if content}},
            {**metadata, **({"image/png": about} if png else {})},
        )


class Attendant(anywidget.AnyWidget):
    """Looks after a view in the page.

    Keeps its keys from the notebook, names its controls for screen readers, says when the kernel
    computes and when it is gone.
    """

    _esm, _css = es_module("base/attend.js", "base/attendant.js"), style_sheet("base/attend.css")
    computing = traitlets.Bool(False).tag(sync=True)


class View(WithoutKernel, ipywidgets.VBox):
    """Rows of controls and what they move; `alt` says what is seen, in one or two sentences.

    A subclass calls `super().__init__()` first and `lay_out` when its parts are made.
    """

    def __init__(self):
        super().__init__()
        self._attendant = Attendant()
        self.add_class("vaeteach-view")

    def lay_out(self, *rows):
        """Put these one below the other: widgets, or lists of widgets that stand in a row."""
        wrap = ipywidgets.Layout(flex_flow="row wrap", align_items="center")
        made = [
            ipywidgets.HBox(row, layout=wrap) if isinstance(row, (list, tuple)) else row
            for row in rows
        ]
        self.children = [self._attendant, *made]

    @contextlib.contextmanager
    def computing(self):
        """Around long work: after a moment the page says that the view is computing."""
        sign = threading.Timer(SLOW, lambda: setattr(self._attendant, "computing", True))
        sign.daemon = True
        sign.start()
        try:
            yield
        finally:
            sign.cancel()
            sign.join()  # a sign that is just going up must not stay up
            self._attendant.computing = False
