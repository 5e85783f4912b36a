"""How far each step goes: the peak rate by the size of the model, and the rate's course."""

import math


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
