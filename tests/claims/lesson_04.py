"""Claims of notebook 04 about the weight of the KL, on the runs of the table that it shows."""

from register import claim

import vaeteach as vt


def by_weight(seed):
    """Rows of one seed, by the weight of the KL."""
    table = vt.results.read("matching").query("penalty == 'KL'")
    return table[table.seed == seed].set_index("beta")


@claim("04", "beta-read", "The smallest weight has the largest gap; beta = P collapses.")
def small_weights_learn_single_pictures(seed):
    runs = by_weight(seed)
    gap = runs["training bound"] - runs["test bound"]
    return gap.idxmax() == 0.1 and runs["test KL"][64] < 0.01


@claim("04", "beta-read", "One half and one are close, on training and on test pictures.")
def half_and_one_are_close(seed):
    bounds = by_weight(seed)[["training bound", "test bound"]]
    return bool(((bounds.loc[0.5] - bounds.loc[1.0]).abs() < 0.7).all())
