"""Compare a reader's result with the expected one: what is equal, and how to say what is not."""

import numbers
from collections.abc import Iterator
from itertools import islice

import numpy as np
import torch


class NotNumbers(TypeError):
    """A result that is not made of real numbers. The message ends the sentence "yours is …"."""


def as_numbers(value) -> np.ndarray:
    """A result as an array of float64: tensors of every kind, numpy, nested lists, plain numbers.

    Raises NotNumbers for text, complex numbers, None and whatever else has no numbers.
    """
    if torch.is_tensor(value):
        if value.is_complex():
            raise NotNumbers("complex; take its real part if that is what you mean")
        value = value.detach()
        if value.layout != torch.strided or value.is_quantized:
            value = value.dequantize() if value.is_quantized else value.to_dense()
        return value.cpu().double().numpy()
    if isinstance(value, numbers.Number) and not isinstance(value, np.generic):
        if isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real):
            raise NotNumbers("complex; take its real part if that is what you mean")
        return np.asarray(float(value))
    if isinstance(value, (list, tuple)):
        parts = [as_numbers(part) for part in value]
        if len({part.shape for part in parts}) > 1:
            raise NotNumbers("a list whose parts have different shapes")
        return np.stack(parts) if parts else np.zeros(0)
    if isinstance(value, str):
        raise NotNumbers(f"the text {show(value)}")
    if hasattr(value, "__array__"):
        array = np.asarray(value)
        if array.dtype.kind in "biuf":
            return array.astype(float)
        if array.dtype.kind == "O" and array.ndim:
            return as_numbers(array.tolist())
        raise NotNumbers(f"an array of {array.dtype}")
    raise NotNumbers("None" if value is None else f"a {type(value).__name__}")


def settled(value):
    """A result with its iterators read out and its arrays copied: later calls cannot change it."""
    if isinstance(value, Iterator):
        value = list(islice(value, 1_000_000))
    if isinstance(value, (list, tuple)):
        return tuple(map(settled, value))
    if torch.is_tensor(value):
        return value.detach().clone()
    return value.copy() if isinstance(value, np.ndarray) else value


def has_dots(value) -> bool:
    """Whether a `...` stands in the result: the stub's own, so that part was not answered."""
    return value is ... or (isinstance(value, (list, tuple)) and any(map(has_dots, value)))


def alike(got, expected, rtol, atol) -> bool:
    """Whether two results agree, container and number type apart. NaN agrees with NaN.

    A whole number has to be met exactly, a truth value by a truth value.
    """
    if isinstance(expected, str) or expected is None:
        return type(got) is type(expected) and got == expected
    if isinstance(expected, bool):
        return is_truth(got) and bool(got) == expected
    try:
        if isinstance(expected, (tuple, list)):
            got = parts(got)
            return len(got) == len(expected) and all(
                alike(mine, theirs, rtol, atol) for mine, theirs in zip(got, expected)
            )
        mine, theirs = as_numbers(got), as_numbers(expected)
    except NotNumbers:
        return False
    if isinstance(expected, int):
        rtol, atol = 0.0, 1e-6
    return mine.shape == theirs.shape and np.allclose(
        mine, theirs, rtol=rtol, atol=atol, equal_nan=True
    )


def is_truth(value) -> bool:
    """Whether the value is one True or False, of Python, numpy or torch."""
    dtype = str(getattr(value, "dtype", ""))
    return isinstance(value, bool) or (dtype in ("bool", "torch.bool") and value.ndim == 0)


def parts(value) -> tuple:
    """The members of a pair, triple, …; raises NotNumbers where there are none."""
    if isinstance(value, (list, tuple)):
        return tuple(value)
    array = as_numbers(value)
    if array.ndim == 0:
        raise NotNumbers("a single number")
    return tuple(array)


def difference(got, expected, rtol, atol) -> str:
    """What is wrong with a result, as the end of a sentence that begins "on …"."""
    if got is None:
        return "your answer gave None. Does the function end in a return?"
    if isinstance(expected, bool) and not is_truth(got):
        return f"True or False is asked for, yours is {show(got)} ({type(got).__name__})."
    if isinstance(expected, (bool, str)):
        return f"expected {show(expected)}, got {show(got)}."
    try:
        if isinstance(expected, (tuple, list)):
            members = parts(got)
            if len(members) != len(expected):
                return f"{len(expected)} results are asked for, yours are {len(members)}."
            for i, (mine, theirs) in enumerate(zip(members, expected)):
                if not alike(mine, theirs, rtol, atol):
                    return f"result {i + 1} of {len(expected)}: " + difference(
                        mine, theirs, rtol, atol
                    )
        mine, theirs = as_numbers(got), as_numbers(expected)
    except NotNumbers as reason:
        return f"{_wanted(expected)} is asked for, yours is {reason}."
    if mine.shape != theirs.shape:
        return f"the result should have shape {theirs.shape}, yours has {mine.shape}."
    where = ""
    if theirs.size > 6:
        wrong = ~np.isclose(mine, theirs, rtol=rtol, atol=atol, equal_nan=True)
        place = tuple(map(int, np.argwhere(wrong)[0]))
        where, mine, theirs = f"at {list(place)} ", mine[place], theirs[place]
    texts = "", ""
    for digits in (4, 7, 12):
        texts = show(theirs, digits), show(mine, digits)
        if texts[0] != texts[1]:
            break
    return f"{where}expected {texts[0]}, got {texts[1]}."


def _wanted(expected):
    if isinstance(expected, (tuple, list)):
        return "a pair" if len(expected) == 2 else f"a list of {len(expected)}"
    shape = as_numbers(expected).shape
    return f"a tensor of shape {shape}" if shape else "a number"


def show(value, digits=4) -> str:
    """A value in one short line."""
    if isinstance(value, tuple):
        return ", ".join(map(show, value))
    real = torch.is_tensor(value) and value.dtype.is_floating_point
    if real or isinstance(value, (float, np.floating, np.ndarray)):
        array = as_numbers(value) if real else np.asarray(value)
        if array.ndim == 0 and array.dtype.kind == "f":
            return f"{array:.{digits + 1}g}"
        if array.size > 6:
            start = np.array2string(array.ravel()[:4], precision=digits)
            return f"a tensor of shape {array.shape} starting {start[:-1]} ...]"
        return np.array2string(array, precision=digits, separator=", ").replace("\n", "")
    if torch.is_tensor(value):
        text = str(value.tolist())
    elif callable(value) and hasattr(value, "__name__"):
        text = f"<{value.__name__}>"
    else:
        text = " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:77] + "..."
