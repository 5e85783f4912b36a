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


def test_the_kept_split_is_scikit_learns():
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    data, (images, labels) = load("digits"), load_digits(return_X_y=True)
    train, test, train_labels, test_labels = train_test_split(
        images, labels, test_size=360, stratify=labels, random_state=0
    )
    assert (data.train.numpy() * 16 == train).all() and (data.test.numpy() * 16 == test).all()
    assert (data.train_labels.numpy() == train_labels).all()
    assert (data.test_labels.numpy() == test_labels).all()


def test_another_place_in_scikit_learn_is_found(monkeypatch, tmp_path):
    """A release that keeps its file elsewhere still gives the same digits."""
    import importlib.util

    expected, spec = load("digits"), importlib.util.find_spec("sklearn")
    monkeypatch.setattr(spec, "submodule_search_locations", [str(tmp_path)])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    assert torch.equal(load("digits").test, expected.test)
