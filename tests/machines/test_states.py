"""Tables of bits, against itertools."""

import itertools
import re

import pytest
import torch

from vaeteach.machines.states import all_codes, all_states, check_bits


@pytest.mark.parametrize("n", [1, 2, 5])
def test_every_state_once_and_in_the_order_of_the_numbers(n):
    expected = [list(map(float, bits)) for bits in itertools.product([0, 1], repeat=n)]
    assert all_states(n).tolist() == expected
    assert all_states(n, torch.float64).dtype == torch.float64


@pytest.mark.parametrize("n", [0, 17])
def test_too_many_states_get_a_sentence(n):
    with pytest.raises(ValueError, match=f"cannot list all states of {n} binary units"):
        all_states(n)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (torch.zeros(2, 3, dtype=torch.int64), "a tensor of torch.int64"),
        ([[0.0, 1.0, 0.0]], "a list"),
        (torch.zeros(3), "has shape (3,)"),
        (torch.zeros(2, 4), "expected (B, 3)"),
        (torch.zeros(0, 3), "is empty"),
        (torch.full((1, 3), 0.5), "values from 0.5 to 0.5"),
        (torch.tensor([[0.0, 1.0, float("nan")]]), "NaN"),
    ],
)
def test_what_is_no_row_of_bits_gets_a_sentence(x, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        check_bits(x, 3)


def test_bits_come_back_as_they_are():
    x = all_states(3)
    assert check_bits(x, 3) is x


def test_codes_of_words_come_in_the_order_of_the_numbers():
    expected = [list(map(float, code)) for code in itertools.product(range(3), repeat=2)]
    assert all_codes(2, 3).tolist() == expected
    with pytest.raises(ValueError, match="5 units with 16 values"):
        all_codes(5, 16)
