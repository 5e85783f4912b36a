"""Trained patients: models of the catalogue, kept on disk once they were built."""

from ..support import cached
from ..training import History, Snapshot
from .faults import FAULTS


def trained_cases(data, names=tuple(FAULTS), seed=0):
    """{name: (model, history)} for faults of the catalogue.

    Trained under `seed` the first time and then kept. data: binary ImageData. Of each history the
    snapshots hold the codes; only the first and the last hold the parameters.
    `vaeteach.support.cache.clear()` forgets them. Raises ValueError for a name that is not in
    FAULTS.
    """
    unknown = [name for name in names if name not in FAULTS]
    if unknown:
        raise ValueError(
            f"There is no fault {unknown[0]!r}; the catalogue has {', '.join(FAULTS)}."
        )
    return {name: _case(name, data, seed) for name in names}


def _case(name, data, seed):
    def build():
        model, history = FAULTS[name].build(data, seed)
        shots = [(s.epoch, s.mean, s.stddev, {}) for s in history.snapshots]
        shots[0] = (*shots[0][:3], history.snapshots[0].state)
        state = {key: value.clone() for key, value in model.state_dict().items()}
        return {
            "state": state,
            "rows": history.rows,
            "snapshots": shots,
            "stopped": history.stopped,
        }

    # version: raise it when a recipe, or anything it trains with, gives other numbers
    kept = cached(f"case-{name}", build, version=2, fault=name, images=data.train, seed=seed)
    model, history = FAULTS[name].model(data, seed), History()
    model.load_state_dict(kept["state"])
    history.rows, history.stopped = [tuple(row) for row in kept["rows"]], kept["stopped"]
    history.snapshots = [Snapshot(*shot) for shot in kept["snapshots"]]
    return model, history
