"""One lock for a model that is trained in one thread and shown from another."""

import threading
from contextlib import contextmanager


class _FairLock:
    """A re-entrant lock that hands over in order.

    A view that waits gets in after the step that is running. A plain lock released and taken again
    at once by the training loop would starve everybody else.
    """

    def __init__(self):
        self._turn, self._inside, self._owner, self._depth = (
            threading.Lock(),
            threading.Lock(),
            None,
            0,
        )

    @contextmanager
    def __call__(self):
        me = threading.get_ident()
        if self._owner != me:
            with self._turn:
                self._inside.acquire()
            self._owner = me
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._owner = None
                self._inside.release()


# `with exclusive():` around whatever reads or writes a model that may be training elsewhere
exclusive = _FairLock()
