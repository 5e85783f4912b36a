"""One colour a meaning, ten colours for the digits, and a plain figure with alt text.

    name         colour   what wears it, in every figure and view
    prior        grey     p(z) and what is compared with it
    q            blue     q(z|x), the average q(z), and the bounds on them (ELBO, IWAE)
    posterior    orange   what is exact: the posterior p(z|x) and log p(x)
    likelihood   green    p(x|z), the log-likelihood term, the decoder
    kl           purple   every KL: the term of the loss, the gap of the bound
    data         pink     samples and single examples
    alarm        red      what is wrong, and nothing else

Parts of one quantity are shades of its colour: `SHADES` has the variance of q within and between
codes, and the KL as information and marginal KL. What has no meaning of its own takes `SERIES`.
"""  # fmt: skip

import base64
import html
import io
import re
import textwrap

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

# After Okabe and Ito (2008), darkened to a contrast of 3 to 1 on white.
COLOURS = {
    "prior": "#7a7a7a",
    "q": "#0072B2",
    "posterior": "#CF7F00",
    "likelihood": "#0A9E6A",
    "kl": "#4E1177",
    "data": "#D069A3",
    "alarm": "#B00E2B",
}
SHADES = {
    "within": "#8FC1E3",
    "between": COLOURS["q"],
    "information": COLOURS["kl"],
    "marginal KL": "#B79AD0",
}
SERIES = ("#222222", "#8C5A2B", "#17828F", "#6B7A00")
# Found by search: at the opacity of the plots any two differ by 12 or more (CIEDE2000), under
# protanopia, deuteranopia and tritanopia too; digits that look alike (3 and 5, 4 and 9) by 18.
_DIGITS = "#005544 #770011 #774400 #0000BB #BB8877 #44AA00 #8822FF #8888EE #DD4488 #442266".split()


def digit_palette():
    """Ten hex colours: `digit_palette()[label]` is that digit's in every figure and view."""
    return list(_DIGITS)


def ramp(*colours):
    """A continuous colour map through these colours."""
    return LinearSegmentedColormap.from_list("", colours)


class _NotebookFigure(Figure):
    """A Figure that a cell ending in it shows, without pyplot, whatever the backend is."""

    _alt = None

    @property
    def alt(self):
        """What the figure shows, in words: as set, else titles, axes and legends in one line."""
        return self._alt or _in_words(self)

    @alt.setter
    def alt(self, words):
        if words is not None and not str(words).strip():
            raise ValueError("alt text says in words what a figure shows; this one is empty")
        self._alt = words and " ".join(str(words).split())

    def _repr_mimebundle_(self, include=None, exclude=None):
        # JupyterLab and its export know no alt text of a PNG, so they are given HTML; other
        # readers find it in the metadata of the PNG.
        png, metadata = self._repr_png_()
        image = (
            f'<img src="data:image/png;base64,{base64.b64encode(png).decode()}"'
            f' width="{metadata["width"]}" height="{metadata["height"]}"'
            f' alt="{html.escape(self.alt)}" style="max-width: 100%; height: auto">'
        )
        data = {"image/png": png, "text/html": image, "text/plain": self.alt}
        return data, {"image/png": metadata}

    def _repr_png_(self):
        stream = io.BytesIO()
        shown = self._fit()
        # finer than it is shown, for sharp screens
        self.savefig(stream, format="png", dpi=1.5 * self.dpi, bbox_inches=shown)
        width, height = (np.array(shown.size) * self.dpi).round()
        return stream.getvalue(), {"width": int(width), "height": int(height), "alt": self.alt}

    def _fit(self):
        """Wrap titles that are wider than their place; the part of the canvas that is used."""
        if engine := self.get_layout_engine():
            engine.execute(self)
        for ax in self.axes:
            place = 1.1 * ax.get_position(original=True).width * self.bbox.width
            share = place / max(ax.title.get_window_extent().width, 1)
            if share < 1:
                ax.title.set_text(_wrapped(ax.get_title(), share))
        whole, used = self.bbox_inches, self.get_tightbbox().padded(0.08)
        # fixed aspects may leave much of a canvas blank
        return used if used.width * used.height < 0.8 * whole.width * whole.height else whole


def _wrapped(title, share):
    """The title in lines of at most this share of its length; a formula is not cut."""
    words = re.findall(r"(?:\$[^$]*\$|\S)+", title)
    text = " ".join(word.replace(" ", "\0") for word in words)
    whole = dict(break_long_words=False, break_on_hyphens=False)
    return textwrap.fill(text, max(int(share * len(title)), 8), **whole).replace("\0", " ")


def _in_words(figure):
    parts = []
    for ax in figure.axes:
        title, x, y = (_plain(text) for text in (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()))
        axes = " against ".join(text for text in (y, x) if text)
        legend = ax.get_legend()
        names = [_plain(text.get_text()) for text in legend.get_texts()] if legend else []
        named = f"shown are {', '.join(names)}" if names else ""
        parts.append("; ".join(text for text in (title, axes, named) if text))
    return ". ".join(part for part in parts if part) or "A figure."


def _plain(text):
    """A label without the marks of TeX and in one line."""
    return " ".join(re.sub(r"[$\\{}]", "", text).split())


def say_on(ax, x=None, y=None, title=None):
    """Name the axes, and what is seen, in the sizes of this course. Returns the Axes."""
    texts = (ax.set_xlabel, x, 12), (ax.set_ylabel, y, 12), (ax.set_title, title, 13)
    for put, text, size in texts:
        if text is not None:
            put(text, fontsize=size)
    ax.tick_params(labelsize=11)
    return ax


def shade(ax, values, extent, colours, low=0, high=None, smooth=True):
    """Values (M, M), the first row at the bottom, as colours behind all else; the AxesImage."""
    way = "bilinear" if smooth else "nearest"
    limits = dict(vmin=low, vmax=high, cmap=colours, extent=extent)
    return ax.imshow(values, origin="lower", interpolation=way, zorder=0, **limits)


def new_figure(width=8.0, height=4.0, columns=1, rows=1, *, alt=None, **options):
    """(figure, axes) on an Agg canvas, made without pyplot, so nothing global holds on to it.

    width, height in inches at 100 dots an inch; options go to Figure.subplots. A notebook cell that
    ends in the figure shows it. alt: what it shows, for a reader who does not see it; `figure.alt =
    "…"` sets it later, with numbers that were computed. Without it, titles, axes and legends speak.
    Raises ValueError for an empty alt.
    """
    figure = _NotebookFigure(figsize=(width, height), dpi=100, layout="constrained")
    figure.alt = alt
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, **options)
    for axis in [axes] if rows == columns == 1 else axes.flat:
        axis.tick_params(labelsize=11)
        axis.xaxis.label.set_size(12)
        axis.yaxis.label.set_size(12)
        axis.title.set_size(13)
    return figure, axes


def canvas_style():
    """This style for views that are painted in the page: colours by meaning, sizes in pixels."""
    page = {"ink": "#222222", "paper": "#ffffff", "faint": "#8a8a8a"}
    return dict(colours=COLOURS | page, text=13, dot=2.6, opacity=0.65, line=2, thin=1.6)
