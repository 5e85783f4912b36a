"""The flow as a prior."""

import pytest
import torch

import vaeteach as v
from vaeteach.distributions import draw


@pytest.mark.parametrize("latent_dim", [1, 3])
def test_a_flow_starts_at_the_standard_normal(latent_dim):
    z = draw(v.StandardNormal(latent_dim)(), (10,), 0)
    flow = v.FlowPrior(latent_dim)
    assert torch.allclose(flow().log_prob(z), v.StandardNormal(latent_dim)().log_prob(z), atol=1e-5)
    assert draw(flow(), (4,)).shape == (4, latent_dim) and all(
        p.requires_grad for p in flow.parameters()
    )
