"""Scikit-learn's real handwritten digits, which come with it: no network is needed."""

import torch

from . import ImageData

SPLIT_SEED = 0
TEST_IMAGES = 360


def load(name: str = "digits") -> ImageData:
    """The 1,797 digits of 8x8 pixels.

    1,437 to train and 360 to test, every class in the same share in both. Grey values are counts 0
    to 16 of ink in 4x4 cells, divided by 16. Source: Alpaydin & Kaynak (1998), UCI Optical
    Recognition of Handwritten Digits, its test part (scikit-learn ships no other). The split is
    fixed.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    train, test, train_labels, test_labels = train_test_split(
        images, labels, test_size=TEST_IMAGES, stratify=labels, random_state=SPLIT_SEED
    )
    return ImageData(
        train=torch.from_numpy(train / 16).float(),
        train_labels=torch.from_numpy(train_labels).long(),
        test=torch.from_numpy(test / 16).float(),
        test_labels=torch.from_numpy(test_labels).long(),
        shape=(8, 8),
        name=name,
    )
