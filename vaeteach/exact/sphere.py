"""log p(x) where the latents live on a sphere: a rule of integration of its own."""

import contextlib
import io
import math

import numpy as np
import torch

from ..distributions import SphereUniform, support_contains
from .integrals import log_marginal
from .quadrature import pairwise_log_prob


@torch.no_grad()
def exact_log_marginal(model, x):
    """Exact log p(x), (B,), where D = 2 or on the sphere, else NaN."""
    prior = model.prior()
    if prior.event_shape == (2,):
        # heavy tails widen the grid; the table need not say so
        with contextlib.redirect_stdout(io.StringIO()):
            return log_marginal(model, x)
    if not support_contains(SphereUniform.support, prior.support):
        return torch.full((len(x),), math.nan)
    z, weight = sphere_nodes()
    log_joint = pairwise_log_prob(model.decode(z), x) + prior.log_prob(z).double()[:, None]
    return torch.logsumexp(log_joint + weight.log()[:, None], 0)


def sphere_nodes(n=161):
    """Points (S, 3), weights (S,) on the sphere: Gauss-Legendre in height, trapezoid about."""
    height, weight = (torch.as_tensor(v) for v in np.polynomial.legendre.leggauss(n))
    angle = 2 * math.pi * torch.arange(2 * n, dtype=torch.float64) / (2 * n)
    radius = (1 - height.square()).sqrt()[:, None]
    points = torch.stack(
        [radius * angle.cos(), radius * angle.sin(), height[:, None].expand(-1, 2 * n)], -1
    )
    return points.reshape(-1, 3).float(), (weight * math.pi / n).repeat_interleave(2 * n)
