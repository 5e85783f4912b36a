"""What can be turned in a trained prior while the networks beside it stand still.

A prior answers for itself, by two methods: `knobs()` gives its Knobs, and `turned(*values)` the
Distribution that it becomes at their values. A prior without them is moved and stretched.
"""

from typing import NamedTuple

from torch import nn
from torch.distributions import Distribution, constraints

from ..distributions import Stretched, support_contains


class Knob(NamedTuple):
    """A number that can be changed: its name, its range and steps, and where the prior stands."""

    name: str
    low: float
    high: float
    step: float
    start: float


SHIFT = Knob("shift", -3.0, 3.0, 0.1, 0.0)
STRETCH = Knob("stretch", 0.4, 2.5, 0.05, 1.0)


def knobs_of(prior: nn.Module) -> tuple[Knob, ...]:
    """The Knobs of a prior.

    Its own, else a shift along the first axis and a stretch; none where it says nothing and does
    not live on all of R^D, out of which they would lead.
    """
    if hasattr(prior, "knobs"):
        return prior.knobs()
    return (SHIFT, STRETCH) if support_contains(prior().support, constraints.real) else ()


def turned(prior: nn.Module, *values: float) -> Distribution:
    """The prior with its knobs at these values, in the order of `knobs_of`."""
    if not values:
        return prior()
    return prior.turned(*values) if hasattr(prior, "turned") else Stretched(prior(), *values)
