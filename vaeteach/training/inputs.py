"""What training is given, checked before the clock starts: each mistake gets its sentence."""

import math

import torch

from ..distributions import draw, generator
from ..models import Elbo, require_possible


def images_of(data):
    """The training and test images as float tensors, or a sentence about what is wrong with
    them.
    """
    train, test = (data, None) if torch.is_tensor(data) else (data.train, data.test)
    for name, images in (("training", train), ("test", test)):
        if images is None:
            continue
        if images.ndim != 2:
            raise ValueError(
                f"The {name} images have shape {tuple(images.shape)}; expected (N, P), one row of"
                " pixels an image. Flatten them with images.reshape(len(images), -1)."
            )
        if images.numel() == 0:
            if name == "test":
                test = None
                continue
            raise ValueError(
                f"There are no {name} images (shape {tuple(images.shape)}); training needs at least"
                " one."
            )
        if not images.is_floating_point():
            raise ValueError(
                f"The {name} images are {images.dtype}; expected floats in [0, 1]: images.float() /"
                " 255."
            )
        bad = ~torch.isfinite(images).all(1)
        if bad.any():
            raise ValueError(
                f"{int(bad.sum())} of the {len(images)} {name} images hold NaN or infinite pixels,"
                f" the first at row {int(bad.nonzero()[0])}. Drop them:"
                " images[torch.isfinite(images).all(1)]."
            )
    return train, test


def check_settings(epochs, batch_size, lr, precision):
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}.")
    if not (isinstance(lr, (int, float)) and 0 < lr < math.inf):
        raise ValueError(f"lr, the learning rate, must be a positive number, got {lr!r}.")
    if precision not in ("float32", "bfloat16"):
        raise ValueError(f"precision must be 'float32' or 'bfloat16', got {precision!r}.")


def check_fits(model, train, test, objective):
    """Before the clock starts: every pixel under this likelihood, and the shape of what the
    objective returns.
    """
    with torch.no_grad():
        for images in (train, test):
            if images is not None:
                q = model.encode(images[:1])
                require_possible(model.decode(draw(q)), images)
        bound = as_elbo(objective(model, train[:2], seed=generator(0)))
    for name, term in zip(bound._fields, bound):
        if term.shape != train[:2].shape[:1]:
            raise ValueError(
                f"The objective must return one number per image, shape (B,); for {len(train[:2])}"
                f" images its {name} has shape {tuple(term.shape)}. Sum over pixels and dimensions,"
                " never over the batch."
            )


def as_elbo(result):
    if isinstance(result, Elbo):
        return result
    return Elbo(
        result.detach(), torch.zeros_like(result.detach()), result
    )  # a bound without named parts counts as one term
