"""A ledger of claims, whose verdicts are computed and could come out otherwise."""

from collections.abc import Mapping
from typing import NamedTuple

import torch

NINE_TENTHS = 0.9  # a measurement holds where at least this share of the seeds agrees


class Entry(NamedTuple):
    """One line: what is claimed, "identity" or "measurement", the verdict, and the evidence."""

    claim: str
    kind: str
    verdict: str
    evidence: str

    def _repr_markdown_(self):
        return f"**{self.claim}:** *{self.verdict}* ({self.kind}). {self.evidence}."


def over_seeds(values, form=".2f"):
    """The range of a number over seeds as text, "0.12 to 0.18 in 5 seeds"; values: (S,)."""
    values = torch.as_tensor(values).flatten()
    return f"{float(values.min()):{form}} to {float(values.max()):{form}} in {len(values)} seeds"


class Ledger:
    """Claims with verdicts. `identity` and `measurement` enter one and return its `Entry`."""

    def __init__(self):
        self.entries: list[Entry] = []

    def identity(self, claim, error, control, tolerance, evidence=""):
        """Enter an equation: `error` is the largest difference of its two sides.

        control: the same error after a change that must break the equation (or, where the claim is
        false, must mend it). One of the two has to be below `tolerance` and the other above.
        Raises ValueError where both lie on one side: then the check decides nothing.
        """
        error, control = float(error), float(control)
        if (error < tolerance) == (control < tolerance):
            raise ValueError(
                f"{claim!r}: the error is {error:.1g} and that of its control {control:.1g}, both"
                f" on one side of {tolerance:g}, so nothing was tested. Choose another control."
            )
        return self._enter(claim, "identity", "holds" if error < tolerance else "false", evidence)

    def measurement(self, claim, conditions: Mapping | object, evidence=""):
        """Enter a measurement: for each condition, by its name, one truth value a seed.

        A condition passes where nine tenths of the seeds agree. The verdict is "holds" where all
        pass, "false" where none does, else "holds if" and the names of those that pass. A single
        unnamed condition may be given as it is. Raises ValueError for a condition of one seed.
        """
        conditions = conditions if isinstance(conditions, Mapping) else {"": conditions}
        shares = {name: self._share(claim, seeds) for name, seeds in conditions.items()}
        passed = [name for name, share in shares.items() if share >= NINE_TENTHS]
        verdict = "holds if " + ", or ".join(passed)
        if len(passed) in (0, len(shares)):
            verdict = "holds" if passed else "false"
        return self._enter(claim, "measurement", verdict, evidence)

    def markdown(self) -> str:
        """All entries as a table in Markdown, numbered from 1."""
        lines = ["| | claim | kind | verdict | on what evidence |", "|---|---|---|---|---|"]
        for number, entry in enumerate(self.entries, 1):
            cells = [text.replace("|", r"\|") for text in entry]
            lines.append(" | ".join([f"| {number}", *cells]) + " |")
        return "\n".join(lines)

    def _enter(self, *parts):
        self.entries.append(Entry(*parts))
        return self.entries[-1]

    @staticmethod
    def _share(claim, seeds):
        seeds = torch.as_tensor(seeds).flatten()
        if len(seeds) < 2 or seeds.dtype != torch.bool:
            raise ValueError(
                f"{claim!r}: a measurement needs a truth value for each of several seeds."
            )
        return float(seeds.double().mean())
