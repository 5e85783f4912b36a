"""A table of all states of n bits, or of all codes of words, and the check of an input."""

import torch
from torch import Tensor

# bits; 2^16 states of 64 pixels are 4 million numbers, which a laptop adds up in a blink
ENUMERABLE = 16


def all_states(n: int, dtype: torch.dtype | None = None) -> Tensor:
    """Every vector of n bits, one a row.

    Shape (2^n, n), row number = the bits read as a binary number. Raises ValueError where n is
    below 1 or above ``ENUMERABLE``.
    """
    return all_codes(n, 2, dtype)


def all_codes(positions: int, words: int, dtype: torch.dtype | None = None) -> Tensor:
    """Every row of words 0 to words - 1 at so many positions: (words^positions, positions).

    Row number = the code read as a number to base ``words``. Raises ValueError for fewer than one
    code and for more than 2^``ENUMERABLE``.
    """
    if positions < 1 or words < 1 or words**positions > 2**ENUMERABLE:
        raise ValueError(
            f"cannot list all states of {positions} {'binary ' if words == 2 else ''}units with"
            f" {words} values: between 1 and {ENUMERABLE} binary units, or as many codes of words,"
            " are summed exactly. Use fewer units, or an estimate (annealed importance sampling, an"
            " importance-weighted bound)."
        )
    power = words ** torch.arange(positions - 1, -1, -1)
    codes = torch.arange(words**positions)[:, None] // power % words
    return codes.to(dtype or torch.get_default_dtype())


def check_bits(x: Tensor, n: int, what: str = "x") -> Tensor:
    """x itself if it is a (B, n) floating tensor of zeros and ones, else a ValueError says why."""
    if not isinstance(x, Tensor) or not x.is_floating_point():
        kind = f"a tensor of {x.dtype}" if isinstance(x, Tensor) else f"a {type(x).__name__}"
        raise ValueError(
            f"{what} is {kind}: a floating-point tensor of zeros and ones was expected."
        )
    if x.ndim != 2 or x.shape[1] != n:
        raise ValueError(
            f"{what} has shape {tuple(x.shape)}: expected (B, {n}), one example a row."
        )
    if len(x) == 0:
        raise ValueError(f"{what} is empty: at least one example is needed.")
    if not ((x == 0) | (x == 1)).all():
        found = "NaN" if x.isnan().any() else f"values from {x.min():.3g} to {x.max():.3g}"
        raise ValueError(
            f"{what} holds {found}: these units are binary, use zeros and ones"
            " (`data.binarized()`)."
        )
    return x
