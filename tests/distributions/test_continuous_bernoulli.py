"""The continuous Bernoulli, against quadrature."""

import numpy as np
import pytest
import torch

from vaeteach import build_vae


@pytest.mark.parametrize("logit", [-30.0, -1.0, -0.11, -0.09, -1e-4, 0.0, 1e-3, 0.5, 20.0])
def test_the_mean_of_a_continuous_bernoulli_by_quadrature(logit):
    model = build_vae(torch.rand(1, 1), latent_dim=1, hidden=(), likelihood="continuous_bernoulli")
    p = model.decoder.likelihood(torch.tensor([[logit]]))
    x = np.linspace(0, 1, 20_001)
    density = np.exp(logit * x - max(logit, 0.0))  # proportional to lambda^x (1 - lambda)^(1 - x)
    expected = np.trapezoid(x * density, x) / np.trapezoid(density, x)
    assert p.mean.item() == pytest.approx(expected, abs=2e-5)
    values = torch.linspace(0, 1, 20_001)[:, None]
    assert torch.trapezoid(p.log_prob(values).exp(), values[:, 0]).item() == pytest.approx(
        1, abs=1e-4
    )
