"""Long computations, kept on disk: built once, also where many ask at once, and read afterwards."""

import dataclasses
import hashlib
import io
import os
import pickle
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock, Timeout

KEPT = 12  # entries of one name; the least recently used beyond these are deleted
_DIGEST = hashlib.sha256().digest_size


def folder() -> Path:
    """The cache folder: the environment's `VAETEACH_CACHE`, else the user's own."""
    if chosen := os.environ.get("VAETEACH_CACHE"):
        return Path(chosen).expanduser()
    import pooch  # here, not above: only those who look for the default pay for the import

    return Path(pooch.os_cache("vaeteach"))


def _shared(path: Path) -> dict | None:
    """This entry from the folder `VAETEACH_SHARED_CACHE`, which a class reads and none writes."""
    shared = os.environ.get("VAETEACH_SHARED_CACHE")
    return _read(Path(shared).expanduser() / path.name)[0] if shared else None


def cached(name: str, build: Callable[[], Any], /, version: int = 1, **key: Any) -> Any:
    """Return `build()`, from disk if the same thing was built before.

    The entry is found by the SHA-256 of `name`, `version`, every argument in `key` (numbers,
    strings, tensors, arrays, data sets, containers of these) and torch's version. `version` is a
    number that the recipe states: raise it with every change, there or in what it calls, that
    gives other numbers; a comment or a new name needs no new version. What `build` reads from
    elsewhere belongs in `key`. The value may hold tensors, numbers, strings, None and dicts, lists
    or tuples of them: entries are read with `weights_only=True`, so that a file which somebody else
    put there cannot run code.
    Where another process or thread is building the same thing, this one waits for it and says so; a
    builder that dies gives the place free. A damaged entry is built again. Where the disk is full
    or read-only, one sentence says so and the value is returned without being kept. An entry of the
    folder `VAETEACH_SHARED_CACHE` is taken first; nothing is written there. Raises `TypeError` for
    a key that cannot be hashed by content or a value that cannot be stored.
    """
    parts = hashlib.sha256(f"{name}|{torch.__version__}".encode())
    _update(parts, version)
    _update(parts, key)
    path = folder() / f"{name}-{parts.hexdigest()[:24]}.pt"
    kept = _shared(path) or _read(path)[0]
    if kept is None:
        with _only_builder(path, name):
            kept, damaged = _read(path)  # somebody may have built it meanwhile
            if kept is None:
                return _build(path, name, build, damaged)
    return kept["value"]


def _build(path: Path, name: str, build: Callable[[], Any], damaged: bool) -> Any:
    why = "the kept copy was damaged" if damaged else "kept for the next time"
    print(f"Building {name} ({why}) …", flush=True)
    start = time.perf_counter()
    value = build()
    print(f"Built {name} in {time.perf_counter() - start:.1f} s.", flush=True)
    _write(path, name, value)
    return value


@contextmanager
def _only_builder(path: Path, name: str) -> Iterator[None]:
    """Hold the entry's lock, which the system takes back from a process that dies."""
    lock = FileLock(path.with_suffix(".lock"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            print(f"{name} is being built elsewhere; waiting for it …", flush=True)
            lock.acquire()
    except (OSError, NotImplementedError):
        pass  # a folder that cannot be written; _write says so
    try:
        yield
    finally:
        lock.release()


def clear(name: str = "") -> int:
    """Delete the entries of `name` (all where it is empty) and return how many there were."""
    entries = list(folder().glob(f"{name or '*'}-{'?' * 24}.pt"))
    for entry in entries:
        entry.unlink(missing_ok=True)
    return len(entries)


def _read(path: Path) -> tuple[dict | None, bool]:
    """The stored {"value": …}, or None, and whether there was an entry that could not be used."""
    try:
        content = path.read_bytes()
    except OSError:
        return None, False
    digest, payload = content[:_DIGEST], content[_DIGEST:]
    # torch does not notice a bit that flipped inside a tensor
    if hashlib.sha256(payload).digest() != digest:
        return None, True
    try:
        value = torch.load(io.BytesIO(payload), weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError):
        return None, True
    try:
        os.utime(path)  # mark it as used, for the pruning
    except OSError:
        pass
    return value, False


def _write(path: Path, name: str, value: Any) -> None:
    """Store through a temporary file beside the entry, so that no reader ever meets half of one."""
    buffer = io.BytesIO()
    try:
        torch.save({"value": value}, buffer)
        payload = buffer.getvalue()
        torch.load(io.BytesIO(payload), weights_only=True)
    except (pickle.PickleError, AttributeError, TypeError) as problem:
        raise TypeError(
            f"cached({name!r}) was given a {type(value).__name__} that cannot be read back safely;"
            " store tensors, numbers, strings and dicts, lists or tuples of them (a model's"
            " state_dict, not the model)"
        ) from problem
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(payload).digest() + payload)
        os.chmod(temporary, 0o644)  # a class reads what its teacher built
        os.replace(temporary, path)
    except OSError as problem:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        reason = problem.strerror or str(problem)
        print(
            f"The cache folder {path.parent} cannot be written ({reason}); going on without it. "
            "Set VAETEACH_CACHE to a folder with room to avoid building this again.",
            flush=True,
        )
        return
    _prune(path)


def _prune(path: Path) -> None:
    name = path.name[: -len("-" + "?" * 24 + ".pt")]
    try:
        entries = sorted(
            path.parent.glob(f"{name}-{'?' * 24}.pt"), key=lambda entry: entry.stat().st_mtime
        )
        for entry in entries[:-KEPT]:
            entry.unlink(missing_ok=True)
            entry.with_suffix(".lock").unlink(missing_ok=True)
    # another process deleted one first, or may not delete here: tidiness is not worth an error
    except OSError:
        pass


def _update(parts: "hashlib._Hash", value: Any) -> None:
    """Feed `value` to the hash by content, with its type, so that 1, 1.0, True and "1" differ."""
    parts.update(f"<{type(value).__name__}>".encode())
    if value is None or isinstance(value, (bool, int, float, str, bytes, os.PathLike)):
        parts.update(repr(value).encode())
    elif isinstance(value, torch.Tensor):
        _update(parts, value.detach().cpu().numpy())
    elif isinstance(value, (np.ndarray, np.generic)) and value.dtype != object:
        parts.update(f"{value.dtype}{value.shape}".encode() + np.ascontiguousarray(value).tobytes())
    elif isinstance(value, Mapping):
        for name in sorted(value, key=repr):
            _update(parts, name)
            _update(parts, value[name])
    elif isinstance(value, (list, tuple)):
        for item in value:
            _update(parts, item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            _update(parts, getattr(value, field.name))
    elif hasattr(value, "to_records"):  # a DataFrame, without importing pandas here
        for column in value.columns:
            _update(parts, [str(column), *value[column].tolist()])
    else:
        raise TypeError(
            f"a cache key cannot hold a {type(value).__name__}; "
            "use numbers, strings, tensors, arrays, data sets or containers of them"
        )
    parts.update(b"</>")
