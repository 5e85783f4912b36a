"""Checks of numbers that a caller gives."""

import operator


def whole_number(value, name, least=1):
    """`value` as an int, or a ValueError that names it where it is no whole number of `least`.

    numpy's integers count as whole numbers; True and 3.0 do not.
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}.")
    return number
