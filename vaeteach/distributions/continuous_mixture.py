"""A mixture with a component for every point of another space: a density by quadrature."""

import math

import torch
from torch.distributions import Distribution

# numbers held at once when points meet nodes: a few megabytes, which is also the fastest
_NUMBERS = 2**19


class ContinuousMixture(Distribution):
    """p(z) = integral of p(z|u) p(u) over u. Batch (), event (D,).

    upper: p(u), with event (U,). given: a function from points u (..., U) to the Gaussian p(z|u),
    batch (...). nodes (S, U) and log_weight (S,): the rule of integration over u, with p(u) in the
    weights, which are made to add up to one. Its density is that of S components, so it always
    integrates to one; it is that of the samples, which draw u from p(u) itself, as far as p(z|u)
    changes smoothly from node to node.
    """

    arg_constraints = {}
    has_rsample = True

    def __init__(self, upper, given, nodes, log_weight):
        self.upper, self.given = upper, given
        self.nodes, self.components = nodes, given(nodes)
        self.log_weight = log_weight.log_softmax(0)
        super().__init__(torch.Size(), self.components.event_shape, validate_args=False)

    @property
    def support(self):
        return self.components.support

    @property
    def mean(self):
        return self.log_weight.exp() @ self.components.mean

    @property
    def variance(self):
        weight, mean = self.log_weight.exp(), self.components.mean  # law of total variance
        return weight @ self.components.variance + weight @ (mean - self.mean).square()

    def log_joint(self, value):
        """Log of p(z|u) p(u) at every node, for points z (..., D): (..., S), nats.

        Its softmax over the last axis is the exact p(u|z) at the nodes, its logsumexp log p(z).
        """
        z, mu = value.double(), self.components.mu.double()
        # -(z - mu)^2 / 2 s^2 of all pairs as two matrix products; what cancels in the expanded
        # square leaves 1e-12 in double precision
        logvar = self.components.logvar.double()
        precision = (-logvar).exp()
        constant = (logvar + mu.square() * precision + math.log(2 * math.pi)).sum(1)
        at_zero = self.log_weight.double() - constant / 2
        return at_zero + z @ (mu * precision).T - z.square() @ precision.T / 2

    def log_prob(self, value):
        """Log p(z) in nats for points of shape (..., D). Shape (...)."""
        points = value.reshape(-1, *self.event_shape)
        parts = points.split(max(1, _NUMBERS // len(self.log_weight)))
        parts = [torch.logsumexp(self.log_joint(part), 1) for part in parts]
        return torch.cat(parts).to(value.dtype).reshape(value.shape[:-1])

    def rsample(self, sample_shape=()):
        """Draw u, then z given u."""
        return self.given(self.upper.rsample(torch.Size(sample_shape))).rsample()
