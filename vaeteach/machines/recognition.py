"""What recognition can be fitted to, with the generative half held still: dreams, or the bound."""

import copy

import torch
from torch import Tensor

from ..distributions import generator
from ..support.adam import descend
from .helmholtz import HelmholtzMachine
from .states import check_bits


def refit_recognition(
    machine: HelmholtzMachine,
    x: Tensor,
    to: str,
    *,
    steps: int = 200,
    lr: float = 2e-2,
    batch_size: int = 256,
    seed: int | torch.Generator = 0,
) -> HelmholtzMachine:
    """A copy of the machine whose recognition weights are fitted anew, and nothing else.

    to="dreams": climb E log q(h | x) over (x, h) ~ p, the sleep phase, which makes
    KL(p(h | x) || q(h | x)) small on the machine's own dreams. to="bound": climb the exact bound
    on the images x (N, pixels), which makes KL(q(h | x) || p(h | x)) small on them. Adam, its rate
    falling linearly to zero. Raises ValueError for another `to`, and as ``exact`` does.
    """
    if to not in ("dreams", "bound"):
        raise ValueError(f"refit_recognition: `to` is {to!r}; expected 'dreams' or 'bound'.")
    check_bits(x, machine.sizes[0])
    machine, noise = copy.deepcopy(machine).requires_grad_(False), generator(seed)
    machine.recognition.requires_grad_(True)

    def loss():
        if to == "dreams":
            return -machine.log_recognition(machine.dream(batch_size, noise)).mean()
        rows = torch.randint(len(x), (batch_size,), generator=noise)
        return -machine._exact(x[rows]).elbo.mean()

    descend(machine.recognition.parameters(), loss, steps, lr)
    return machine.requires_grad_(False)
