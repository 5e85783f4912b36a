"""Images, one or a grid, smoothed so that small digits read; raw pixels on request."""

import numpy as np

from .style import new_figure


def draw_picture(ax, pixels, shape, smooth=True, title=None):
    """The AxesImage of one image, pixels (P,) in [0, 1] or a Tensor of them, dark on white."""
    way = "bicubic" if smooth else "nearest"
    pixels = np.asarray(pixels).reshape(shape)
    image = ax.imshow(pixels, cmap="gray_r", vmin=0, vmax=1, interpolation=way)
    ax.set(xticks=[], yticks=[])
    if title is not None:
        ax.set_title(title, fontsize=12)
    return image


def picture_sheet(pictures, shape, columns):
    """Images (N, P) in rows of `columns` with thin gaps: one array, in reading order."""
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
    """Images (N, P) in rows of `columns`, row 0 at the top, as one picture with gaps.

    Returns the AxesImage. Gaps are a quarter of an image wide, since small digits fill their frame
    from edge to edge.
    """
    sheet = picture_sheet(pictures, shape, columns)
    return draw_picture(ax, sheet, sheet.shape, smooth)


def picture_figure(sheets, shape, columns, across=1, smooth=True, inch=0.5, alt=None):
    """A figure of titled sheets, its size fitted to them. Returns (figure, AxesImages).

    sheets: {title: images (N, P)}, `across` of them side by side, each in rows of `columns`; inch:
    of one image's height. A title may be "". Raises ValueError where there is nothing to show.
    """
    if not sheets:
        raise ValueError("no sheets to show; give {title: images}")
    down = -(-len(sheets) // across)
    rows = max(-(-len(pictures) // columns) for pictures in sheets.values())
    # a gap of a quarter beside each image, and room for a title
    width = 1.25 * inch * shape[1] / shape[0] * columns * across + 0.3 * across
    height = (1.25 * inch * rows + 0.45) * down
    figure, axes = new_figure(width, height, across, down, alt=alt, squeeze=False)
    images = []
    for ax, (title, pictures) in zip(axes.flat, sheets.items()):
        images.append(draw_picture_grid(ax, pictures, shape, columns, smooth))
        ax.set_title(title, fontsize=13)
    for ax in axes.flat[len(sheets) :]:
        ax.set_axis_off()
    return figure, images
