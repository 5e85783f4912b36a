"""A stretched distribution, against the Gaussian that it is when its base is one."""

import torch
from torch.distributions import Independent, Normal

from vaeteach.distributions import Stretched


def test_a_stretched_normal_is_a_normal():
    base = Independent(Normal(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 0.5])), 1)
    moved = Stretched(base, shift=2.0, stretch=3.0)
    same = Independent(Normal(torch.tensor([2.0, 3.0]), torch.tensor([3.0, 1.5])), 1)
    z = 4 * torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(moved.log_prob(z), same.log_prob(z), atol=1e-5)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        sample = moved.sample((40_000,))
    assert torch.allclose(sample.mean(0), same.mean, atol=0.06)
    assert torch.allclose(sample.std(0), same.stddev, rtol=0.02)
