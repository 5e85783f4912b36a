"""The class's gain: collected from files, with its interval."""

import numpy as np
import pandas as pd
import pytest

from teaching.gain import answered_once, collect, gain, made_up_class, scores
from vaeteach.checks.inventory import INVENTORY
from vaeteach.widgets.inventory import Inventory


def test_files_of_the_view_become_scores(tmp_path):
    right = [[option.right for option in question.options].index(True) for question in INVENTORY]
    for student, occasion, known in (("1", "before", 4), ("1", "after", 12), ("2", "before", 8)):
        view = Inventory(student, occasion, tmp_path)
        for i, number in enumerate(right):
            view.answer(number if i < known else (number + 1) % 4)
            view.next.click()
    found = scores(collect(tmp_path))
    assert list(found.index) == ["1"] and found.loc["1"].tolist() == [4 / 16, 12 / 16]
    assert answered_once(collect(tmp_path)) == ["2"]


def test_two_students_with_one_number_are_found(tmp_path):
    """As when somebody leaves the number that stood there; one file handed in twice is none."""
    for folder, number in (("anna", 1), ("anna again", 1), ("ben", 2)):
        (tmp_path / folder).mkdir()
        Inventory("00", "before", tmp_path / folder).answer(number)
        if folder == "anna again":
            assert len(collect(tmp_path)) == 1
    with pytest.raises(ValueError, match=r"anna.*ben.*student 00, before the course, and differ"):
        collect(tmp_path)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Classes drawn from a known population: the interval for the mean gain covers it."""
    covered, random = 0, np.random.default_rng(0)
    for i in range(200):
        before = random.uniform(0.2, 0.5, 25)
        after = before + random.normal(0.25, 0.1, 25)
        found = gain(pd.DataFrame({"before": before, "after": after}), repeats=400, seed=i)
        covered += found["gain_low"] <= 0.25 <= found["gain_high"]
        assert found["gain"] == pytest.approx((after - before).mean())
    assert 0.88 < covered / 200 < 0.985


def test_the_normalised_gain_is_the_share_of_what_could_be_gained():
    found = gain(pd.DataFrame({"before": [0.2, 0.4], "after": [0.6, 0.5]}))
    assert found["normalised"] == pytest.approx((0.55 - 0.3) / 0.7)


def test_bad_input_gets_a_sentence(tmp_path):
    with pytest.raises(ValueError, match="No file inventory"):
        collect(tmp_path)
    (tmp_path / "inventory-1-before.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="is not a file of the inventory"):
        collect(tmp_path)
    with pytest.raises(ValueError, match="at least two"):
        gain(scores(made_up_class(1)))
