"""Scikit-learn's real handwritten digits, which come with it: no network is needed."""

import csv
import importlib.util
from pathlib import Path

import numpy as np
import torch

from . import ImageData

SPLIT = Path(__file__).with_name("digits_split.csv")


def load(name: str = "digits") -> ImageData:
    """The 1,797 digits of 8x8 pixels.

    1,437 to train and 360 to test, every class in the same share in both. Grey values are counts 0
    to 16 of ink in 4x4 cells, divided by 16. Source: Alpaydin & Kaynak (1998), UCI Optical
    Recognition of Handwritten Digits, its test part (scikit-learn ships no other). The split is
    fixed and kept beside this file: scikit-learn's `train_test_split` with test_size=360,
    stratify=labels, random_state=0.
    """
    with open(SPLIT, encoding="utf-8") as lines:
        part = {int(line["row"]): line["part"] for line in csv.DictReader(lines)}
    pixels_and_label = _table()
    train, test = (
        torch.from_numpy(pixels_and_label[[row for row in part if part[row] == wanted]])
        for wanted in ("train", "test")
    )
    return ImageData(
        train=train[:, :-1].float() / 16,
        train_labels=train[:, -1].long(),
        test=test[:, :-1].float() / 16,
        test_labels=test[:, -1].long(),
        shape=(8, 8),
        name=name,
    )


def _table():
    """64 pixels and the label of each digit: float64 (1797, 65).

    Scikit-learn's file is read without importing scikit-learn, which would bring scipy.stats and
    pandas along: half of the time that a kernel needs to start.
    """
    folder = Path(importlib.util.find_spec("sklearn").submodule_search_locations[0])
    path = folder / "datasets" / "data" / "digits.csv.gz"
    if path.is_file():
        return np.loadtxt(path, delimiter=",")
    from sklearn.datasets import load_digits  # wherever another release keeps it

    return np.column_stack(load_digits(return_X_y=True))
