"""MNIST and Fashion-MNIST: downloaded once and checked, or read from a folder that is given."""

import gzip
import hashlib
import os
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from ..support import cache
from . import DATASETS, ImageData
from .download import fetch

SIDE = 28
SMALL_SEED, SMALL_TEST = 0, 2_000
PARTS = tuple(f"{part}-ubyte" for part in ("train-images-idx3", "train-labels-idx1",
                                           "t10k-images-idx3", "t10k-labels-idx1"))  # fmt: skip
MIRRORS = {
    "mnist": (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    "fashion_mnist": (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ),
}
# SHA-256 of the published gzip files, in the order of PARTS
CHECKSUMS = {
    "mnist": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
    "fashion_mnist": (
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
}


def load(
    name: str = "mnist",
    folder: str | os.PathLike | None = None,
    small: bool = False,
    mirrors: Sequence[str] | None = None,
) -> ImageData:
    """60,000 training and 10,000 test images of 28x28 grey pixels, bytes divided by 255.

    `folder` names a folder that holds the four published files, packed (.gz, checked) or unpacked;
    without it the environment variable `VAETEACH_MNIST` (`VAETEACH_FASHION_MNIST`) is asked, and
    else they are downloaded into the cache. `small=True` takes the 10,000 published test images
    only, 8,000 to train and 2,000 to test after a fixed shuffle (the first half of the file was
    written by tidier people): a small download, quick epochs.
    `mirrors` replaces the addresses, for instance by a server of the class.
    Sources: LeCun, Bottou, Bengio & Haffner (1998); Xiao, Rasul & Vollgraf (2017).
    Raises `ConnectionError` without a network, `FileNotFoundError` for a folder without the files,
    `ValueError` for a damaged file, `OSError` when the cache folder cannot be written.
    """
    folder = folder or os.environ.get(f"VAETEACH_{name.upper()}")
    names = PARTS[2:] if small else PARTS
    if folder is not None:
        contents = [_from_folder(name, part, Path(folder).expanduser(), small) for part in names]
    else:
        contents = [_download(name, part, mirrors or MIRRORS[name]) for part in names]
    arrays = [parse_idx(content, part) for content, part in zip(contents, names)]
    if small:
        order = np.random.default_rng(SMALL_SEED).permutation(len(arrays[0]))
        test = min(SMALL_TEST, max(1, len(order) // 5))
        arrays = [array[rows] for rows in (order[:-test], order[-test:]) for array in arrays]
    train, train_labels, test, test_labels = (
        torch.from_numpy(array.astype(np.int64)) if array.ndim == 1 else _grey(array)
        for array in arrays
    )
    return ImageData(train, train_labels, test, test_labels, (SIDE, SIDE), name)


def parse_idx(content: bytes, what: str) -> np.ndarray:
    """The array of bytes in an IDX file.

    Two zero bytes, type 8, number of axes, each length as 4 bytes, the data. Raises `ValueError`
    when the header or the length is not that of such a file.
    """
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise ValueError(
            f"{what} is not an IDX file of bytes (it starts with {content[:4].hex() or 'nothing'})"
        )
    axes, shape = content[3], ()
    if len(content) >= 4 + 4 * axes:
        shape = tuple(np.frombuffer(content, ">u4", axes, 4).astype(int))
    expected = 4 + 4 * axes + int(np.prod(shape, dtype=np.int64))
    if not shape or len(content) != expected:
        raise ValueError(
            f"{what} has {len(content)} bytes, its header promises {expected}; get the file again"
        )
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def _grey(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images.reshape(len(images), -1).astype(np.float32) / 255)


def _download(name: str, part: str, mirrors: Sequence[str]) -> bytes:
    here = (other for other, (_, _, network) in DATASETS.items() if not network)
    offline = " and ".join(f'load("{other}")' for other in here)
    otherwise = (
        f'{offline} need no network; load("{name}", folder=…) takes the files from a folder, '
        f'and a download that broke off goes on with the next load("{name}").'
    )
    path = fetch(f"{part}.gz", _checksum(name, part), mirrors, cache.folder() / name, otherwise)
    return _unpack(path)


def _from_folder(name: str, part: str, folder: Path, small: bool) -> bytes:
    for place in (folder, folder / name, folder / "raw"):
        for file in (place / f"{part}.gz", place / part):
            if file.is_file():
                found, expected = _sha256(file), _checksum(name, part)
                if file.suffix == ".gz" and found != expected:
                    raise ValueError(
                        f"{file} is damaged or another file: its SHA-256 is {found[:12]}…, that of"
                        f" the published one {expected[:12]}…; get it again, or put the unpacked"
                        " file there"
                    )
                return _unpack(file)
    hint = "" if small else f'; with load("{name}", small=True) the two t10k files are enough'
    raise FileNotFoundError(f"{folder} has neither {part}.gz nor {part}{hint}")


def _unpack(file: Path) -> bytes:
    content = file.read_bytes()
    if file.suffix != ".gz":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as problem:
        raise ValueError(f"{file} is a damaged gzip file ({problem}); get it again") from None


def _checksum(name: str, part: str) -> str:
    return CHECKSUMS[name][PARTS.index(part)]


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
