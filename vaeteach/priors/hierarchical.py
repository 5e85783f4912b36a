"""A prior with a prior of its own: a Gaussian that depends on a point of an upper plane."""

import math

import torch
from torch import nn

from ..distributions import ContinuousMixture, borrowed_rng, gaussian
from ..support import whole_number
from .normal import StandardNormal

_FLOOR = 0.3  # the least standard deviation of p(z|u): a narrower one falls between the nodes
_REACH = 5.0  # standard deviations of the upper level that the rule of integration covers


class HierarchicalPrior(nn.Module):
    """p(z) = integral of p(z|u) N(u; 0, I) over u in the plane, p(z|u) = N(mu(u), diag s^2(u)).

    A mixture of infinitely many Gaussians whose means and widths lie on a learned surface. With two
    upper latents the integral is a sum over a grid, so log p(z) is exact also where z has ten
    dimensions. mu and log s^2 come from one network of `hidden` Tanh units, its weights drawn under
    `seed`. s is at least 0.3: a narrower p(z|u) would fall between the nodes. At first half of the
    variance of z comes from above: where mu does not move with u, its slope gets no gradient.
    `upper` is p(u), a Gaussian prior module over the plane, N(0, I) at first. points: of the
    trapezoid rule over five standard deviations of u, an axis. Source: two stochastic levels as in
    Rezende, Mohamed and Wierstra 2014, equations 1 to 4.
    """

    def __init__(self, latent_dim, hidden=64, points=41, seed=0):
        super().__init__()
        self.upper = StandardNormal(2)
        with borrowed_rng(seed):
            self.net = nn.Sequential(
                nn.Linear(2, whole_number(hidden, "hidden")),
                nn.Tanh(),
                nn.Linear(hidden, 2 * whole_number(latent_dim, "latent_dim")),
            )
        with torch.no_grad():  # about half of a variance of 1 from mu, half from s^2
            self.net[-1].weight[: len(self.net[-1].bias) // 2] *= 2.5
            self.net[-1].bias[len(self.net[-1].bias) // 2 :] += math.log(0.5)
        axis = torch.linspace(-_REACH, _REACH, whole_number(points, "points", least=3))
        nodes = torch.cartesian_prod(axis, axis)
        nodes = nodes[nodes.norm(dim=1) <= _REACH]  # beyond, all weights together are 4e-6
        self.register_buffer("nodes", nodes)
        self.register_buffer("log_floor", torch.tensor(2 * math.log(_FLOOR)))

    def given(self, u):
        """p(z|u) of points u (..., 2) of the upper plane: batch (...), event (D,)."""
        mu, logvar = self.net(u).chunk(2, -1)
        return gaussian(mu, torch.logaddexp(logvar, self.log_floor))

    def forward(self):
        upper = self.upper()
        nodes = upper.mean + upper.stddev * self.nodes
        log_weight = -self.nodes.square().sum(-1) / 2
        return ContinuousMixture(upper, self.given, nodes, log_weight)
