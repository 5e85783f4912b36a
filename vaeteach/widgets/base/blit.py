"""A figure in two parts: what stands still, painted once, and what moves, painted over it."""

import io

import numpy as np
from PIL import Image


class Blit:
    """Paints the moving artists of a figure over a kept background.

    `picture()` gives the whole figure as it is now, (H, W, 4) uint8, `change()` the smallest
    rectangle in which it differs from `background`.
    """

    def __init__(self, figure, moving):
        self.figure, self._canvas = figure, figure.canvas
        # an axes' frame lies above what moves within it, so it is painted again after that
        axes = {id(artist.axes): artist.axes for artist in moving if artist.axes is not None}
        frames = [spine for ax in axes.values() if ax.axison for spine in ax.spines.values()]
        self._moving = [*moving, *frames]
        for artist in self._moving:
            artist.set_animated(True)
        self._region, self.background, self._settled = None, None, False

    def renew(self, layout=False):
        """Have the background painted anew with the next picture; `layout`: its axes placed so."""
        self._region = None
        if layout and self._settled:
            self.figure.set_layout_engine("constrained")
            self._settled = False

    def set_ratio(self, ratio):
        """Give each unit of 1/100 inch so many pixels."""
        self.figure.set_dpi(100 * ratio)
        self.renew()

    def picture(self):
        """The whole figure as it is now."""
        if self._region is None:
            self._paint_background()
        else:
            self._canvas.restore_region(self._region)
        for artist in self._moving:
            self.figure.draw_artist(artist)
        return np.asarray(self._canvas.buffer_rgba())

    def change(self):
        """((x, y), part (h, w, 4)), transparent where nothing changed, empty if nothing did."""
        now, before = _whole_pixels(self.picture()), _whole_pixels(self.background)
        differs = now != before
        rows, columns = np.flatnonzero(differs.any(1)), np.flatnonzero(differs.any(0))
        if not len(rows):
            return (0, 0), np.zeros((0, 0, 4), np.uint8)
        box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        part = np.where(differs[box], now[box], np.uint32(0))
        return (int(columns[0]), int(rows[0])), part.view(np.uint8).reshape(*part.shape, 4)

    def _paint_background(self):
        self._canvas.draw()
        if not self._settled:  # the layout is settled once; afterwards nothing may shift
            self.figure.set_layout_engine("none")
            self._canvas.draw()
            self._settled = True
        self._region = self._canvas.copy_from_bbox(self.figure.bbox)
        self.background = np.asarray(self._canvas.buffer_rgba()).copy()


def encode(pixels):
    """Pixels (h, w, 4) as lossless WebP, fast rather than small; no bytes for an empty part."""
    return _save(pixels, "webp", lossless=True, method=0, quality=0) if pixels.size else b""


def png(pixels):
    """Pixels (h, w, 4) as PNG, without the alpha channel."""
    return _save(pixels[..., :3], "png", compress_level=1)


def _save(pixels, format, **options):
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(stream, format, **options)
    return stream.getvalue()


def _whole_pixels(pixels):
    return np.ascontiguousarray(pixels).view(np.uint32)[..., 0]
