"""Run a reader's function as a guest: with an end, and without traces in the reader's session."""

import contextlib
import ctypes
import io
import os
import random
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

PATIENCE = 2.0  # seconds that a thread is given to end after it was told to
IMPORTS = 6  # how often the time begins anew because it ran out during an import


class Outcome(NamedTuple):
    """What a call gave: a value, or the exception that it raised."""

    value: Any = None
    error: BaseException | None = None


class Endless(Exception):
    """The call of this number did not come to an end; `alive` says whether it runs on even now."""

    def __init__(self, number: int, alive: bool):
        self.number, self.alive = number, alive


def run(calls: list[Callable], seconds: float, silent: bool = False) -> list[Outcome]:
    """The outcomes of the calls, each of which has so many seconds.

    They run in a thread: one that does not end can be broken off there, whatever it catches, and
    `sys.exit()` ends nothing else. silent: what they print is lost, and so are files that they
    write by a relative path. Raises Endless.
    """
    worker = _Worker(calls)
    with _guest(), _unheard() if silent else contextlib.nullcontext():
        worker.start()
        try:
            imports = 0
            while worker.is_alive():
                left = worker.begun + seconds - time.monotonic()
                if left <= 0:
                    # a module that is broken off half imported stays broken for the whole session
                    if imports == IMPORTS or not worker.is_importing():
                        break
                    worker.begun, imports = time.monotonic(), imports + 1
                worker.join(max(left, 0))
        finally:  # also on the reader's own interrupt
            worker.leave()
    if worker.finished:
        return worker.outcomes
    raise Endless(len(worker.outcomes), worker.is_alive())


class _Worker(threading.Thread):
    def __init__(self, calls):
        super().__init__(daemon=True)
        self.calls, self.outcomes = calls, []
        self.begun, self.finished, self.leaving = time.monotonic(), False, False

    def run(self):
        for call in self.calls:
            self.begun = time.monotonic()
            try:
                outcome = Outcome(call())
            except BaseException as error:
                outcome = Outcome(error=error)
            if self.leaving:
                return
            self.outcomes.append(outcome)
        self.finished = True

    def is_importing(self):
        frame = sys._current_frames().get(self.ident)
        while frame and not frame.f_code.co_filename.startswith("<frozen importlib"):
            frame = frame.f_back
        return frame is not None

    def leave(self):
        """Raise SystemExit in the thread until it is gone.

        A bare `except` in a loop catches one or two, but it is not inside its `try` all the time.
        """
        if not self.is_alive():
            return
        self.leaving, end = True, time.monotonic() + PATIENCE
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            while self.is_alive() and time.monotonic() < end:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self.ident), ctypes.py_object(SystemExit)
                )
                self.join(2e-4)
        finally:
            sys.setswitchinterval(interval)


@contextlib.contextmanager
def _guest():
    """The session's random state, number type, warnings and ways to end it, given back unchanged.

    Inside, random numbers begin at the same place each time: no verdict hangs on luck.
    """
    numbers = torch.default_generator.get_state(), np.random.get_state(), random.getstate()
    dtype, stdin = torch.get_default_dtype(), sys.stdin
    torch.default_generator.manual_seed(0)
    np.random.seed(0)
    random.seed(0)
    sys.stdin = io.StringIO()  # which `quit()` closes
    try:
        with warnings.catch_warnings(), _kernel_stays():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.stdin = stdin
        torch.set_default_dtype(dtype)
        torch.default_generator.set_state(numbers[0])
        np.random.set_state(numbers[1])
        random.setstate(numbers[2])


@contextlib.contextmanager
def _kernel_stays():
    """IPython's `exit()` and `quit()` raise SystemExit at once here, as Python's do."""
    shell = _shell()
    if shell is None:
        yield
        return
    before = dict(vars(shell))
    shell.ask_exit = sys.exit
    try:
        yield
    finally:
        del shell.ask_exit
        if "ask_exit" in before:
            shell.ask_exit = before["ask_exit"]


def stay() -> None:
    """From now on `exit()` and `quit()` in a cell raise, and the kernel lives to be graded."""
    shell = _shell()
    if shell is not None:
        shell.ask_exit = _refuse


def _refuse():
    raise RuntimeError("exit() and quit() would end the kernel, so they are refused here.")


def _shell():
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


@contextlib.contextmanager
def _unheard():
    before = os.getcwd()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)
