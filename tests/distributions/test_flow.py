"""A flow's density is its base density times the determinant of its Jacobian."""

import torch
from torch.autograd.functional import jacobian
from torch.distributions import constraints

from vaeteach import FlowPrior, draw


def test_the_density_is_the_change_of_variables_by_autograd():
    prior = FlowPrior(3, layers=2, hidden=(8,))
    g = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in prior.parameters():
            parameter += 0.3 * torch.randn(parameter.shape, generator=g)
    p = prior()
    z = draw(p, (5,), 1).detach()
    base = torch.distributions.Normal(0.0, 1.0)
    for point in z:
        to_noise = prior.flow().transform
        volume = jacobian(to_noise, point).slogdet()[1]
        expected = base.log_prob(to_noise(point)).sum() + volume
        assert torch.allclose(p.log_prob(point), expected, atol=1e-5)
        assert abs(float(volume)) > 0.05  # it does bend
    assert p.support is constraints.real_vector and p.log_prob(z).shape == (5,)
