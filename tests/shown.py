"""What a page without a kernel has of a view."""

import io
import json
import re

import numpy as np
from PIL import Image


def _open(content):
    return Image.open(io.BytesIO(content)).convert("RGBA")


def shown(view):
    """The picture of a figure view, (H, W, 3) uint8: the changed part laid over the background."""
    picture = _open(view.image.background)
    if view.image.part:
        picture.alpha_composite(_open(view.image.part), tuple(view.image.place))
    return np.asarray(picture.convert("RGB"))


def brought(page):
    """What an exported page brings for its view: {css, module, state, binary}."""
    return json.loads(re.search(r'type="application/json"[^>]*>(.*?)</script>', page, re.S)[1])
