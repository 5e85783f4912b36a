"""The density at the end of a diffusion, by the ordinary differential equation that it obeys."""

import math

import torch
from torch.distributions import Distribution, constraints

from .gaussian import gaussian

_ROWS = 2**14  # points that travel together: more would leave the processor's cache


class ProbabilityFlow(Distribution):
    """Noise z_1 ~ N(0, I), carried to z_0 by dz/dt = -pull(z, t) / (2 sqrt(1 - t)).

    With the perfect pull it has, at every time, the density of the noised codes. In any case
    log p(z_0) = log N(z_1; 0, I) - integral of (div pull) / (2 sqrt(1 - t)) dt along the path, with
    the divergence exact (D derivatives by autograd). Time runs as an angle, t =
    sin^2 a, in which the equation is smooth at both ends, by the classical Runge-Kutta rule.
    pull(z, t): (..., D) -> (..., D), differentiable in z. zeros: a tensor (D,), for size and type.
    steps: of the rule. base: what z_1 is drawn from, N(0, I) if not given.
    Batch (), event (D,). Source: Song et al. 2021, equations 13 and 39.
    """

    arg_constraints = {}
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, pull, zeros, steps=16, base=None):
        self.pull, self.zeros, self.steps = pull, zeros, steps
        self.base = base or gaussian(zeros, zeros)
        super().__init__(torch.Size(), zeros.shape, validate_args=False)

    def log_prob(self, value):
        points = value.reshape(-1, *self.event_shape)
        # the graph of a whole path is large: it is kept only where something is to be learned
        asked = points, self.pull(points[:1], 0.5), self.base.log_prob(points[:1])
        learning = torch.is_grad_enabled() and any(part.requires_grad for part in asked)
        with torch.set_grad_enabled(learning):
            parts = [self._log_prob(part) for part in points.split(_ROWS)]
        return torch.cat(parts).reshape(value.shape[:-1]) if parts else points.sum(-1)

    def rsample(self, sample_shape=()):
        shape = torch.Size(sample_shape) + self.event_shape
        return self.from_noise(self.base.rsample(shape[:-1]))

    def from_noise(self, z):
        """Where noise z at t = 1, (..., D), arrives at t = 0; differentiable."""
        return self.path(z)[-1]

    def path(self, z, backwards=True):
        """The places on the way, (steps + 1, ..., D), from noise z at t = 1 to t = 0.

        backwards=False: from a code z at t = 0 to the noise. The angles are evenly spaced.
        """
        places, step = [z], math.pi / 2 / self.steps
        angles = [step * i for i in range(self.steps + 1)]
        if backwards:
            angles, step = angles[::-1], -step
        for angle in angles[:-1]:
            places.append(_runge_kutta(self._velocity, places[-1], angle, step))
        return torch.stack(places)

    def _velocity(self, z, angle):
        return -math.sin(angle) * self.pull(z, _time(angle))

    def _log_prob(self, z):
        """Carry (z, the integral of the divergence so far) from t = 0 to t = 1."""
        state, step = torch.cat([z, torch.zeros_like(z[:, :1])], 1), math.pi / 2 / self.steps
        for i in range(self.steps):
            state = _runge_kutta(self._with_divergence, state, step * i, step)
        return self.base.log_prob(state[:, :-1]) + state[:, -1]

    def _with_divergence(self, state, angle):
        z = state[:, :-1]
        value, divergence = with_divergence(lambda z: self.pull(z, _time(angle)), z)
        return -math.sin(angle) * torch.cat([value, divergence.unsqueeze(1)], 1)


def with_divergence(field, z):
    """(field(z), its divergence), (B, D) and (B,); exact, by one derivative for each dimension."""
    learning = torch.is_grad_enabled()
    with torch.enable_grad():
        z = z if z.requires_grad else z.detach().requires_grad_()
        value = field(z)
        slopes = [
            torch.autograd.grad(out.sum(), z, retain_graph=True, create_graph=learning)[0][:, d]
            for d, out in enumerate(value.unbind(1))
        ]
    divergence = torch.stack(slopes).sum(0)
    return (value, divergence) if learning else (value.detach(), divergence)


def _runge_kutta(velocity, z, at, step):
    """One classical step of order four."""
    first = velocity(z, at)
    second = velocity(z + step / 2 * first, at + step / 2)
    third = velocity(z + step / 2 * second, at + step / 2)
    fourth = velocity(z + step * third, at + step)
    return z + step / 6 * (first + 2 * second + 2 * third + fourth)


def _time(angle):
    return math.sin(angle) ** 2
