"""What a class has gained between two rounds of the concept inventory."""

from pathlib import Path

import numpy as np
import pandas as pd

from vaeteach.checks.inventory import FIELDS, INVENTORY, OCCASIONS


def collect(folder) -> pd.DataFrame:
    """All files `inventory-*.csv` below a folder as one table, a row for each answer.

    A file that is there twice counts once. Raises ValueError where there are none, where one holds
    something else, or where two of one student and round differ (a number that nobody changed).
    """
    paths = sorted(Path(folder).rglob("inventory-*.csv"))
    if not paths:
        raise ValueError(f"No file inventory-*.csv is below {Path(folder).resolve()}.")
    tables = [pd.read_csv(path, dtype={"student": str}) for path in paths]
    for path, table in zip(paths, tables):
        if tuple(table.columns) != FIELDS or not set(table.occasion) <= set(OCCASIONS):
            raise ValueError(f"{path} is not a file of the inventory.")
    given = {}  # (student, occasion): (file, answers)
    for path, table in zip(paths, tables):
        for who, rows in table.groupby(["student", "occasion"]):
            rows = rows.reset_index(drop=True)
            other, known = given.setdefault(who, (path, rows))
            if not rows.equals(known):
                raise ValueError(
                    f"{other} and {path} both say that they are of student {who[0]}, {who[1]} the"
                    " course, and differ. Find out whose they are; then give one of them another"
                    " number in its first column, or take it away."
                )
    return pd.concat([rows for _, rows in given.values()], ignore_index=True)


def answered_once(answers) -> list[str]:
    """The students of one round only, as when 07 became 7; they are not in `scores`."""
    rounds = answers.groupby("student").occasion.nunique()
    return sorted(rounds.index[rounds == 1])


def scores(answers: pd.DataFrame) -> pd.DataFrame:
    """A row for each student who answered both times: the shares right, `before` and `after`.

    A question without an answer counts as not right.
    """
    right = answers.pivot_table(index="student", columns="occasion", values="right", aggfunc="sum")
    return right.reindex(columns=list(OCCASIONS)).dropna() / len(INVENTORY)


def gain(scores: pd.DataFrame, repeats=4000, seed=0) -> pd.Series:
    """The class's mean gain and its normalised gain, each with a 95 % bootstrap interval.

    The normalised gain is (after - before) / (1 - before) of the class's means: the share of what
    could be gained (Hake 1998). Students are drawn, not answers. Raises ValueError below two.
    """
    if len(scores) < 2:
        raise ValueError("An interval needs at least two students who answered both times.")
    draws = np.random.default_rng(seed).integers(len(scores), size=(repeats, len(scores)))
    before, after = (scores[occasion].to_numpy() for occasion in OCCASIONS)
    found = {"students": len(scores)}
    for name, share in (("gain", lambda b: 1.0), ("normalised", lambda b: 1 - b)):
        found[name] = (after.mean() - before.mean()) / share(before.mean())
        b, a = before[draws].mean(1), after[draws].mean(1)
        low, high = np.quantile((a - b) / share(b), [0.025, 0.975])
        found |= {f"{name}_low": low, f"{name}_high": high}
    return pd.Series(found)


def made_up_class(students=24, seed=0) -> pd.DataFrame:
    """A class that never was, to see the pages before there are answers."""
    random, rows = np.random.default_rng(seed), []
    ability, ease = random.normal(size=students), random.normal(size=len(INVENTORY))
    for occasion, learned in zip(OCCASIONS, (-0.4, 0.9)):
        for i in range(students):
            for question, easy in zip(INVENTORY, ease):
                right = [option.right for option in question.options].index(True)
                knows = random.random() < 1 / (1 + np.exp(-(0.7 * ability[i] + easy + learned)))
                others = [k for k in range(len(question.options)) if k != right]
                chosen = right if knows else int(random.choice(others))
                rows.append((f"{i + 1:02}", occasion, question.key, chosen, int(knows)))
    return pd.DataFrame(rows, columns=FIELDS)
