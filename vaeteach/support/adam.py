"""Adam, on which every part may call."""

import torch
from torch.optim.adam import adam


class Adam:
    """Adam with the defaults of Kingma and Ba 2015, algorithm 1, on the parameters that learn.

    torch's own update, fused into one pass. `torch.optim.Adam` around it does the same, but its
    first use imports torch's compiler: 800 modules, several seconds and 80 MB.
    """

    def __init__(self, parameters):
        self._parameters = [p for p in parameters if p.requires_grad]
        self._moments = {
            p: (torch.zeros_like(p), torch.zeros_like(p), torch.zeros(())) for p in self._parameters
        }

    def zero_grad(self):
        """Forget the gradients of the step before."""
        for p in self._parameters:
            p.grad = None

    @torch.no_grad()
    def step(self, rate):
        """Change every parameter that has a gradient; the others stay, with their moments."""
        moving = [p for p in self._parameters if p.grad is not None]
        first, second, steps = ([self._moments[p][i] for p in moving] for i in range(3))
        adam(
            moving, [p.grad for p in moving], first, second, [], steps, fused=True,
            lr=rate, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0,
            amsgrad=False, maximize=False,
        )  # fmt: skip


def descend(parameters, loss, steps, rate):
    """Take `steps` steps of Adam down `loss()`, a scalar, its rate falling linearly to zero."""
    optimiser = Adam(parameters)
    with torch.enable_grad():
        for step in range(steps):
            optimiser.zero_grad()
            loss().backward()
            optimiser.step(rate * (1 - step / steps))
