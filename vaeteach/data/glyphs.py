"""Digits drawn here from fonts, whose factors of variation are known because we chose them."""

from collections.abc import Iterable

import numpy as np
import torch

from ..support import cached
from . import ImageData

SIDE = 28  # pixels
HEIGHT = 16.0  # of the upright digit, pixels
# Files that come with matplotlib, so that every machine draws the same outlines.
FONTS = ("DejaVuSans", "DejaVuSerif", "STIXGeneral", "cmr10", "cmss10", "cmtt10")
# factor: (columns, lowest, highest, value where it does not vary)
FACTORS = {
    "class": (("class",), 0, 9, 3),
    "font": (("font",), 0, len(FONTS) - 1, 0),
    "slant": (("slant",), -0.4, 0.4, 0.0),  # shear: horizontal shift for a step up, dimensionless
    "thickness": (("thickness",), 0.0, 2.4, 1.0),  # ink added around the outline, pixels across
    "rotation": (("rotation",), -25.0, 25.0, 0.0),  # degrees, anticlockwise
    "shift": (("shift_x", "shift_y"), -3.0, 3.0, 0.0),  # pixels, to the right and up
}


def load(
    name: str = "glyphs",
    n: int = 10_000,
    vary: Iterable[str] = tuple(FACTORS),
    seed: int = 0,
    test: float = 0.2,
) -> ImageData:
    """`n` grey images of 28x28 pixels, each drawn from factors that come with it in `.factors`.

    `vary` names the factors that differ from image to image, any of "class", "font", "slant",
    "thickness", "rotation" and "shift" (the last one is two numbers); each is uniform over its
    range in `FACTORS`, independent of the others, and those left out keep one value. The draws of a
    factor do not depend on which others vary. `.factors["train"]` and `["test"]` have the columns
    class, font (a name), slant, thickness (pixels), rotation (degrees), shift_x and shift_y
    (pixels); the last share `test` of the images is the test part. Kept in the cache.
    Raises `ValueError` for fewer than two images, an unknown factor, or a share outside (0, 1).
    """
    vary = (vary,) if isinstance(vary, str) else tuple(vary)
    if unknown := [factor for factor in vary if factor not in FACTORS]:
        raise ValueError(
            f"glyphs have no factor {unknown[0]!r}; vary can hold {', '.join(map(repr, FACTORS))}"
        )
    if n < 2:
        raise ValueError(
            f"n = {n} glyphs cannot be divided into a training and a test part; ask for 2 or more"
        )
    if not 0 < test < 1:
        raise ValueError(f"test = {test}; expected the share of test images, between 0 and 1")
    # the order they are named in means nothing
    vary = tuple(factor for factor in FACTORS if factor in vary)
    made = cached("glyphs", lambda: _make(n, vary, seed), version=1, n=n, vary=vary, seed=seed)
    kept = n - min(max(1, round(n * test)), n - 1)
    images = made["images"].float() / 255
    factors = _frame(made["factors"])
    labels = made["factors"]["class"].long()
    parts = images[:kept], labels[:kept], images[kept:], labels[kept:]
    known = {"train": factors.iloc[:kept], "test": factors.iloc[kept:].reset_index(drop=True)}
    return ImageData(*parts, (SIDE, SIDE), name, known)


def draw_factors(n: int, vary: Iterable[str], seed: int) -> dict[str, np.ndarray]:
    """One array (n,) a column; all are drawn, then those that do not vary are set: see `load`."""
    random = np.random.default_rng(seed)
    drawn = {}
    for factor, (columns, low, high, fixed) in FACTORS.items():
        for column in columns:
            if isinstance(low, int):
                values = random.integers(low, high + 1, n)
            else:
                values = random.uniform(low, high, n)
            drawn[column] = values if factor in vary else np.full(n, fixed, dtype=values.dtype)
    return drawn


def render(factors: dict[str, np.ndarray]) -> np.ndarray:
    """Draw the images, (n, 784) bytes: an outline, sheared, turned, shifted, and its stroke."""
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.transforms import Affine2D

    outlines = _outlines()
    renderer = RendererAgg(SIDE, SIDE, 72)  # at 72 dots an inch a point is a pixel
    pen = renderer.new_gc()
    pen.set_joinstyle("round")
    pen.set_snap(False)
    n = len(factors["class"])
    images = np.empty((n, SIDE * SIDE), dtype=np.uint8)
    for row in range(n):
        renderer.clear()
        pen.set_linewidth(float(factors["thickness"][row]))
        angle = np.radians(factors["rotation"][row])
        cos, sin, slant = np.cos(angle), np.sin(angle), factors["slant"][row]
        # rotation · shear, then the shift from the middle of the picture
        matrix = [
            [cos, cos * slant - sin, SIDE / 2 + factors["shift_x"][row]],
            [sin, sin * slant + cos, SIDE / 2 + factors["shift_y"][row]],
            [0.0, 0.0, 1.0],
        ]
        outline = outlines[factors["font"][row]][factors["class"][row]]
        renderer.draw_path(pen, outline, Affine2D(np.array(matrix)), (0.0, 0.0, 0.0))
        images[row] = np.asarray(renderer.buffer_rgba())[..., 3].reshape(-1)  # opacity is ink
    return images


def _make(n: int, vary: tuple[str, ...], seed: int) -> dict:
    factors = draw_factors(n, vary, seed)
    images = render(factors)
    return {
        "images": torch.from_numpy(images),
        "factors": {column: torch.from_numpy(values) for column, values in factors.items()},
    }


def _outlines() -> list[list]:
    """For each font ten matplotlib paths, as tall as `HEIGHT` pixels and centred on the origin."""
    import matplotlib
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    folder = matplotlib.get_data_path() + "/fonts/ttf/"
    outlines = []
    for font in FONTS:
        properties = FontProperties(fname=f"{folder}{font}.ttf")
        paths = [TextPath((0, 0), str(digit), size=100, prop=properties) for digit in range(10)]
        boxes = [path.get_extents() for path in paths]
        scale = HEIGHT / max(box.height for box in boxes)
        middles = [((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for box in boxes]
        maps = [Affine2D().translate(-x, -y).scale(scale) for x, y in middles]
        outlines.append([path.transformed(one) for path, one in zip(paths, maps)])
    return outlines


def _frame(columns: dict[str, torch.Tensor]):
    import pandas as pd

    frame = pd.DataFrame({column: values.numpy() for column, values in columns.items()})
    frame["font"] = np.array(FONTS)[frame["font"]]
    return frame
