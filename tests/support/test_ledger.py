"""The ledger: verdicts follow from the numbers, and a check that decides nothing is refused."""

import pytest
import torch

from vaeteach.support import Ledger, over_seeds


@pytest.mark.parametrize(
    ("conditions", "verdict"),
    [
        ([True] * 5, "holds"),
        ([False] * 5, "false"),
        ([True] * 4 + [False], "false"),  # four of five is less than nine tenths
        ([True] * 9 + [False], "holds"),
        ({"a": [True, True], "b": [True, True]}, "holds"),
        ({"a": [False, True], "b": [True, True]}, "holds if b"),
        ({"a": [True, True], "b": [False, False], "c": [True, True]}, "holds if a, or c"),
    ],
)
def test_a_condition_that_changes_sides_changes_the_verdict(conditions, verdict):
    assert Ledger().measurement("claim", conditions, "1").verdict == verdict


def test_one_seed_is_no_measurement():
    for one in (torch.tensor([True]), True, [0.3, 0.4]):
        with pytest.raises(ValueError, match="each of several seeds"):
            Ledger().measurement("claim", one)


def test_an_identity_needs_a_control_on_the_other_side():
    ledger = Ledger()
    assert ledger.identity("a = b", 1e-7, 0.3, 1e-3).verdict == "holds"
    assert ledger.identity("a = -b", 0.3, 1e-7, 1e-3).verdict == "false"
    for both in (1e-7, 0.3):
        with pytest.raises(ValueError, match="nothing was tested"):
            ledger.identity("a = b", both, both, 1e-3)
    assert len(ledger.entries) == 2


def test_the_table_keeps_bars_inside_its_cells():
    ledger = Ledger()
    ledger.measurement("p(x|z) is exact", [True, True], "1 | 2")
    assert ledger.markdown().splitlines()[2] == (
        r"| 1 | p(x\|z) is exact | measurement | holds | 1 \| 2 |"
    )
    assert over_seeds([0.123, 0.456]) == "0.12 to 0.46 in 2 seeds"
