"""Fetch one file of known checksum from several mirrors, going on where one broke off."""

from collections.abc import Sequence
from pathlib import Path

CHUNK = 1 << 13  # bytes written at a time, and so the most that an interruption loses
CONNECT, READ = 5.0, 20.0  # seconds of silence before a mirror is given up
TRIES = 3  # times one mirror may break off before the next is asked


class Resuming:
    """A pooch downloader that goes on where the last attempt stopped.

    What has arrived is kept in `partial` and asked for again with an HTTP Range request (RFC 9110,
    section 14); a server that does not know ranges is read from the start. The mirrors may replace
    one another in the middle, because the checksum is that of the whole file.
    """

    def __init__(self, partial: Path):
        self.partial = partial
        self.resumed = False  # whether the last call went on from a part

    def __call__(self, url: str, output_file: str, pooch: object) -> None:
        import requests
        from tqdm.auto import tqdm

        there = self.partial.stat().st_size if self.partial.exists() else 0
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={there}-"} if there else {})
        with requests.get(url, headers=headers, stream=True, timeout=(CONNECT, READ)) as reply:
            # more is kept than the file has: it is not a part of this file
            if there and reply.status_code == 416:
                self.partial.unlink()
                raise requests.ConnectionError("what was kept does not fit the file")
            reply.raise_for_status()
            self.resumed = reply.status_code == 206
            if not self.resumed:
                there = 0
            size = int(reply.headers.get("Content-Length", 0)) + there
            bar = tqdm(
                total=size or None,
                initial=there,
                unit="B",
                unit_scale=True,
                desc=url.split("/")[-1],
                leave=False,
            )
            with bar, open(self.partial, "ab" if self.resumed else "wb") as file:
                for chunk in reply.iter_content(CHUNK):
                    file.write(chunk)
                    bar.update(len(chunk))
        if size and self.partial.stat().st_size != size:
            raise requests.ConnectionError(
                f"the connection ended after {self.partial.stat().st_size} of {size} bytes"
            )
        self.partial.replace(output_file)


def fetch(file: str, sha256: str, mirrors: Sequence[str], folder: Path, otherwise: str) -> Path:
    """The path of `file` in `folder`, downloaded unless it is there.

    Checked against `sha256`. Every address in `mirrors` is tried in turn; one that breaks off after
    sending something is asked for the rest first. `otherwise` ends the messages: what the reader
    can do without this download. Raises `ConnectionError` when no mirror sent the whole right file,
    `OSError` when the folder cannot be written.
    """
    import pooch
    import requests

    pooch.get_logger().setLevel("ERROR")  # it would announce every attempt on stderr
    download = Resuming(folder / f"{file}.partial")
    problems = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for mirror in mirrors:
            for _ in range(TRIES):
                before = _size(download.partial)
                try:
                    url, known = f"{mirror.rstrip('/')}/{file}", f"sha256:{sha256}"
                    return Path(pooch.retrieve(url, known, file, folder, downloader=download))
                except requests.RequestException as problem:  # before OSError: it is one
                    problems.append(f"{mirror}: {_short(problem)}")
                    broke_off = isinstance(problem, requests.exceptions.ChunkedEncodingError)
                    if not broke_off and _size(download.partial) == before:
                        break  # it sent nothing: ask the next mirror
                except ValueError:  # pooch: the checksum is another one; it has deleted the file
                    problems.append(
                        f"{mirror}: a damaged or different file (its SHA-256 is another)"
                    )
                    if not download.resumed:
                        break  # and if it was patched together, once more from the start
    except OSError as problem:
        reason = problem.strerror or problem
        raise OSError(
            f"{file} cannot be kept in {folder} ({reason}); make room there or set VAETEACH_CACHE"
            " to another folder"
        ) from None
    raise ConnectionError(
        f"{file} could not be downloaded ({'; '.join(dict.fromkeys(problems))}). {otherwise}"
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _short(problem: Exception) -> str:
    """One phrase for what urllib3 says in a paragraph."""
    import requests

    if isinstance(problem, requests.HTTPError):
        return f"HTTP status {problem.response.status_code}"
    if isinstance(problem, requests.Timeout):
        return "no answer in time"
    if isinstance(problem, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    if isinstance(problem, requests.ConnectionError) and "the connection ended" not in str(problem):
        return "not reachable"
    return str(problem)
