"""How far each step goes: Adam, its peak rate by the size of the model, and the rate's course."""

import math

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


def width(model):
    """The largest smaller side of a weight matrix: 64 for 64-64-2, 400 for 784-400-2."""
    sides = [min(len(p), p[0].numel()) for p in model.parameters() if p.ndim > 1 and len(p)]
    return max(sides, default=1)


def usual_batch(model):
    """Images in a step of `fit`: 64, and 100 from width 256 on.

    Small layers lose more by fewer steps than they gain; the products of wide ones are half as
    dear again for an image in a batch of 64.
    """
    return 100 if width(model) >= 256 else 64


def peak_rate(model):
    """The largest rate that `fit` takes for this model: 0.012, above width 400 as 1/width.

    A unit sums as many changes as it has inputs, so wide layers need smaller ones (Yang et al.
    2021, table 3).
    """
    return 0.012 * min(1.0, 400 / width(model))


def warm_up_then_cosine(peak, steps):
    """rate(step): linear to `peak` over the first twentieth, then along a cosine to zero."""
    warm_up = max(1, steps // 20)

    def rate(step):
        if step < warm_up:
            return peak * (step + 1) / warm_up
        return peak * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))

    return rate
