"""The cache returns what was built, builds again when anything it depends on changes, and never
stands in the way.
"""

import errno
import os
import stat
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import torch

from vaeteach.data import ImageData
from vaeteach.support import cache, cached


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("VAETEACH_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


class Counter:
    """A recipe that counts its calls."""

    def __init__(self, value=1.0):
        self.calls, self.value = 0, value

    def __call__(self):
        self.calls += 1
        return self.value


def test_builds_once_and_says_so(capsys):
    build = Counter({"weights": torch.arange(6.0).reshape(2, 3), "loss": [1.5, None, ("a", 2)]})
    first = cached("thing", build, epochs=3)
    assert "Building thing" in capsys.readouterr().out
    second = cached("thing", build, epochs=3)
    captured = capsys.readouterr()
    assert build.calls == 1 and captured.out == "" and captured.err == ""
    assert torch.equal(first["weights"], second["weights"]) and first["loss"] == second["loss"]


def test_a_class_reads_what_its_teacher_built(folder, tmp_path, monkeypatch, capsys):
    """The shared folder comes first and stays as it is; what it lacks or has damaged is built."""
    shared, build = tmp_path / "shared", Counter(torch.ones(3))
    monkeypatch.setenv("VAETEACH_CACHE", str(shared))
    cached("thing", build)
    monkeypatch.setenv("VAETEACH_CACHE", str(folder))
    monkeypatch.setenv("VAETEACH_SHARED_CACHE", str(shared))
    capsys.readouterr()
    assert torch.equal(cached("thing", build), torch.ones(3)) and build.calls == 1
    assert capsys.readouterr().out == "" and not folder.exists()
    cached("other", build)
    (entry,) = shared.glob("thing-*.pt")
    entry.write_bytes(b"damaged")
    assert torch.equal(cached("thing", build), torch.ones(3)) and build.calls == 3
    assert len(list(folder.glob("*.pt"))) == 2 and len(list(shared.glob("*.pt"))) == 1
    assert entry.read_bytes() == b"damaged"
    assert stat.S_IMODE(entry.stat().st_mode) & 0o444 == 0o444  # for others than who built it


def test_none_is_a_value():
    build = Counter(None)
    assert cached("nothing", build) is None and cached("nothing", build) is None
    assert build.calls == 1


def test_every_part_of_the_key_counts():
    build = Counter()
    data = ImageData(*[torch.zeros(2, 4), torch.zeros(2).long()] * 2, shape=(2, 2))
    other = ImageData(
        torch.ones(2, 4), torch.zeros(2).long(), torch.zeros(2, 4), torch.zeros(2).long(), (2, 2)
    )
    keys = [
        {},
        {"a": 1},
        {"a": 1.0},
        {"a": True},
        {"a": "1"},
        {"b": 1},
        {"a": [1, 2]},
        {"a": (1, 2)},
        {"a": [[1], 2]},
        {"a": torch.tensor([1, 2])},
        {"a": torch.tensor([1.0, 2.0])},
        {"a": np.array([[1.0, 2.0]])},
        {"a": {"b": 1}},
        {"a": data},
        {"a": other},
    ]
    for key in keys:
        cached("keys", build, **key)
    assert build.calls == len(keys)
    cached("another name", build)
    assert build.calls == len(keys) + 1


def test_order_of_the_arguments_does_not_count():
    build = Counter()
    cached("order", build, a=1, b={"x": 1, "y": 2})
    cached("order", build, b={"y": 2, "x": 1}, a=1)
    assert build.calls == 1


def test_the_version_counts_and_the_wording_of_the_recipe_does_not():
    assert cached("wording", lambda: 1 + 1) == 2
    assert cached("wording", lambda: 1 + 2) == 2
    assert cached("wording", lambda: 1 + 2, version=2) == 3


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text"])
def test_damaged_entries_are_built_again(folder, damage, capsys):
    build = Counter(torch.arange(1000.0))
    cached("thing", build)
    (entry,) = folder.glob("thing-*.pt")
    content = bytearray(entry.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 1
    entry.write_bytes(
        {"cut": content[:-100], "flipped": content, "empty": b"", "text": b"hello"}[damage]
    )
    capsys.readouterr()
    assert torch.equal(cached("thing", build), torch.arange(1000.0))
    assert build.calls == 2 and "damaged" in capsys.readouterr().out
    cached("thing", build)
    assert build.calls == 2


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_an_entry_cannot_run_code(folder, tmp_path):
    """Somebody else's file under the right name and with the right digest is refused, not
    unpickled.
    """
    import hashlib
    import pickle

    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "run"),)

    build = Counter()
    cached("thing", build)
    (entry,) = folder.glob("thing-*.pt")
    payload = pickle.dumps({"value": Bomb()}, protocol=4)
    entry.write_bytes(hashlib.sha256(payload).digest() + payload)
    assert cached("thing", build) == 1.0 and build.calls == 2
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "value", [torch.nn.Linear(1, 1), lambda: 1, object()], ids=["model", "function", "object"]
)
def test_a_value_that_could_not_be_read_back_is_refused(value, folder):
    with pytest.raises(TypeError, match="cannot be read back safely"):
        cached("thing", Counter(value))
    assert not list(folder.glob("*.p*t"))


def test_a_key_without_content_is_refused():
    with pytest.raises(TypeError, match="cache key cannot hold a Thread"):
        cached("thing", Counter(), who=threading.Thread())


def test_full_disk_costs_a_sentence(monkeypatch, folder, capsys):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    assert cached("thing", Counter(3)) == 3
    out = capsys.readouterr().out
    assert (
        "No space left on device" in out
        and "going on without it" in out
        and "VAETEACH_CACHE" in out
    )
    assert not list(folder.glob("*.p*t"))  # the temporary file is gone, too


def test_folder_that_cannot_be_made_costs_a_sentence(monkeypatch, tmp_path, capsys):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("VAETEACH_CACHE", str(tmp_path / "file" / "below"))
    assert cached("thing", Counter(3)) == 3
    assert "cannot be written" in capsys.readouterr().out


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind this user"
)
def test_read_only_folder_costs_a_sentence(folder, capsys):
    folder.mkdir()
    folder.chmod(0o500)
    assert cached("thing", Counter(3)) == 3
    assert "Permission denied" in capsys.readouterr().out
    folder.chmod(0o700)


def test_an_interrupted_recipe_leaves_nothing(folder):
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached("thing", interrupted)
    assert not list(folder.glob("*.p*t"))


def test_many_at_once_get_whole_values():
    results = []
    threads = [
        threading.Thread(
            target=lambda: results.append(cached("thing", lambda: torch.arange(10_000)))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8 and all(
        torch.equal(result, torch.arange(10_000)) for result in results
    )


BUILDER = """
import sys, time
from vaeteach.support import cached
def build():
    open(sys.argv[1], "a").write("built ")
    time.sleep(float(sys.argv[2]))
    return 7
print(cached("slow", build))
"""


def test_many_processes_build_once_and_the_others_say_that_they_wait(folder, tmp_path):
    start = [sys.executable, "-c", BUILDER, str(tmp_path / "calls"), "3"]
    running = [subprocess.Popen(start, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate(timeout=120)[0] for process in running]
    assert all(text.endswith("7\n") for text in said)
    assert (tmp_path / "calls").read_text() == "built "
    assert sum("Building slow" in text for text in said) == 1


def test_who_waits_says_so_and_takes_over_from_a_builder_that_dies(folder, tmp_path, capsys):
    start = [sys.executable, "-c", BUILDER, str(tmp_path / "calls"), "100"]
    builder = subprocess.Popen(start, stdout=subprocess.PIPE)
    while not (tmp_path / "calls").exists():
        time.sleep(0.05)
    threading.Timer(1.0, builder.kill).start()
    build = Counter(8)
    assert cached("slow", build) == 8 and build.calls == 1
    assert "slow is being built elsewhere; waiting for it" in capsys.readouterr().out
    assert builder.wait() != 0 and not list(folder.glob("*.part"))
    builder.stdout.close()


def test_old_entries_go_and_recent_ones_stay(folder):
    build = Counter()
    for n in range(cache.KEPT + 5):
        cached("thing", build, n=n)
        # one second between entries, whatever the file system's clock does
        for entry in folder.glob("thing-*.pt"):
            if entry.stat().st_mtime > 1e9:
                os.utime(entry, (n, n))
    assert len(list(folder.glob("thing-*.pt"))) == cache.KEPT
    calls = build.calls
    cached("thing", build, n=cache.KEPT + 4)
    assert build.calls == calls
    cached("thing", build, n=0)
    assert build.calls == calls + 1


def test_clear(folder):
    cached("a", Counter())
    cached("b", Counter())
    assert cache.clear("a") == 1 and len(list(folder.glob("*.pt"))) == 1
    assert cache.clear() == 1 and cache.clear() == 0
