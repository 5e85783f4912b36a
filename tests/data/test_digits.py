"""The digits are the real ones."""

import torch

from vaeteach.data import load


def test_digits_are_the_real_ones():
    from sklearn.datasets import load_digits

    data = load("digits")
    assert (
        data.train.shape == (1437, 64)
        and data.test.shape == (360, 64)
        and data.shape == (8, 8)
        and data.pixels == 64
    )
    assert data.train.dtype == torch.float32 and data.train_labels.dtype == torch.int64
    # The two parts together are scikit-learn's images, each with its own label, in another order.
    images = torch.cat([data.train, data.test])
    rows = torch.cat(
        [images * 16, torch.cat([data.train_labels, data.test_labels])[:, None]], 1
    ).numpy()
    theirs = load_digits()
    assert sorted(map(tuple, rows)) == sorted(
        (*map(float, x), float(y)) for x, y in zip(theirs.data, theirs.target)
    )
    share = data.test_labels.bincount() / theirs.target.size * 1797 / 360
    assert (share - torch.tensor(theirs.target).bincount() / 1797).abs().max() < 0.005  # stratified
    assert torch.equal(load("digits").train, data.train)
