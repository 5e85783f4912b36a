"""Gaussians, draws and the KL's contract: one number per example, seeds, sentences for bad
input.
"""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vaeteach.distributions import draw, gaussian

sizes = st.integers(1, 5)


@given(sizes, sizes, st.integers(0, 10**6))
def test_log_prob_is_one_number_per_example_and_agrees_with_scipy(batch, dims, seed):
    g = torch.Generator().manual_seed(seed)
    mu, logvar, x = (torch.randn(batch, dims, generator=g, dtype=torch.float64) for _ in range(3))
    log_prob = gaussian(mu, logvar).log_prob(x)
    assert log_prob.shape == (batch,)
    expected = stats.norm(mu.numpy(), (logvar / 2).exp().numpy()).logpdf(x.numpy()).sum(1)
    assert log_prob.numpy() == pytest.approx(expected, rel=1e-9)


def test_log_prob_survives_a_variance_that_underflows_in_float32():
    q = gaussian(torch.zeros(1, 1), torch.full((1, 1), -150.0))
    assert q.log_prob(torch.zeros(1, 1)).item() == pytest.approx(
        75 - 0.5 * math.log(2 * math.pi), rel=1e-6
    )
    assert torch.isfinite(q.entropy()).all()


def test_draws_follow_the_density():
    q = gaussian(torch.tensor([1.0, -2.0]), torch.tensor([0.0, math.log(9.0)]))
    z = draw(q, (20_000,), seed=0)
    for column, mean, sd in ((0, 1, 1), (1, -2, 3)):
        assert stats.kstest(z[:, column].numpy(), stats.norm(mean, sd).cdf).pvalue > 0.001


def test_draws_carry_gradients_to_both_parameters():
    mu, logvar = torch.zeros(1, 2, requires_grad=True), torch.zeros(1, 2, requires_grad=True)
    draw(gaussian(mu, logvar), (100,)).square().mean().backward()
    assert mu.grad.abs().sum() > 0 and logvar.grad.abs().sum() > 0


def test_gaussian_says_what_is_wrong():
    with pytest.raises(ValueError, match=r"\(2,\).*\(3,\)"):
        gaussian(torch.zeros(2), torch.zeros(3))
    with pytest.raises(ValueError, match="last axis"):
        gaussian(torch.tensor(0.0), torch.zeros(1))
    with pytest.raises(TypeError, match="list"):
        gaussian([0.0], torch.zeros(1))
    with pytest.raises(TypeError, match="seed"):
        draw(gaussian(torch.zeros(1), torch.zeros(1)), seed=1.5)


def test_expand_keeps_the_family():
    q = gaussian(torch.zeros(2), torch.ones(2)).expand((3,))
    assert q.batch_shape == (3,) and q.logvar.shape == (3, 2)
