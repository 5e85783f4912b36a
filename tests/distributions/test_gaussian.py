"""Gaussians, draws and the KL's contract: one number per example, seeds, sentences for bad
input.
"""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch.distributions import Beta, Independent, Laplace, Normal, StudentT

from vaeteach.distributions import borrowed_rng, draw, gaussian, generator, kl, support_contains

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


@pytest.mark.parametrize(
    "family",
    [
        gaussian(torch.zeros(3, 2), torch.zeros(3, 2)),
        Independent(Laplace(torch.zeros(3, 2), torch.ones(3, 2)), 1),
    ],
)
def test_a_seed_repeats_a_generator_moves_on_and_the_global_state_stays(family):
    before = torch.get_rng_state()
    assert torch.equal(draw(family, (4,), seed=1), draw(family, (4,), seed=1))
    assert not torch.equal(draw(family, (4,), seed=1), draw(family, (4,), seed=2))
    moving = generator(5)
    assert not torch.equal(draw(family, seed=moving), draw(family, seed=moving))
    assert draw(family, (4,)).shape == (4, 3, 2)
    assert torch.equal(before, torch.get_rng_state())


def test_the_global_state_comes_back_even_after_an_error():
    before = torch.get_rng_state()
    with pytest.raises(RuntimeError), borrowed_rng(3):
        torch.randn(2)
        raise RuntimeError
    assert torch.equal(before, torch.get_rng_state())


def test_draws_carry_gradients_to_both_parameters():
    mu, logvar = torch.zeros(1, 2, requires_grad=True), torch.zeros(1, 2, requires_grad=True)
    draw(gaussian(mu, logvar), (100,)).square().mean().backward()
    assert mu.grad.abs().sum() > 0 and logvar.grad.abs().sum() > 0


def test_kl_without_a_closed_form_is_an_unbiased_estimate():
    q = gaussian(torch.tensor([[0.5, -0.3]]), torch.tensor([[-1.0, 0.2]]))
    p = Independent(StudentT(torch.full((2,), 5.0)), 1)
    z = draw(q, (200_000,), seed=0)
    estimates = kl(q, p, z).double()
    # the same integral by quadrature, dimension by dimension
    x = torch.linspace(-12, 12, 40_001, dtype=torch.float64)
    exact = 0.0
    for mean, logvar in ((0.5, -1.0), (-0.3, 0.2)):
        log_q = Normal(mean, math.exp(logvar / 2)).log_prob(x)
        log_p = StudentT(5.0).log_prob(x)
        exact += torch.trapezoid(log_q.exp() * (log_q - log_p), x).item()
    error = estimates.std().item() / math.sqrt(len(z))
    assert estimates.mean().item() == pytest.approx(exact, abs=4 * error)
    assert kl(q, p).shape == (1,)


def test_kl_refuses_what_cannot_be():
    q = gaussian(torch.zeros(2, 3), torch.zeros(2, 3))
    with pytest.raises(ValueError, match="same space"):
        kl(q, gaussian(torch.zeros(2), torch.zeros(2)))
    with pytest.raises(ValueError, match="infinite"):
        kl(q, Independent(Beta(torch.ones(3), torch.ones(3)), 1))


def test_supports():
    unit, line = Beta(1.0, 1.0).support, Normal(0.0, 1.0).support
    assert (
        support_contains(line, unit)
        and support_contains(unit, unit)
        and not support_contains(unit, line)
    )


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
