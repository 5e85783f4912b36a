"""Count for every claim in how many seeds it holds.

    python tests/claims/report.py [--seeds 10] [--lesson 06] [--new] [--write]

--write keeps the count in vaeteach/results/claims.csv, a row a claim: lesson, cell, claim,
sentence, seeds, agree, disagree (the seeds in which it failed). With --lesson only that lesson's
rows are made anew, with --new only those of claims that the file does not have.
"""

import argparse
import pathlib
import sys
import time

import pandas as pd

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT)]

from register import all_claims  # noqa: E402

from vaeteach import results  # noqa: E402

WHAT = "in how many seeds each sentence of a lesson about a figure or a table holds"


def count(claims, seeds):
    """A DataFrame with a row a claim."""
    rows = []
    for claim in claims:
        start = time.perf_counter()
        disagree = [seed for seed in range(seeds) if not claim.holds(seed)]
        agree = seeds - len(disagree)
        seconds = time.perf_counter() - start
        print(
            f"{agree:3d} of {seeds}  {claim.lesson} {claim.cell}: {claim.sentence}"
            f"  [{seconds:.1f} s]",
            flush=True,
        )
        rows.append(
            {
                "lesson": claim.lesson,
                "cell": claim.cell,
                "claim": claim.name,
                "sentence": claim.sentence,
                "seeds": seeds,
                "agree": agree,
                "disagree": " ".join(map(str, disagree)),
            }
        )
    return pd.DataFrame(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--lesson", default="")
    parser.add_argument("--claim", default="")
    parser.add_argument("--new", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    known = set(results.read("claims", dtype=str).claim) if options.new else set()
    chosen = [
        c
        for c in all_claims()
        if c.lesson.startswith(options.lesson)
        and c.name.startswith(options.claim)
        and c.name not in known
    ]
    table = count(chosen, options.seeds)
    if options.write:
        before = results.read("claims", dtype=str)
        names = {c.name for c in all_claims()}
        before = before[before.claim.isin(names - set(table.claim))]
        table = pd.concat([before, table.astype(str)]).sort_values(["lesson", "cell", "claim"])
        results.write(table, "claims", WHAT, "python tests/claims/report.py --write")
    return int((table.agree.astype(int) < 0.9 * table.seeds.astype(int)).any())


if __name__ == "__main__":
    raise SystemExit(main())
