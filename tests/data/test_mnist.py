"""MNIST's files: by hand, damaged, small, and the real ones where they are at hand."""

import gzip
import os

import numpy as np
import pytest
import torch
from idx_files import PARTS, arrays, check, idx

from vaeteach.data import load, mnist

REAL = os.environ.get("VAETEACH_MNIST")  # before the tests take it away


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("below", ["", "mnist", "raw"])
def test_files_by_hand(published, tmp_path, packed, below):
    folder = tmp_path / "given" / below
    folder.mkdir(parents=True)
    for file, content in published.items():
        if packed:
            (folder / file).write_bytes(content)
        else:
            (folder / file[:-3]).write_bytes(gzip.decompress(content))
    check(load("mnist", folder=tmp_path / "given"))


def test_folder_from_the_environment(published, tmp_path, monkeypatch):
    for file, content in published.items():
        (tmp_path / file).write_bytes(content)
    monkeypatch.setenv("VAETEACH_FASHION_MNIST", str(tmp_path))
    check(load("fashion_mnist"))


def test_damaged_files_by_hand(published, tmp_path):
    for file, content in published.items():
        (tmp_path / file).write_bytes(content)
    (tmp_path / f"{PARTS[0]}.gz").write_bytes(b"x")
    with pytest.raises(
        ValueError, match="train-images-idx3-ubyte.gz is damaged or another file: its SHA-256"
    ):
        load("mnist", folder=tmp_path)
    (tmp_path / f"{PARTS[0]}.gz").unlink()
    with pytest.raises(FileNotFoundError, match="neither .*small=True"):
        load("mnist", folder=tmp_path)
    with pytest.raises(FileNotFoundError):
        load("mnist", folder=tmp_path / "nowhere", small=True)


def test_small_uses_the_test_files_only(published, tmp_path):
    for file in list(published)[2:]:
        (tmp_path / file).write_bytes(published[file])
    data = load("mnist", folder=tmp_path, small=True)
    assert len(data.train) == 8 and len(data.test) == 2
    images, labels = list(arrays())[2:]
    whole = {
        row.tobytes(): label for row, label in zip(images.reshape(-1, 784).astype(np.uint8), labels)
    }
    for part, theirs in ((data.train, data.train_labels), (data.test, data.test_labels)):
        rows = (part * 255).round().to(torch.uint8).numpy()
        # pop: no image is in both
        assert [whole.pop(row.tobytes()) for row in rows] == theirs.tolist()
    assert not whole


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "starts with nothing"),
        (b"<html>not found</html>", "not an IDX file"),
        (idx(np.zeros((3, 2)))[:-1], "has 17 bytes, its header promises 18"),
        (idx(np.zeros((3, 2))) + b"\0", "has 19 bytes"),
        (b"\0\0\x08\x03\0\0", "has 6 bytes"),
        (b"\0\0\x08\x02" + b"\xff" * 8, "promises"),
    ],
)
def test_damaged_idx(content, message):
    with pytest.raises(ValueError, match=message):
        mnist.parse_idx(content, "file")


def test_damaged_gzip(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"hello" * 100)[:-12])
    with pytest.raises(ValueError, match="damaged gzip"):
        mnist._unpack(tmp_path / "a.gz")


def test_the_real_images():
    """The published test part, where its folder is given before the test begins."""
    if REAL is None:
        pytest.skip("set VAETEACH_MNIST to a folder with the published t10k files")
    data = load("mnist", folder=REAL, small=True)
    assert len(data.train) == 8_000 and len(data.test) == 2_000
    labels = torch.cat([data.train_labels, data.test_labels])
    # as published
    assert labels.bincount().tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert abs(torch.cat([data.train, data.test]).mean().item() - 0.1325) < 1e-4
