"""What training records, and the error it raises when the bound is no number any more."""

from dataclasses import dataclass, field

import torch

from ..distributions import generator
from ..models import Elbo

SNAPSHOT_IMAGES = 2000  # codes kept with each snapshot: enough for a scatter plot and for moments


class NonFiniteBound(ArithmeticError):
    """The bound became infinite or NaN; `history` goes up to there, `quantity` at `step`."""

    def __init__(self, message, history, step, quantity):
        super().__init__(message)
        self.history, self.step, self.quantity = history, step, quantity


@dataclass(frozen=True)
class Snapshot:
    """Codes of the first training images at one moment: mean and stddev of q(z|x), each (N, D)."""

    epoch: float
    mean: torch.Tensor
    stddev: torch.Tensor
    # a copy of the model's parameters, to look back with load_state_dict
    state: dict = field(repr=False)


class History:
    """What training recorded; `.stopped` is None, or why it ended early."""

    def __init__(self):
        self.rows, self.snapshots, self.stopped, self.steps, self.seconds = [], [], None, 0, 0.0

    def frame(self):
        """Tidy pandas DataFrame, a row a number.

        Columns: epoch, split (train, test), quantity (log_likelihood, kl, value), nats. Training
        rows are means over the epoch's steps, taken while the model changed; test rows are at its
        end.
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

    def line(self, epochs):
        """Where training is, in a line: the epoch and the newest bound."""
        epoch, split = self.rows[-1][:2]
        return f"epoch {epoch:.3g}/{epochs}, {split} bound {self.last(split=split):.2f} nats"

    def photograph(self, epoch, model, images):
        """Keep the codes of the first images and a copy of the parameters."""
        with torch.no_grad():
            q = model.encode(images[:SNAPSHOT_IMAGES])
            state = {name: value.detach().clone() for name, value in model.state_dict().items()}
        self.snapshots.append(Snapshot(epoch, q.mean, q.stddev, state))

    def record(self, epoch, terms, model, train, test, objective):
        """Keep the means of the steps' terms, (steps, 3), the test bound, and a snapshot."""
        epoch = int(epoch) if epoch == int(epoch) else epoch
        self._require_finite(terms, model)
        self._add(epoch, "train", terms.mean(0))
        if test is not None:
            # the same noise each time, so that the curve shows the model and not the draw
            with torch.no_grad():
                bound = objective(model, test, seed=generator(0))
            self._add(epoch, "test", [term.mean() for term in bound])
        self.photograph(epoch, model, train)

    def _add(self, epoch, split, means):
        self.rows += [(epoch, split, name, float(nats)) for name, nats in zip(Elbo._fields, means)]

    def _require_finite(self, terms, model):
        bad = ~torch.isfinite(terms)
        if not bad.any():
            return
        row = int(bad.any(1).nonzero()[0])
        quantity = Elbo._fields[int(bad[row].nonzero()[0])]
        step = self.steps - len(terms) + row + 1
        model.load_state_dict(self.snapshots[-1].state)
        self.stopped = f"{quantity} not finite at step {step}"
        raise NonFiniteBound(
            f"Training stopped at step {step}: {quantity} became {float(terms[row][bad[row]][0])}."
            f" The model is back at its state after epoch {self.snapshots[-1].epoch:g}. Try a"
            " smaller lr, and check the sign of the KL.",
            self,
            step,
            quantity,
        )
