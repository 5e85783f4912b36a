"""Of events that pile up only the newest is answered, and never two at a time."""

import contextlib
import threading


class Newest:
    """Runs `action` for an event, and once more for all that arrive meanwhile."""

    def __init__(self, action):
        self._action, self._gate = action, threading.Lock()
        self._count, self._busy = 0, False

    def __call__(self, _=None):
        with self._gate:
            self._count += 1
            if self._busy:  # whoever is at work sees the count and goes on
                return
            self._busy = True
        self._work(answered=None)

    @contextlib.contextmanager
    def together(self):
        """Events within are answered as one, at the end, if there were any."""
        with self._gate:
            nested, self._busy, before = self._busy, True, self._count
        try:
            yield
        finally:
            if not nested:
                self._work(answered=before)

    def _work(self, answered):
        """Act until nothing has happened since the last time."""
        try:
            while True:
                with self._gate:
                    if self._count == answered:
                        self._busy = False
                        return
                    answered = self._count
                self._action()
        except BaseException:
            with self._gate:
                self._busy = False
            raise
