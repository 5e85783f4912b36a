"""Images to learn from: digits offline, glyphs of known factors, MNIST and Fashion-MNIST."""

import dataclasses
import importlib
import os
from typing import Any

import torch

# name: (module of this package, one line about it, whether it needs the network once)
DATASETS = {
    "digits": ("digits", "scikit-learn's 1,797 real handwritten digits, 8x8", False),
    "glyphs": ("glyphs", "digits drawn here from fonts with known factors, 28x28", False),
    "mnist": ("mnist", "70,000 real handwritten digits, 28x28", True),
    "fashion_mnist": ("mnist", "70,000 pictures of clothes, 28x28", True),
}


@dataclasses.dataclass(frozen=True, eq=False)
class ImageData:
    """Grey or binary images as flat rows.

    With labels and, where they are known, the factors that made them. `train` (N, P) and `test` (M,
    P): float32 in [0, 1], P = H·W pixels, row by row from the upper left; `train_labels` (N,) and
    `test_labels` (M,): int64; `shape` = (H, W); `name` for titles; `factors`: None, or {"train":
    DataFrame, "test": DataFrame} with one row an image. Raises `ValueError` for a wrong shape or
    dtype, no images, pixels outside [0, 1], and NaN or infinite pixels.
    """

    train: torch.Tensor
    train_labels: torch.Tensor
    test: torch.Tensor
    test_labels: torch.Tensor
    shape: tuple[int, int]
    name: str = ""
    factors: dict[str, Any] | None = None

    def __post_init__(self):
        if len(self.shape) != 2 or min(self.shape) < 1:
            raise ValueError(f"shape is {self.shape}; expected (height, width) of one image")
        for part, images, labels in (
            ("train", self.train, self.train_labels),
            ("test", self.test, self.test_labels),
        ):
            _check(part, images, labels, self.shape)

    @property
    def pixels(self) -> int:
        """P, the number of pixels of one image."""
        return self.shape[0] * self.shape[1]

    def binarized(self, seed: int | None = None) -> "ImageData":
        """The same images with pixels 0 or 1, as a Bernoulli likelihood needs them.

        `seed=None` thresholds: 1 where the grey value is at least 1/2. An int draws every pixel
        once, x ~ Bernoulli(grey value), under that seed ("static binarisation", Salakhutdinov &
        Murray 2008, section 5).
        """
        if seed is None:
            parts = [(images >= 0.5).float() for images in (self.train, self.test)]
        else:
            generator = torch.Generator().manual_seed(seed)
            parts = [
                torch.bernoulli(images, generator=generator) for images in (self.train, self.test)
            ]
        return dataclasses.replace(self, train=parts[0], test=parts[1])

    def subset(self, train: int, test: int | None = None) -> "ImageData":
        """The first `train` training images and the first `test` test images, or all where None."""
        for part, wanted, there in (
            ("train", train, len(self.train)),
            ("test", test, len(self.test)),
        ):
            if wanted is not None and not 1 <= wanted <= there:
                raise ValueError(
                    f"{part} = {wanted}, but {self.name or 'this data set'} has 1 to {there} such"
                    " images"
                )
        factors = None
        if self.factors is not None:
            factors = {
                "train": self.factors["train"].iloc[:train],
                "test": self.factors["test"].iloc[:test],
            }
        return dataclasses.replace(
            self,
            train=self.train[:train],
            train_labels=self.train_labels[:train],
            test=self.test[:test],
            test_labels=self.test_labels[:test],
            factors=factors,
        )

    def __repr__(self) -> str:
        height, width = self.shape
        return (
            f"ImageData({self.name or 'images'}: {len(self.train)} train + {len(self.test)} test,"
            f" {height}x{width})"
        )


def load(name: str | None = None, **options: Any) -> ImageData:
    """Return a data set by name: "digits" (the default), "glyphs", "mnist" or "fashion_mnist".

    Without a name the environment variable `VAETEACH_DATA` decides, and "digits" where it is not
    set: so the whole course can be run on another data set without touching a notebook. Pixels are
    grey values in [0, 1]; call `.binarized()` for a Bernoulli likelihood. `options` are those of
    the data set's own module. Raises `ValueError` for an unknown name or option and
    `ConnectionError` where a download is needed and fails.
    """
    name = name or os.environ.get("VAETEACH_DATA") or "digits"
    if name not in DATASETS:
        raise ValueError(
            f"there is no data set {name!r}; known are {', '.join(map(repr, DATASETS))}"
        )
    module = importlib.import_module(f"{__name__}.{DATASETS[name][0]}")
    try:
        return module.load(name, **options)
    except TypeError as problem:
        if "unexpected keyword argument" not in str(problem):
            raise
        known = [
            option for option in module.load.__annotations__ if option not in ("name", "return")
        ]
        takes = f"takes {', '.join(known)}" if known else "takes no options"
        unknown = ", ".join(option for option in options if option not in known)
        raise ValueError(f"load({name!r}) has no option {unknown}; it {takes}") from None


def _check(part: str, images: torch.Tensor, labels: torch.Tensor, shape: tuple[int, int]) -> None:
    pixels = shape[0] * shape[1]
    if not isinstance(images, torch.Tensor) or images.dtype != torch.float32:
        kind = getattr(images, "dtype", type(images).__name__)
        raise ValueError(f"{part} has dtype {kind}; expected a float32 tensor")
    if images.ndim != 2 or images.shape[1] != pixels:
        raise ValueError(
            f"{part} has shape {tuple(images.shape)}; expected (N, {pixels}) for images of {shape}"
        )
    if len(images) == 0:
        raise ValueError(f"{part} holds no images; a data set needs at least one in each part")
    if labels.dtype != torch.int64 or labels.shape != images.shape[:1]:
        raise ValueError(
            f"{part}_labels has shape {tuple(labels.shape)} and dtype {labels.dtype}; "
            f"expected ({len(images)},) and torch.int64, one label an image"
        )
    if not torch.isfinite(images).all():
        row = int((~torch.isfinite(images)).any(1).nonzero()[0])
        raise ValueError(
            f"{part} has NaN or infinite pixels (first in image {row}); remove or repair those"
            " images"
        )
    if images.min() < 0 or images.max() > 1:
        raise ValueError(
            f"{part} has pixels from {images.min():.3g} to {images.max():.3g}; expected values in"
            " [0, 1] (divide bytes by 255)"
        )
