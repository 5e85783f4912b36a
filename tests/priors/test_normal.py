"""The Gaussian priors, against scipy."""

import numpy as np
import torch
from scipy import stats

from vaeteach import LearnedNormal, StandardNormal


def test_a_learned_normal_is_scipys_and_starts_at_the_standard_one():
    prior = LearnedNormal(3)
    z = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
    assert torch.equal(prior().log_prob(z), StandardNormal(3)().log_prob(z))
    with torch.no_grad():
        prior.mu.copy_(torch.tensor([1.0, -2.0, 0.5]))
        prior.logvar.copy_(torch.tensor([0.0, 1.0, -2.0]))
    scale = np.exp(0.5 * prior.logvar.detach().numpy())
    expected = stats.norm.logpdf(z.numpy(), prior.mu.detach().numpy(), scale).sum(1)
    np.testing.assert_allclose(prior().log_prob(z).detach(), expected, rtol=1e-5)


def test_the_standard_normal_has_nothing_to_learn():
    assert list(StandardNormal(2).parameters()) == []
    expected = stats.norm.logpdf([[0.3, -1.2]]).sum()
    assert abs(float(StandardNormal(2)().log_prob(torch.tensor([0.3, -1.2]))) - expected) < 1e-6
