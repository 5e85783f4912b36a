"""Images: one, or a grid of them. Small digits are smoothed so that they read as digits; the raw pixels on request."""

import numpy as np


def draw_picture(ax, pixels, shape, smooth=True, title=None):
    """One image, pixels (P,) in [0, 1] (or a Tensor of them), drawn dark on white. Returns the AxesImage."""
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


def draw_picture_grid(ax, pictures, shape, columns, smooth=False):
    """Images (N, P) side by side in rows of `columns`, as one image with thin gaps. Returns the AxesImage.

    Row 0 is at the top, the order is that of reading.
    """
    pictures = np.asarray(pictures).reshape(-1, *shape)
    rows = -(-len(pictures) // columns)
    height, width = shape
    sheet = np.zeros((rows * (height + 1) - 1, columns * (width + 1) - 1))
    for i, picture in enumerate(pictures):
        top, left = (i // columns) * (height + 1), (i % columns) * (width + 1)
        sheet[top : top + height, left : left + width] = picture
    image = ax.imshow(sheet, cmap="gray_r", vmin=0, vmax=1, interpolation="bicubic" if smooth else "nearest")
    ax.set(xticks=[], yticks=[])
    return image
