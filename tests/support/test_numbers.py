"""One check of whole numbers, for the whole package."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaeteach.support import whole_number


@given(st.integers(-5, 10**6), st.integers(-2, 9))
def test_whole_numbers_come_back_as_int_from_the_least_on(n, least):
    for value in (n, np.int64(n), np.array(n)):
        if n < least:
            with pytest.raises(ValueError, match=f"width .* at least {least}, got"):
                whole_number(value, "width", least)
        else:
            assert whole_number(value, "width", least) == n
            assert type(whole_number(value, "width", least)) is int


@pytest.mark.parametrize("value", [True, 2.0, "2", None, [2], np.float64(2), 1j])
def test_what_is_no_whole_number_is_named(value):
    with pytest.raises(ValueError, match="epochs must be a whole number of at least 1, got"):
        whole_number(value, "epochs")
