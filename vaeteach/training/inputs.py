"""What training is given, checked before the clock starts: each mistake gets its sentence."""

import math

import torch

from ..distributions import draw, generator
from ..models import Elbo, require_possible


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
