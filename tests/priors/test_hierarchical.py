"""A prior with a prior: its density beside draws, and the map of the upper level absorbed."""

import math

import pytest
import torch
from families import MODULES

import vaeteach as v
from vaeteach.distributions import draw


@pytest.fixture(scope="module")
def prior():
    return MODULES["hierarchical"][2]().requires_grad_(False)


def test_the_density_is_the_mean_of_p_z_given_u_over_draws_of_u(prior):
    z = draw(prior(), (5,), 0)
    u = torch.randn(200_000, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    each = prior.given(u).log_prob(z.unsqueeze(1)).exp()
    error = 4 * each.std(1) / math.sqrt(len(u))
    assert bool(((each.mean(1) - prior().log_prob(z).exp()).abs() < error).all())


def test_more_points_change_nothing(prior):
    finer = v.HierarchicalPrior(2, hidden=6, points=81).double().requires_grad_(False)
    finer.load_state_dict({**finer.state_dict(), **dict(prior.named_parameters())})
    z = draw(prior(), (200,), 0)
    assert float((finer().log_prob(z) - prior().log_prob(z)).abs().max()) < 2e-5


def test_a_learned_upper_level_is_absorbed_by_the_layer_below_it(prior):
    """u = m + s e: the first layer takes m and s over, and p(z) stays as it was."""
    upper = v.LearnedNormal(2).double().requires_grad_(False)
    upper.mu.copy_(torch.tensor([0.7, -1.1]))
    upper.logvar.copy_(torch.tensor([0.8, -0.5]))
    learned = MODULES["hierarchical"][2]().requires_grad_(False)
    learned.upper = upper
    absorbed = MODULES["hierarchical"][2]().requires_grad_(False)
    layer = absorbed.net[0]
    layer.bias += layer.weight @ upper.mu
    layer.weight *= (upper.logvar / 2).exp()
    z = draw(learned(), (100,), 0)
    assert torch.allclose(learned().log_prob(z), absorbed().log_prob(z), atol=1e-9)
    assert float((learned().log_prob(z) - prior().log_prob(z)).abs().max()) > 0.1
    assert torch.allclose(z, draw(absorbed(), (100,), 0))


def test_it_starts_with_about_half_of_its_variance_from_above():
    start = v.HierarchicalPrior(2).requires_grad_(False)
    assert float(start().mean.abs().max()) < 0.5
    assert 0.6 < float(start().variance.min()) and float(start().variance.max()) < 1.6
    u = torch.randn(2000, 2, generator=torch.Generator().manual_seed(0))
    assert 0.2 < float(start.given(u).mean.var(0).mean()) < 0.9
