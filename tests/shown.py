"""What a page would show of a figure view: the changed part laid over the background."""

import io

import numpy as np
from PIL import Image


def _open(content):
    return Image.open(io.BytesIO(content)).convert("RGBA")


def shown(view):
    """The picture of a view, (H, W, 3) uint8, put together from what is sent to the page."""
    picture = _open(view.image.background)
    if view.image.part:
        picture.alpha_composite(_open(view.image.part), tuple(view.image.place))
    return np.asarray(picture.convert("RGB"))
