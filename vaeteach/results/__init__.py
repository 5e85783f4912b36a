"""The tables that lessons show from runs that take too long for a lesson.

A table is a CSV file in this folder. Its first lines say what it holds, the command that makes it
again, and the day on which that was done; `write` is for the benchmark that does it.
"""

from __future__ import annotations

import datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd


class About(NamedTuple):
    """What a table holds, the command that makes it, and the day on which it was made."""

    what: str
    command: str
    made: str


def names() -> list[str]:
    """Names of all tables."""
    return sorted(f.name[:-4] for f in files(__package__).iterdir() if f.name.endswith(".csv"))


def _text(name: str) -> str:
    if name not in names():
        raise ValueError(f"There is no table {name!r}; there are {', '.join(names())}.")
    return files(__package__).joinpath(f"{name}.csv").read_text("utf-8")


def about(name: str) -> About:
    """What the table `name` holds, the command that makes it, and when it was made.

    Raises ValueError for a name that is not in `names()`.
    """
    lines = _text(name).splitlines()[: len(About._fields)]
    return About(*(line.partition(": ")[2] for line in lines))


def read(name: str, **options) -> pd.DataFrame:
    """A table as a pandas DataFrame.

    Where values are missing, whole numbers stay whole and a missing text is the empty one. options:
    for `pandas.read_csv`, such as dtype=str. Raises ValueError for a name that is not in `names()`.
    """
    from io import StringIO

    import pandas as pd

    table = pd.read_csv(StringIO(_text(name)), skiprows=len(About._fields), **options)
    for column in table.columns[table.isna().any()]:
        values = table[column]
        if not pd.api.types.is_numeric_dtype(values):
            table[column] = values.fillna("")
        elif (values.dropna() % 1 == 0).all():
            table[column] = values.astype("Int64")
    return table


def write(table: pd.DataFrame, name: str, what: str, command: str) -> None:
    """Store a table under `name`, beside `what` it holds and the `command` that makes it, today."""
    head = About(what, command, datetime.date.today().isoformat())._asdict()
    lines = "".join(f"# {field}: {text}\n" for field, text in head.items())
    path = Path(str(files(__package__))) / f"{name}.csv"
    path.write_text(lines + table.to_csv(index=False), encoding="utf-8")


def spread(
    table: pd.DataFrame, by: str | list[str], columns: list[str], digits: int = 2
) -> pd.DataFrame:
    """Mean ± standard deviation over seeds of each column as text, a row for each value of `by`."""
    groups = table.groupby(by)[columns]
    mean, deviation = (
        part.map(f"{{:.{digits}f}}".format) for part in (groups.mean(), groups.std())
    )
    return mean + " ± " + deviation
