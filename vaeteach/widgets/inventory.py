"""The concept inventory as a view: it notes what is chosen, and says nothing of right or wrong."""

import csv
from pathlib import Path

from ..checks.inventory import FIELDS, INVENTORY, OCCASIONS
from .quiz import SelfTest


class Inventory(SelfTest):
    """The sixteen questions in one view; what is chosen goes to a CSV file, one line a question.

    student: a name or a number; occasion: "before" or "after" the course. The file is called
    `inventory-STUDENT-OCCASION.csv` and stands in the folder. Raises ValueError for other words.
    """

    def __init__(self, student, occasion, folder="."):
        student = str(student).strip()
        if not student or set(student) & set('/\\:*?"<>|'):
            raise ValueError("student: a name or a number that can be part of a file's name.")
        if occasion not in OCCASIONS:
            raise ValueError(f'occasion: "before" or "after" the course, not {occasion!r}.')
        self.student, self.occasion = student, occasion
        super().__init__(INVENTORY, Path(folder) / f"inventory-{student}-{occasion}.csv")
        self.check.description = "Note it"

    def page(self, png):
        return None  # it would hold the answers

    def _judge(self):
        question, value = self.questions[self.index], self._entry.value
        verdict = question.judge("" if value is None else value)
        if not verdict.answered:
            self.feedback.value = verdict.message
            return verdict
        self.results[question.key] = [option.text for option in question.options].index(value)
        self.feedback.value = "Noted. You may choose another answer and note that."
        self._write()
        self._tell()
        return verdict

    @property
    def score(self):
        """How many of the noted answers are right; never shown."""
        return sum(
            question.options[self.results[question.key]].right
            for question in self.questions
            if question.key in self.results
        )

    def _tell(self):
        self.total.value = f"{len(self.results)} of {len(self.questions)} answered"

    def _read(self):
        if not self.path.exists():
            return {}
        with self.path.open(encoding="utf-8", newline="") as file:
            return {row["question"]: int(row["option"]) for row in csv.DictReader(file)}

    def _write(self):
        with self.path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(FIELDS)
            for question in self.questions:
                if question.key in self.results:
                    number = self.results[question.key]
                    right = int(question.options[number].right)
                    out.writerow([self.student, self.occasion, question.key, number, right])
