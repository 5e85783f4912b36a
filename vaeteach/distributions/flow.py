"""A normalising flow as a Distribution with its support."""

from torch.distributions import Distribution, constraints


class FlowDistribution(Distribution):
    """What zuko returns, with the support that it does not state, R^D; batch (), event (D,)."""

    arg_constraints = {}
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, flow):
        self._flow = flow
        super().__init__(flow.batch_shape, flow.event_shape, validate_args=False)

    def log_prob(self, value):
        return self._flow.log_prob(value)

    def rsample(self, sample_shape=()):
        return self._flow.rsample(sample_shape)
