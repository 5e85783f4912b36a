"""Downloads against a server on loopback that cuts, corrupts and refuses; files by hand; a full
disk.
"""

import errno
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from idx_files import PARTS, check

from vaeteach.data import download, load
from vaeteach.support import cache


class Server:
    """One mirror. `behave` may be "ok", "cut" (twice half of the file), "cut forever" (a few bytes,
    then nothing), "corrupt", "refuse", "stall" (sends nothing more, stays open), "ignores ranges"
    or "too long"."""

    def __init__(self, files, behave="ok"):
        self.files, self.behave, self.requests = files, behave, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                outer.answer(self, self.path.strip("/"), self.headers.get("Range"))

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        # shut down at once
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/"
        self.release = threading.Event()

    def answer(self, handler, file, asked):
        self.requests.append((file, asked))
        if self.behave == "refuse" or file not in self.files:
            handler.send_error(403)
            return
        content = self.files[file]
        if self.behave == "corrupt":
            content = content[:-9] + bytes(9)
        start = 0
        if asked and self.behave != "ignores ranges":
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                handler.send_error(416)
                return
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(content) - start))
        handler.end_headers()
        times = sum(name == file for name, _ in self.requests)
        if self.behave == "cut" and times <= 2:
            content = content[: start + (len(content) - start) // 2]
        elif self.behave == "cut forever":
            content = content[: start + 500] if times == 1 else b""
        elif self.behave == "stall":
            handler.wfile.write(content[start : start + 500])
            handler.wfile.flush()
            self.release.wait(10)
            return
        handler.wfile.write(content[start:])
        handler.close_connection = True  # a shorter body than promised: the connection is cut

    def close(self):
        self.release.set()
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def serve(published):
    servers = []

    def start(behave="ok"):
        servers.append(Server(published, behave))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def kept():
    return {path.name for path in (cache.folder() / "mnist").glob("*")}


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_downloads_once_and_checks(serve, name, capfd):
    server = serve()
    data = load(name, mirrors=[server.url])
    check(data)
    assert data.name == name and len(server.requests) == 4
    check(load(name, mirrors=[server.url]))
    assert len(server.requests) == 4  # the second time nothing was asked
    assert "Traceback" not in capfd.readouterr().err


def test_goes_on_where_the_server_cut(serve):
    server = serve("cut")
    check(load("mnist", mirrors=[server.url]))
    first = [asked for file, asked in server.requests if file == f"{PARTS[0]}.gz"]
    starts = [0 if asked is None else int(asked[6:-1]) for asked in first]
    assert len(starts) == 3 and 0 < starts[1] < starts[2]
    assert kept() == {f"{part}.gz" for part in PARTS}  # and no part is left over


def test_goes_on_at_the_next_mirror(serve, published):
    bad, good = serve("cut forever"), serve()
    check(load("mnist", mirrors=[bad.url, good.url]))
    assert dict(good.requests)[f"{PARTS[0]}.gz"] == "bytes=500-"


def test_goes_on_in_the_next_call(serve):
    bad = serve("cut forever")
    with pytest.raises(ConnectionError, match="broke off.*goes on with the next load"):
        load("mnist", mirrors=[bad.url])
    assert kept() == {f"{PARTS[0]}.gz.partial"}
    good = serve()
    check(load("mnist", mirrors=[good.url]))
    assert good.requests[0][1] == "bytes=500-"


def test_an_interrupt_keeps_what_arrived(serve, monkeypatch):
    server = serve()
    monkeypatch.setattr(download, "CHUNK", 1000)
    arrived = []

    import tqdm.auto

    class Bar(tqdm.auto.tqdm):
        def update(self, n=1):
            arrived.append(n)
            if len(arrived) == 3:
                raise KeyboardInterrupt
            return super().update(n)

    with monkeypatch.context() as patch:
        patch.setattr(tqdm.auto, "tqdm", Bar)
        with pytest.raises(KeyboardInterrupt):
            load("mnist", mirrors=[server.url])
    check(load("mnist", mirrors=[server.url]))
    assert server.requests[1][1] == "bytes=3000-"


def test_server_without_ranges(serve):
    bad, plain = serve("cut forever"), serve("ignores ranges")
    check(load("mnist", mirrors=[bad.url, plain.url]))


def test_corrupted_file_is_refused_and_the_next_mirror_asked(serve):
    bad, good = serve("corrupt"), serve()
    check(load("mnist", mirrors=[bad.url, good.url]))
    assert len(bad.requests) == 4
    assert kept() == {f"{part}.gz" for part in PARTS}


def test_only_corrupted_files(serve):
    bad = serve("corrupt")
    with pytest.raises(ConnectionError, match="SHA-256 is another"):
        load("mnist", mirrors=[bad.url])
    assert kept() == set()  # nothing wrong stays behind


def test_a_wrong_part_is_thrown_away(serve, published):
    """The kept part is of another file: patched together the checksum fails, then all is asked for
    again.
    """
    server = serve()
    folder = cache.folder() / "mnist"
    folder.mkdir(parents=True)
    (folder / f"{PARTS[0]}.gz.partial").write_bytes(b"x" * 100)
    # longer than the whole: status 416
    (folder / f"{PARTS[1]}.gz.partial").write_bytes(b"x" * 100_000)
    check(load("mnist", mirrors=[server.url]))
    assert [asked for file, asked in server.requests if file == f"{PARTS[0]}.gz"] == [
        "bytes=100-",
        None,
    ]
    assert kept() == {f"{part}.gz" for part in PARTS}


def test_a_damaged_kept_file_is_fetched_again(serve):
    server = serve()
    load("mnist", mirrors=[server.url])
    path = cache.folder() / "mnist" / f"{PARTS[2]}.gz"
    path.write_bytes(path.read_bytes()[:-5])
    check(load("mnist", mirrors=[server.url]))
    assert len(server.requests) == 5


def test_refusing_and_silent_mirrors(serve):
    refuse, stall, good = serve("refuse"), serve("stall"), serve()
    check(load("mnist", mirrors=[refuse.url, stall.url, good.url]))
    with pytest.raises(ConnectionError, match="HTTP status 403"):
        load("fashion_mnist", mirrors=[refuse.url])


def test_no_network_is_one_sentence(published):
    """A port where nobody listens stands for a laptop without a network."""
    with pytest.raises(ConnectionError) as caught:
        load("mnist", mirrors=["http://127.0.0.1:9/", "http://127.0.0.1:10/"])
    message = str(caught.value)
    assert "127.0.0.1:9/: not reachable" in message and "127.0.0.1:10/: not reachable" in message
    assert 'load("digits") and load("glyphs") need no network' in message and "folder=" in message
    assert "\n" not in message and caught.value.__cause__ is None


def test_full_disk_is_one_sentence(serve, monkeypatch):
    server = serve()

    def full(self, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(
        OSError, match="cannot be kept in .*No space left on device.*VAETEACH_CACHE"
    ):
        load("mnist", mirrors=[server.url])


def test_folder_that_cannot_be_made(serve, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VAETEACH_CACHE", str(tmp_path / "file"))
    with pytest.raises(OSError, match="cannot be kept in"):
        load("mnist", mirrors=[serve().url])
