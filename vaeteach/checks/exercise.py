"""What an exercise is, and how an answer to it is judged.

`judge` runs the reader's function on inputs from small to large, beside the solution. All alike:
right. Different: the answer is compared with a catalogue of known mistakes, and the one that it
equals *on every input* is named; else the smallest input on which it fails is shown. Calling the
exercise tells the verdict as graders want it: a right answer returns nothing, a wrong one raises
WrongAnswer, an AssertionError.
"""

import copy
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from . import running
from .comparing import alike, difference, has_dots, settled, show
from .running import Endless, Outcome

SECONDS = 10.0  # an answer that runs longer than this has a loop that does not end
_graded = False


def graded() -> None:
    """From now on, in this kernel, an exercise that is not answered raises, for 0 points.

    For the locked cells of an assignment. In a lesson such an exercise passes quietly.
    """
    global _graded
    _graded = True
    running.stay()


class WrongAnswer(AssertionError):
    """An answer that is not right. The message says what is wrong with it."""

    def _render_traceback_(self):  # IPython shows this instead of a traceback through our own code
        return [f"Not yet: {self}"]


class Verdict(NamedTuple):
    """What is said to an answer: right or not, a sentence, and the name of the mistake if known."""

    right: bool
    message: str
    mistake: str = ""
    answered: bool = True


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer: a short name, the answer itself, and the hint for whoever wrote it."""

    name: str
    answer: Callable
    hint: str


def catalogue(text: str, solution: Callable) -> tuple[Mistake, ...]:
    """The mistakes that a text lists: `name: wrong answer`, below it, indented, the hint.

    A wrong answer is an expression in the parameters of the solution, and sees what that sees.
    Eight spaces continue it on the next line, four begin the hint.
    """
    parameters = inspect.signature(solution).parameters.values()
    names = ", ".join(p.name for p in parameters if p.default is p.empty)
    found = []
    for entry in re.split(r"\n(?=\S)", inspect.cleandoc(text)):
        name, answer, hint = re.fullmatch(r"(.*?):(.*(?:\n {8}.*)*)\n(?s:(.*))", entry).groups()
        answer = eval(f"lambda {names}: ({answer.lstrip()})", solution.__globals__)
        found.append(Mistake(name, answer, " ".join(hint.split())))
    return tuple(found)


@dataclass(frozen=True)
class Exercise:
    """One exercise: its solution, inputs from small to large, mistakes, other right answers.

    inputs() returns a list of argument tuples; every call of an answer gets its own copies.
    inputs(seed) are others of the same kind, for `on_other_inputs`. mistakes are given as
    `catalogue` reads them, or one by one. prepare(*arguments) returns what is handed to the answer
    in their place. also(result, *arguments) returns what else has to agree, {its name in a
    sentence: value}, such as a gradient or what has become of an argument. Results agree if they
    have one shape and numbers within rtol and atol. otherwise is said to a wrong answer that is
    none of the mistakes; by default the first difference. An exercise without arguments is judged
    by a value as well, and what was expected is never shown.
    """

    name: str
    solution: Callable
    inputs: Callable[..., list]
    mistakes: str | tuple[Mistake, ...] = ()
    also_right: tuple = ()
    praise: str = "that is it."
    rtol: float = 1e-4
    atol: float = 1e-5
    also: Callable | None = None
    prepare: Callable | None = None
    otherwise: str = ""
    secret: bool = False

    def on_other_inputs(self, seed: int) -> "Exercise":
        """The same exercise on inputs that its own check does not show, and nor does this one.

        For the hidden tests of an assignment. A mistake in the catalogue is named as ever.
        """
        return replace(self, inputs=lambda: self.inputs(seed), secret=True)

    def __post_init__(self):
        if isinstance(self.mistakes, str):
            object.__setattr__(self, "mistakes", catalogue(self.mistakes, self.solution))

    def __call__(self, answer) -> None:
        """Print one line if the answer is right or not given, raise WrongAnswer if it is wrong."""
        verdict = self.judge(answer)
        if not verdict.right and (verdict.answered or _graded):
            raise WrongAnswer(verdict.message)
        print(verdict.message)

    def judge(self, answer) -> Verdict:
        """The verdict on a function, or on a value where the exercise has no arguments."""
        if has_dots(answer):
            return self._not_answered()
        if not callable(answer):
            if self._cases[0]:
                return Verdict(False, self._pass_the_function(answer))
            value = answer
            answer = lambda: value  # noqa: E731
        try:
            outcomes = self._outcomes(answer, SECONDS, silent=_graded)
        except Endless as endless:
            return Verdict(False, self._endless(endless))
        if any(has_dots(outcome.value and outcome.value[0]) for outcome in outcomes):
            return self._not_answered()
        wrong = [
            i
            for i, (got, want) in enumerate(zip(outcomes, self._expected))
            if not self._same(got, want)
        ]
        if not wrong:
            return Verdict(True, f"Right ({self.name}): {self.praise}")
        for mistake, theirs in zip(self.mistakes, self._catalogue):
            if all(map(self._same, outcomes, theirs)):
                message = f"this looks like \u201c{mistake.name}\u201d. {mistake.hint}"
                return Verdict(False, message, mistake.name)
        return Verdict(False, self._explain(wrong[0], outcomes[wrong[0]]))

    # --- what was expected, worked out once -------------------------------------------------------

    @cached_property
    def _cases(self) -> list:
        return self.inputs()

    @cached_property
    def _expected(self) -> list[Outcome]:
        outcomes = self._outcomes(self.solution, 60.0)
        for outcome in outcomes:
            if outcome.error:
                raise outcome.error
        return outcomes

    @cached_property
    def _catalogue(self) -> list[list[Outcome]]:
        return [self._outcomes(mistake.answer, 60.0) for mistake in self.mistakes]

    def _outcomes(self, function, seconds, silent=False):
        calls = [lambda i=i: self._call(function, i) for i in range(len(self._cases))]
        return running.run(calls, seconds, silent)

    def _call(self, function, i):
        arguments = copy.deepcopy(self._cases[i])
        given = self.prepare(*arguments) if self.prepare else arguments
        result = function(*given)
        also = {} if self.also is None or has_dots(result) else self.also(result, *arguments)
        return settled(result), {name: settled(value) for name, value in also.items()}

    def _same(self, got: Outcome, want: Outcome) -> bool:
        if got.error or want.error:
            return type(got.error) is type(want.error)
        return self._agree(got.value[0], want.value[0]) and not self._disagreements(got, want)

    def _agree(self, got, expected):
        return alike(got, expected, self.rtol, self.atol)

    def _disagreements(self, got, want):
        return [
            name
            for name, value in want.value[1].items()
            if not alike(got.value[1][name], value, self.rtol, self.atol)
        ]

    # --- sentences --------------------------------------------------------------------------------

    def _not_answered(self):
        rest = ": 0 points." if _graded else " yet. Replace the ... and run the cell again."
        return Verdict(False, f"Exercise {self.name}: not answered{rest}", answered=False)

    def _pass_the_function(self, answer):
        return (
            f"the check wants your function itself, so that it can call it: checks.{self.name}(f),"
            f" where f is the name after def. It was given {show(answer)}."
        )

    def _endless(self, endless):
        text = (
            f"your answer did not come to an end within {SECONDS:.0f} seconds"
            f"{self._on(endless.number)}. Is there a loop whose condition never turns false?"
        )
        if endless.alive:
            text += " It could not be stopped: restart the kernel to be rid of it."
        return text

    def _on(self, i):
        """The input of this number, as it was before any answer saw it."""
        if self.secret or not self._cases[i]:
            return ""
        parameters = inspect.signature(self.solution).parameters.values()
        texts = [show(argument) for argument in self._cases[i]]
        if len(parameters) == len(texts):
            texts = [f"{parameter.name} = {text}" for parameter, text in zip(parameters, texts)]
        return f" on {', '.join(texts)}"

    def _explain(self, i, got):
        if self.secret:
            return "it fails on inputs that are not shown, of other numbers or another shape."
        want, where = self._expected[i], self._on(i)
        if isinstance(got.error, SystemExit):
            return "your answer calls exit() or quit(), which would end Python. Use return."
        if got.error is not None:
            if "ellipsis" in str(got.error):
                return f"a ... is left in your answer: {got.error}."
            text = str(got.error)
            text = text if len(text) <= 300 else text[:297] + "..."
            return f"your answer raised {type(got.error).__name__}: {text} (called{where})."
        if self.otherwise:
            return self.otherwise
        if not self._cases[i]:
            return f"{show(got.value[0])} is not it."
        start = f"{where.strip()}: "
        if not self._agree(got.value[0], want.value[0]):
            return start + difference(got.value[0], want.value[0], self.rtol, self.atol)
        name = self._disagreements(got, want)[0]
        return (
            start
            + f"the result is right, but {name} is not: "
            + difference(got.value[1][name], want.value[1][name], self.rtol, self.atol)
        )
