"""A self-test: questions by choice, by number and by code, judged at once."""

import inspect
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from .exercise import Exercise, Verdict


@dataclass(frozen=True)
class Option:
    """One answer to choose; `says`: why it is right, or what its chooser mistakes."""

    text: str
    says: str
    right: bool = False


@dataclass(frozen=True)
class Choice:
    """A question with one right option. An answer is the option's text or its number, from 0.

    listed: an option a line, `text | what its chooser hears`, the right one after a star; what is
    indented goes on. Or the options themselves.
    """

    key: str
    prompt: str
    listed: str | tuple[Option, ...]
    section: str  # where the answer stands, such as "notebook 06, section 1"

    @cached_property
    def options(self) -> tuple[Option, ...]:
        if isinstance(self.listed, tuple):
            return self.listed
        lines = re.sub(r"\n +", " ", inspect.cleandoc(self.listed)).split("\n")
        parts = [line.removeprefix("* ").split(" | ") for line in lines]
        return tuple(Option(*part, line[0] == "*") for part, line in zip(parts, lines))

    def judge(self, answer):
        places = {option.text: i for i, option in enumerate(self.options)}
        answer = places.get(answer, answer) if isinstance(answer, str) else answer
        if type(answer) is not int or answer not in places.values():
            return Verdict(False, "Choose one of the answers.", answered=answer != "")
        option = self.options[answer]
        where = "" if option.right else f" See {self.section}."
        return Verdict(option.right, option.says + where)


@dataclass(frozen=True)
class Number:
    """A question answered by the number `value()`; `slips`: (function, hint) for wrong ones."""

    key: str
    prompt: str
    value: Callable[[], float]
    says: str
    section: str
    slips: tuple = ()
    tolerance: float = 0.01

    def judge(self, answer):
        if not str(answer).strip():
            return Verdict(False, "A number is asked for, such as 0.25.", answered=False)
        try:
            answer = float(str(answer).replace(",", ".").replace("−", "-"))
        except ValueError:
            answer = math.nan
        if math.isnan(answer):
            return Verdict(False, "A number is asked for, such as 0.25.")
        if self._near(answer, self.value()):
            return Verdict(True, self.says)
        for slip, hint in self.slips:
            if self._near(answer, slip()):
                return Verdict(False, f"{hint} See {self.section}.")
        return Verdict(False, f"That is not the number. See {self.section}.")

    def _near(self, answer, value):
        return abs(answer - value) <= self.tolerance


@dataclass(frozen=True)
class Code:
    """A question answered by one expression in `names`, judged by an Exercise of them."""

    key: str
    prompt: str
    names: tuple
    exercise: Exercise
    section: str

    def judge(self, answer):
        """Evaluate the reader's own expression in the reader's own kernel, as a cell would."""
        import torch

        if not str(answer).strip():
            message = f"Write one expression in {', '.join(self.names)}."
            return Verdict(False, message, answered=False)
        try:
            code = compile(f"lambda {', '.join(self.names)}: (\n{answer}\n)", "<answer>", "eval")
        except SyntaxError as error:
            return Verdict(False, f"Python cannot read this: {error.msg}.")
        verdict = self.exercise.judge(eval(code, {"torch": torch, "math": math}))
        if not verdict.answered:
            return verdict._replace(message=f"Write one expression in {', '.join(self.names)}.")
        if not verdict.right:
            return verdict._replace(message=f"Not yet: {verdict.message} See {self.section}.")
        return verdict._replace(
            message=f"Yes, on every input that was tried. More: {self.section}."
        )
