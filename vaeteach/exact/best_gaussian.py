"""The best q for each image: what the family of q loses, and what the shared encoder."""

import math

import torch
from torch.distributions import MultivariateNormal

from ..distributions import Gaussian, gaussian
from ..models import VAE
from ..support.adam import descend
from .integrals import posterior_grid


def best_gaussian(
    model: VAE, x: torch.Tensor, points: int = 101, steps: int = 100, full: bool = False
) -> Gaussian | MultivariateNormal:
    """For each image on its own the Gaussian q with the highest ELBO, batch (B,).

    The gap that remains is the approximation gap, the price of the family; what the encoder's q
    loses to it is the amortisation gap (Cremer et al. 2018, section 3). E_q[log p(x, z)] is a sum
    over the grid, so no step decodes anything. Adam starts from the encoder's q and from the
    posterior's highest point; the best q met is kept, the starts included.
    full: with a full covariance, for two latents, climbing on from the best diagonal one.
    Raises as `posterior_grid`, and ValueError for `full` with other than two latents.
    """
    exact = posterior_grid(model, x, points)
    with torch.no_grad():
        q = model.encode(x)
        peak = exact.nodes[exact.log_density.flatten(1).argmax(1)]
        starts = [(q.mean.double(), q.variance.double().log()), (peak, torch.full_like(peak, -3.0))]
    ends = [_climb(*start, exact, steps) for start in starts]
    mu, logvar, gain = (torch.stack(parts) for parts in zip(*ends))
    better, row = gain.argmax(0), torch.arange(len(x))
    mu, logvar = mu[better, row], logvar[better, row]
    if not full:
        return gaussian(mu.to(x.dtype), logvar.to(x.dtype))
    if mu.shape[1] != 2:
        raise ValueError(f"full=True needs two latents, and this model has {mu.shape[1]}.")
    mu, scale = _climb_full(mu, logvar, exact, steps // 3)
    return MultivariateNormal(mu.to(x.dtype), scale_tril=scale.to(x.dtype))


def _climb(mu, logvar, exact, steps):
    """Climb E_q[log p(z|x)] + entropy of q, minus the gap; the best (mu, logvar, value)."""
    mu, logvar = mu.clone().requires_grad_(), logvar.clone().requires_grad_()
    lowest = torch.full((len(mu),), -math.inf, dtype=torch.float64)
    best = [mu.detach().clone(), logvar.detach().clone(), lowest]
    equation = {1: "bi,bi->b", 2: "bij,bi,bj->b"}[len(exact.axes)]

    def loss():
        distances = [(axis.double() - mu[:, d, None]).square() for d, axis in enumerate(exact.axes)]
        factors = [
            torch.softmax(-0.5 * s / logvar[:, d, None].exp(), -1) for d, s in enumerate(distances)
        ]
        # q factorises: the sum over the plane is a sum over lines, twice
        mean = torch.einsum(equation, exact.log_density, *factors)
        value = mean + 0.5 * (logvar + 1 + math.log(2 * math.pi)).sum(1)
        with torch.no_grad():
            up = value > best[2]
            for kept, new in zip(best, (mu, logvar, value)):
                kept[up] = new[up]
        return -value.sum()

    descend([mu, logvar], loss, steps + 1, 0.1)
    return best


def _climb_full(mu, logvar, exact, steps, rate=0.2):
    """The same with correlated latents, by natural gradients from a diagonal q.

    In u = L^-1 (z - mu), with L L^T the covariance, the natural gradient of E_q[h] for
    h = log p(z|x) - log q is E[h u] for the mean and E[h (u u^T - I)] for the covariance (Khan and
    Rue 2023, section 4.1); both are sums over the grid. The best (mu, L) met.
    """
    scale, best, highest = torch.diag_embed((0.5 * logvar).exp()), None, None
    log_density = exact.log_density
    for _ in range(steps + 1):
        first, second = (axis.double() - mu[:, d, None] for d, axis in enumerate(exact.axes))
        u1 = first / scale[:, 0, 0, None]
        u2 = second[:, None] - (scale[:, 1, 0, None] * u1)[:, :, None]
        u2 = u2 / scale[:, 1, 1, None, None]
        log_q = -0.5 * (u1.square()[:, :, None] + u2.square())
        mass = torch.softmax(log_q.flatten(1), 1).reshape(log_q.shape)
        fit = (mass * log_density).sum((1, 2))
        value = fit + scale.diagonal(dim1=1, dim2=2).log().sum(1)
        if best is None:
            best, highest = (mu, scale), value
        up = value > highest
        highest = torch.where(up, value, highest)
        best = tuple(
            torch.where(up.reshape([-1] + [1] * (new.ndim - 1)), new, old)
            for new, old in zip((mu, scale), best)
        )
        height = log_density - log_q
        height = mass * (height - (mass * height).sum((1, 2), keepdim=True))
        rows, cross = height.sum(2), (height * u2).sum(2)
        slope = torch.stack([(rows * u1).sum(1), cross.sum(1)], 1)
        off = (cross * u1).sum(1)
        bend = [(rows * u1.square()).sum(1), off, off, (height * u2.square()).sum((1, 2))]
        bend = torch.stack(bend, 1).reshape(-1, 2, 2).clamp(-2, 2)
        mu = mu + rate * (scale @ slope.clamp(-2, 2)[..., None])[..., 0]
        scale = torch.linalg.cholesky(scale @ torch.linalg.matrix_exp(rate * bend) @ scale.mT)
    return best
