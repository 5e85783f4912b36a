"""Noise mixed into codes: the mixture, its score and what the codes add to it, by other roads."""

import math

import pytest
import torch

import vaeteach as vt


@pytest.fixture(scope="module")
def q():
    noise = torch.Generator().manual_seed(0)
    mu, logvar = torch.randn(2, 5, 2, generator=noise, dtype=torch.float64)
    return vt.gaussian(1.5 * mu, logvar - 1.5)


@pytest.fixture(scope="module")
def z():
    return 2 * torch.randn(3, 7, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def test_noised_codes_are_codes_and_noise_added_up(q):
    t, n = 0.3, 40_000
    e = torch.randn(n, 5, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    z = math.sqrt(1 - t) * vt.draw(q, (n,), seed=3) + math.sqrt(t) * e
    at_t = vt.noised(q, t)
    assert bool(((z.mean(0) - at_t.mean).abs() < 5 * at_t.stddev / n**0.5).all())
    assert torch.allclose(z.var(0), at_t.variance, rtol=0.04)


def test_at_the_ends_of_time_stand_the_codes_and_the_noise(q):
    assert torch.allclose(vt.noised(q, 0).mu, q.mu) and torch.allclose(
        vt.noised(q, 0).logvar, q.logvar
    )
    end = vt.noised(q, 1.0)
    assert float(end.mu.abs().max()) == 0 and float(end.logvar.abs().max()) == 0


@pytest.mark.parametrize("t", [0.0, 0.1, 0.7, 0.999, 1.0])
def test_scores_are_gradients_of_the_log_density(q, z, t):
    at_t, point = vt.noised(q, t), z.clone().requires_grad_()
    (wanted,) = torch.autograd.grad(vt.AggregatePosterior.of(at_t).log_prob(point).sum(), point)
    assert torch.allclose(vt.mixture_score(at_t, z), wanted, atol=1e-12)
    composed = -z + math.sqrt(1 - t) * vt.perfect_pull(q, z, t)
    assert torch.allclose(composed, wanted, atol=1e-12)


def test_the_perfect_pull_is_the_mean_of_the_single_ones(q):
    """The reason why denoising score matching works, by bins of many draws in one dimension."""
    line = vt.gaussian(q.mu[:, :1], q.logvar[:, :1])
    t, n = 0.2, 100_000
    z = vt.draw(vt.noised(line, t), (n,), seed=4)
    pulls = vt.distributions.one_pull(line, z, t).flatten()
    z = z.flatten()
    for low in (-1.0, 0.0, 0.5):
        inside = (z > low) & (z < low + 0.05)
        error = pulls[inside].std() / inside.sum() ** 0.5
        middle = vt.perfect_pull(line, torch.tensor([[low + 0.025]], dtype=z.dtype), t)
        assert abs(pulls[inside].mean() - middle) < 4 * error + 0.02


def test_a_share_is_between_nought_and_one(q):
    with pytest.raises(ValueError, match="share of the variance, 0 to 1; got 1.5"):
        vt.noised(q, 1.5)
