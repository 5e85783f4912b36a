"""What an exercise is, and how an answer is judged.

An Exercise is called with the reader's function (or value). It runs it on inputs from small to
large beside the
solution. All alike: one line of praise. Different: the answer is compared with a catalogue of known
mistakes, and the one that it equals *on every input* is named; else the smallest input on which it
fails is shown. A wrong answer raises WrongAnswer, an AssertionError, so that graders see it too; a
right one returns nothing.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch

SECONDS = 10.0  # an answer that runs longer than this has a loop that does not end


class WrongAnswer(AssertionError):
    """An answer that is not right. The message says what is wrong with it."""

    def _render_traceback_(self):  # IPython shows this instead of a traceback through our own code
        return [f"Not yet: {self}"]


# not an Exception, so that an answer's own `except Exception` cannot hold it
class _TooLong(BaseException):
    pass


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer: a short name, the answer itself, and the hint for whoever wrote it."""

    name: str
    answer: Callable
    hint: str


@dataclass(frozen=True)
class Exercise:
    """One exercise: its solution, inputs from small to large, the mistakes it recognises.

    inputs() returns a list of argument tuples, made anew each time. close(got, expected) says
    whether two results agree; by default numbers or tensors of one shape within rtol and atol.
    """

    name: str
    solution: Callable
    inputs: Callable[[], list]
    mistakes: tuple = ()
    praise: str = "that is it."
    rtol: float = 1e-4
    atol: float = 1e-5
    close: Callable | None = field(default=None)

    def __call__(self, answer):
        if answer is ...:
            return self._not_yet()
        function = answer if callable(answer) else (lambda *_: answer)
        results = []
        for arguments, expected in zip(self.inputs(), self._outputs(self.solution)):
            got = self._run(function, arguments)
            if got is ...:
                return self._not_yet()
            results.append((arguments, got, expected))
        wrong = [row for row in results if not self._same(row[1], row[2])]
        if not wrong:
            print(f"Right ({self.name}): {self.praise}")
            return
        for mistake in self.mistakes:
            if all(
                self._same(got, theirs)
                for (_, got, _), theirs in zip(results, self._outputs(mistake.answer))
            ):
                raise WrongAnswer(f"this looks like \u201c{mistake.name}\u201d. {mistake.hint}")
        raise WrongAnswer(self._difference(*wrong[0]))

    def _not_yet(self):
        print(f"Exercise {self.name}: not answered yet. Replace the ... and run the cell again.")

    def _outputs(self, function):
        """A catalogue entry's results; one that fails on an input of ours simply matches nothing
        there.
        """
        for arguments in self.inputs():
            try:
                yield function(*arguments)
            except Exception as error:
                yield error

    def _run(self, function, arguments):
        try:
            return _with_deadline(function, arguments, SECONDS)
        except _TooLong:
            raise WrongAnswer(
                f"your answer did not come to an end within {SECONDS:.0f} seconds on"
                f" {_show(arguments)}. Is there a loop whose condition never turns false?"
            ) from None
        except Exception as error:
            raise WrongAnswer(
                f"your answer raised {type(error).__name__}: {error} (called with"
                f" {_show(arguments)})."
            ) from None

    def _same(self, got, expected):
        if isinstance(got, Exception) or isinstance(expected, Exception):
            return False
        try:
            return bool((self.close or self._alike)(got, expected))
        except Exception:  # results that cannot even be compared are not alike
            return False

    def _alike(self, got, expected):
        if isinstance(expected, (str, bool)) or expected is None:
            return type(got) is type(expected) and got == expected
        if isinstance(expected, (tuple, list)):
            return len(got) == len(expected) and all(map(self._alike, got, expected))
        got, expected = _array(got), _array(expected)
        return got.shape == expected.shape and np.allclose(
            got, expected, rtol=self.rtol, atol=self.atol
        )

    def _difference(self, arguments, got, expected):
        where = f"on {_show(arguments)}" if arguments else "here"
        if got is None:
            return f"your answer gave None {where}. Does the function end in a return?"
        try:
            shapes = _array(got).shape, _array(expected).shape
        except Exception:
            return f"{where} expected {_show(expected)}, got {_show(got)} ({type(got).__name__})."
        if shapes[0] != shapes[1]:
            return f"{where} the result should have shape {shapes[1]}, yours has {shapes[0]}."
        return f"{where} expected {_show(expected)}, got {_show(got)}."


def _array(value):
    return (
        value.detach().double().numpy()
        if torch.is_tensor(value)
        else np.asarray(value, dtype=float)
    )


def _show(value):
    """A value in one short line, numbers with four digits."""
    if isinstance(value, tuple):
        return ", ".join(map(_show, value))
    if (
        torch.is_tensor(value)
        and value.dtype.is_floating_point
        or isinstance(value, (float, np.ndarray))
    ):
        array = _array(value)
        if array.size > 6:
            return (
                f"a tensor of shape {array.shape} starting"
                f" {np.array2string(array.ravel()[:4], precision=4)[:-1]} ...]"
            )
        return np.array2string(array, precision=4, separator=", ").replace("\n", "")
    text = (
        str(value.tolist())
        if torch.is_tensor(value)
        else (
            f"<{value.__name__}>" if callable(value) and hasattr(value, "__name__") else repr(value)
        )
    )
    return text if len(text) <= 80 else text[:77] + "..."


def _with_deadline(function, arguments, seconds):
    """function(*arguments), broken off after so many seconds. A trace function works on every
    system and thread.
    """
    end = time.monotonic() + seconds

    def watch(frame, event, _):
        if time.monotonic() > end:
            raise _TooLong
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        return function(*arguments)
    finally:
        sys.settrace(before)
