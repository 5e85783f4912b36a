"""Images: one, or a grid of them. Small digits are smoothed so that they read as digits; the raw
pixels on request.
"""

import numpy as np


def draw_picture(ax, pixels, shape, smooth=True, title=None):
    """One image, pixels (P,) in [0, 1] (or a Tensor of them), drawn dark on white. Returns the
    AxesImage.
    """
    image = ax.imshow(
        np.asarray(pixels).reshape(shape),
        cmap="gray_r",
        vmin=0,
        vmax=1,
        interpolation="bicubic" if smooth else "nearest",
    )
    ax.set(xticks=[], yticks=[])
    if title is not None:
        ax.set_title(title, fontsize=12)
    return image


def picture_sheet(pictures, shape, columns):
    """Images (N, P) laid out in rows of `columns` with thin gaps: one array. Row 0 is at the top,
    in reading order.
    """
    pictures = np.asarray(pictures).reshape(-1, *shape)
    rows = -(-len(pictures) // columns)
    height, width = shape
    gap = max(1, width // 4)
    sheet = np.zeros((rows * (height + gap) + gap, columns * (width + gap) + gap))
    for i, picture in enumerate(pictures):
        top, left = gap + (i // columns) * (height + gap), gap + (i % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = picture
    return sheet


def draw_picture_grid(ax, pictures, shape, columns, smooth=True):
    """Images (N, P) in rows of `columns`, row 0 at the top, as one picture with gaps. Returns the
    AxesImage.

    Gaps are a quarter of an image wide, since small digits fill their frame from edge to edge.
    """
    sheet = picture_sheet(pictures, shape, columns)
    image = ax.imshow(
        sheet, cmap="gray_r", vmin=0, vmax=1, interpolation="bicubic" if smooth else "nearest"
    )
    ax.set(xticks=[], yticks=[])
    return image
