"""A distribution moved along its first axis and stretched."""

import math

import torch
from torch.distributions import Distribution, constraints


class Stretched(Distribution):
    """shift e_1 + stretch z, z ~ base: log base((z - shift e_1) / stretch) - D log stretch."""

    arg_constraints = {}
    support = constraints.real_vector

    def __init__(self, base, shift, stretch):
        self.base, self.stretch = base, float(stretch)
        self.shift = torch.zeros(base.event_shape)
        self.shift[0] = float(shift)
        super().__init__(torch.Size(), base.event_shape, validate_args=False)

    def log_prob(self, value):
        return self.base.log_prob((value - self.shift) / self.stretch) - len(self.shift) * math.log(
            self.stretch
        )

    def sample(self, sample_shape=()):
        return self.base.sample(sample_shape) * self.stretch + self.shift
