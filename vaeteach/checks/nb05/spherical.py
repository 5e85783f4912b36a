"""Exercise 5.3: interpolation along the arc."""

import math

import numpy as np
import torch

from ..exercise import Exercise


def _angle(a, b):
    return torch.arccos(((a / a.norm()) @ (b / b.norm())).clamp(-1, 1))


def _slerp(a, b, t, angle=None):
    angle = _angle(a, b) if angle is None else angle
    return (torch.sin((1 - t) * angle) * a + torch.sin(t * angle) * b) / torch.sin(angle)


def _pairs(seed=0):
    g = torch.Generator().manual_seed(6 + seed)
    a, b = torch.randn(2, 20, generator=g)
    short = torch.tensor([2.0, 0.0]), torch.tensor([1.0, 1.0])
    return [(*short, 0.0), (*short, 0.25), (a, b, 0.5), (a, 0.3 * b, 0.8)]


def _slerp_in_numpy(a, b, t):
    a, b = np.asarray(a, float), np.asarray(b, float)
    angle = math.acos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1))
    return np.sin((1 - t) * angle) / np.sin(angle) * a + np.sin(t * angle) / np.sin(angle) * b


spherical = Exercise(
    name="spherical",
    solution=_slerp,
    inputs=_pairs,
    praise="along an arc, and the norm stays between those of the ends.",
    mistakes="""
        straight line: (1 - t) * a + t * b
            This is the straight line, which cuts through the empty middle. Weight the ends by
            sines.
        other direction: _slerp(b, a, t)
            At t = 0 the result should be a, and b at t = 1; yours goes the other way.
        angle between unnormalised vectors: _slerp(a, b, t, torch.arccos(a @ b))
            arccos needs the cosine: divide a and b by their norms before the product.
        sine of the angle forgotten: _slerp(a, b, t) * torch.sin(_angle(a, b))
            Divide by the sine of the whole angle; without it the ends are not reached.
        straight line, pushed to the sphere:
                (lambda z: z / z.norm() * ((1 - t) * a.norm() + t * b.norm()))((1 - t) * a + t * b)
            The norm is mended, but the angle does not grow evenly with t. Weight by sin((1 - t) w)
            and sin(t w).
        cosine for the angle: _slerp(a, b, t, torch.cos(_angle(a, b)))
            This uses the cosine itself as the angle. Take its arccos.
        unit length: _slerp(a / a.norm(), b / b.norm(), t)
            You normalised the ends and never gave the lengths back: use the unit vectors for the
            angle only.
    """,
    also_right=(_slerp_in_numpy,),
)
