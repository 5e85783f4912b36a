"""What training records, and the error it raises when the bound is no number any more."""

from dataclasses import dataclass, field

import torch

from ..models import Elbo


class NonFiniteBound(ArithmeticError):
    """The bound became infinite or NaN. `history` is the training up to there, `step` and
    `quantity` say where.
    """

    def __init__(self, message, history, step, quantity):
        super().__init__(message)
        self.history, self.step, self.quantity = history, step, quantity


@dataclass(frozen=True)
class Snapshot:
    """The codes of the first training images at one moment: mean and stddev of q(z|x), each (N,
    D).
    """

    epoch: float
    mean: torch.Tensor
    stddev: torch.Tensor
    # a copy of the model's parameters, to look back with load_state_dict
    state: dict = field(repr=False)


class History:
    """What training recorded: `.frame()`, `.snapshots`, `.stopped` (None, or why it ended early),
    `.seconds`.
    """

    def __init__(self):
        self.rows, self.snapshots, self.stopped, self.steps, self.seconds = [], [], None, 0, 0.0

    def frame(self):
        """Tidy pandas DataFrame, a row a number.

        Columns: epoch, split (train, test), quantity (log_likelihood, kl, value), nats.

        Training rows are means over the epoch's steps, taken while the model changed; test rows are
        at its end.
        """
        import pandas as pd

        return pd.DataFrame(self.rows, columns=["epoch", "split", "quantity", "nats"])

    def last(self, quantity="value", split="test"):
        """The newest number of one quantity, in nats per image."""
        found = [nats for _, s, q, nats in self.rows if (s, q) == (split, quantity)]
        if not found:
            raise LookupError(
                f"history has no {quantity!r} of the {split!r} images yet: no whole epoch was"
                " trained."
            )
        return found[-1]

    def add(self, epoch, split, means):
        self.rows += [(epoch, split, name, float(nats)) for name, nats in zip(Elbo._fields, means)]
