"""The best q for each image on its own.

What the ELBO loses to the family of q, and what to the shared encoder.
"""

import math

import torch

from ..distributions import Gaussian, gaussian
from ..models import VAE
from .integrals import posterior_grid


def best_gaussian(model: VAE, x: torch.Tensor, points: int = 101, steps: int = 100) -> Gaussian:
    """For each image on its own the Gaussian q with the highest ELBO, batch (B,).

    The gap that remains is the price of the family; what the encoder's q loses to it is the price
    of amortisation (Cremer et al. 2018, section 3). E_q[log p(x, z)] is a sum over the grid, so no
    step decodes anything. Adam starts from the encoder's q and from the posterior's highest point;
    the best q met is kept, the starts included.
    Raises as `posterior_grid`.
    """
    exact = posterior_grid(model, x, points)
    with torch.no_grad():
        q = model.encode(x)
        peak = exact.nodes[exact.log_density.flatten(1).argmax(1)]
        starts = [(q.mean.double(), q.variance.double().log()), (peak, torch.full_like(peak, -3.0))]
    ends = [_climb(*start, exact, steps) for start in starts]
    mu, logvar, gain = (torch.stack(parts) for parts in zip(*ends))
    better, row = gain.argmax(0), torch.arange(len(x))
    return gaussian(mu[better, row].to(x.dtype), logvar[better, row].to(x.dtype))


def _climb(mu, logvar, exact, steps):
    """Maximise E_q[log p(z|x)] + entropy of q, which is minus the gap.

    The best (mu, logvar, value) met.
    """
    mu, logvar = mu.clone().requires_grad_(), logvar.clone().requires_grad_()
    best = [
        mu.detach().clone(),
        logvar.detach().clone(),
        torch.full((len(mu),), -math.inf, dtype=torch.float64),
    ]
    optimiser = torch.optim.Adam([mu, logvar])
    for step in range(steps + 1):
        optimiser.param_groups[0]["lr"] = 0.1 * (1 - step / (steps + 1))
        distances = [(axis.double() - mu[:, d, None]).square() for d, axis in enumerate(exact.axes)]
        factors = [
            torch.softmax(-0.5 * s / logvar[:, d, None].exp(), -1) for d, s in enumerate(distances)
        ]
        mean = exact.log_density
        # q factorises: the sum over the plane is a sum over lines, twice
        for factor in reversed(factors):
            mean = (
                torch.matmul(mean, factor[..., None])[..., 0]
                if mean.ndim > 2
                else (mean * factor).sum(-1)
            )
        value = mean + 0.5 * (logvar + 1 + math.log(2 * math.pi)).sum(1)
        with torch.no_grad():
            up = value > best[2]
            for kept, new in zip(best, (mu, logvar, value)):
                kept[up] = new[up]
        optimiser.zero_grad()
        value.sum().neg().backward()
        optimiser.step()
    return best
