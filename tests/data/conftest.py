"""Models and data that the tests of this folder share."""

import gzip
import hashlib

import pytest
from idx_files import PARTS, arrays, idx

from vaeteach.data import download, mnist


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    monkeypatch.setenv("VAETEACH_CACHE", str(tmp_path / "kept"))
    for name in (
        "VAETEACH_DATA",
        "VAETEACH_MNIST",
        "VAETEACH_FASHION_MNIST",
        "http_proxy",
        "HTTP_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(download, "READ", 1.0)
    monkeypatch.setattr(download, "CHUNK", 500)  # the files are small, too


@pytest.fixture
def published(monkeypatch):
    """Small files of the published format; their checksums stand in for those of the real ones."""
    files = {f"{part}.gz": gzip.compress(idx(array)) for part, array in zip(PARTS, arrays())}
    sums = tuple(hashlib.sha256(content).hexdigest() for content in files.values())
    monkeypatch.setattr(mnist, "CHECKSUMS", {"mnist": sums, "fashion_mnist": sums})
    return files
