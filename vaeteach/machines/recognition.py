"""What recognition can be fitted to, with the generative half held still: dreams, or the bound."""

import copy

import torch
from torch import Tensor

from ..distributions import generator
from .helmholtz import HelmholtzMachine
from .states import check_bits


def refit_recognition(
    machine: HelmholtzMachine,
    x: Tensor,
    to: str,
    *,
    steps: int = 300,
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
    optimiser = torch.optim.Adam(machine.recognition.parameters(), fused=True)
    with torch.enable_grad():
        for step in range(steps):
            optimiser.param_groups[0]["lr"] = lr * (1 - step / steps)
            if to == "dreams":
                objective = machine.log_recognition(machine.dream(batch_size, noise))
            else:
                rows = torch.randint(len(x), (batch_size,), generator=noise)
                objective = machine._exact(x[rows]).elbo
            optimiser.zero_grad()
            objective.mean().neg().backward()
            optimiser.step()
    return machine.requires_grad_(False)
