"""Colours that mean the same thing in every notebook, readable for colour-blind eyes, and a plain
figure.
"""

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Okabe and Ito's palette (2008); one colour a meaning.
COLOURS = {
    "prior": "#7a7a7a",
    "q": "#0072B2",  # the encoder's q(z|x) and their average, the aggregate posterior
    "posterior": "#E69F00",  # the exact posterior
    "likelihood": "#009E73",
    "data": "#CC79A7",  # samples and single examples
    "alarm": "#D55E00",  # what is wrong
}

# Ten colours for the digits: hue and lightness both vary, so that neighbours differ without hue,
# too.
_DIGITS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#8C6BB1",
    "#8C5A2B",
    "#E377C2",
    "#4D4D4D",
    "#A6A600",
    "#3FBFE8",
)


def digit_palette():
    """Ten colours as hex strings; `digit_palette()[label]` is the colour of that digit in every
    figure and view.
    """
    return list(_DIGITS)


class _NotebookFigure(Figure):
    """A Figure that a notebook shows when a cell ends in it, without pyplot and whatever the
    backend is.
    """

    def _repr_png_(self):
        stream = io.BytesIO()
        # finer than it is shown, for sharp screens
        self.savefig(stream, format="png", dpi=1.5 * self.dpi)
        width, height = (self.get_size_inches() * self.dpi).round()
        return stream.getvalue(), {"width": int(width), "height": int(height)}


def new_figure(width=8.0, height=4.0, columns=1, rows=1, **options):
    """(figure, axes) on an Agg canvas, made without pyplot, so nothing global holds on to it.

    width, height in inches at 100 dots an inch; options go to Figure.subplots. A notebook cell that
    ends in the figure shows it.
    """
    figure = _NotebookFigure(figsize=(width, height), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, **options)
    for axis in [axes] if rows == columns == 1 else axes.flat:
        axis.tick_params(labelsize=11)
        axis.xaxis.label.set_size(12)
        axis.yaxis.label.set_size(12)
        axis.title.set_size(13)
    return figure, axes
