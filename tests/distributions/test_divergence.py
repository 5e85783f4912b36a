"""The KL between Gaussians: against sixty digits, torch's registry, quadrature and samples, and at
its extremes.
"""

import math
from decimal import Decimal, getcontext

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Normal, kl_divergence

from vaeteach import draw, kl, kl_standard_normal
from vaeteach.distributions import gaussian
from vaeteach.priors import GaussianMixture, StudentT

getcontext().prec = 60
FLOAT32_MAX = torch.finfo(torch.float32).max


def exact(mu, logvar):
    """KL(N(mu, e^v) || N(0, 1)) in sixty digits, from the very numbers that float32 holds."""
    mu, v = Decimal(mu), Decimal(logvar)
    return (mu * mu + v.exp() - 1 - v) / 2


def single(x):
    """x rounded to float32, as a Python float."""
    return torch.tensor(x, dtype=torch.float32).item()


def relative_error(mu, logvar):
    mu, logvar = single(mu), single(logvar)
    got = kl_standard_normal(torch.tensor([mu]), torch.tensor([logvar])).item()
    true = exact(mu, logvar)
    return abs((Decimal(got) - true) / true) if true else Decimal(abs(got))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    "size", [1e-5, 3e-5, 1e-4, 1e-3, 9.99e-3, 1.001e-2, 0.1, 0.99, 1.01, 5, 50, 88]
)
def test_float32_keeps_one_percent(sign, size):
    assert relative_error(0.0, sign * size) < 0.01


@given(st.floats(-88, 88), st.floats(-1e6, 1e6))
def test_float32_is_accurate_everywhere(logvar, mu):
    if abs(logvar) >= 1e-5 or abs(mu) >= 1e-10:
        assert relative_error(mu, logvar) < 0.01


@given(st.floats(-(2.0**60), 2.0**60, width=32), st.floats(-(2.0**100), 89.375, width=32))
def test_never_negative_and_finite_wherever_the_true_value_fits(mu, logvar):
    value = kl_standard_normal(torch.tensor([mu]), torch.tensor([logvar])).item()
    assert value >= 0
    if logvar > -1e6 and exact(mu, logvar) < Decimal(FLOAT32_MAX) * Decimal("0.999"):
        assert math.isfinite(value)


def test_textbook_form_in_float32_is_what_we_avoid():
    v = torch.linspace(-1e-3, 1e-3, 2001)
    textbook = 0.5 * (v.exp() - 1 - v)
    assert (textbook < 0).any() and (kl_standard_normal(torch.zeros(2001), v) >= 0).all()


@pytest.mark.parametrize(
    ("logvar", "expected"), [(-150.0, 74.5), (-210.0, 104.5), (89.0, 2.2448e38)]
)
def test_where_torchs_own_pair_fails(logvar, expected):
    v = torch.tensor([logvar])
    assert kl_standard_normal(torch.zeros(1), v).item() == pytest.approx(expected, rel=1e-4)
    assert kl(
        gaussian(torch.zeros(1), v), gaussian(torch.zeros(1), torch.zeros(1))
    ).item() == pytest.approx(expected, rel=1e-4)
    theirs = kl_divergence(
        Normal(torch.zeros(1), (v / 2).exp(), validate_args=False), Normal(0.0, 1.0)
    )
    assert not torch.isfinite(theirs).all()


def test_often_quoted_expression_is_minus_the_kl():
    g = torch.Generator().manual_seed(0)
    mu, v = (
        3 * torch.randn(10**6, generator=g, dtype=torch.float64),
        3 * torch.randn(10**6, generator=g).double(),
    )
    quoted = 0.5 * (1 + v - mu**2 - v.exp())
    assert quoted.max() <= 0
    assert torch.allclose(-quoted, kl_standard_normal(mu, v), rtol=1e-9, atol=1e-12)


pairs = st.tuples(*[st.floats(-3, 3)] * 4)


def _two(values):
    mu, v, nu, w = (torch.tensor([[x]], dtype=torch.float64) for x in values)
    return gaussian(mu, v), gaussian(nu, w)


@given(pairs)
def test_closed_form_agrees_with_torchs_registry_and_quadrature(values):
    q, p = _two(values)
    ours = kl(q, p).item()
    theirs = kl_divergence(Normal(q.mu, q.stddev), Normal(p.mu, p.stddev)).item()
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)
    z = q.mu[0] + q.stddev[0] * torch.linspace(-9, 9, 1801, dtype=torch.float64)[:, None]
    integrand = q.log_prob(z).exp() * (q.log_prob(z) - p.log_prob(z))
    assert ours == pytest.approx(torch.trapezoid(integrand, z[:, 0]).item(), rel=1e-6, abs=1e-9)


def test_closed_form_agrees_with_samples_within_their_error():
    g = torch.Generator().manual_seed(1)
    q = gaussian(torch.randn(40, 3, generator=g), torch.randn(40, 3, generator=g))
    p = gaussian(torch.randn(3, generator=g), torch.randn(3, generator=g))
    z = draw(q, (20_000,), seed=2)
    terms = q.log_prob(z) - p.log_prob(z)
    score = (terms.mean(0) - kl(q, p)) / (terms.std(0) / len(z) ** 0.5)
    assert score.abs().max() < 4.5 and 0.4 < score.square().mean() < 2.0


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 10**6))
def test_one_number_an_example_and_dimensions_add_up(batch, dims, seed):
    g = torch.Generator().manual_seed(seed)
    mu, v = torch.randn(batch, dims, generator=g), torch.randn(batch, dims, generator=g)
    each = kl_standard_normal(mu, v)
    whole = kl(gaussian(mu, v), gaussian(torch.zeros(dims), torch.zeros(dims)))
    assert each.shape == (batch, dims) and whole.shape == (batch,)
    assert torch.allclose(each.sum(-1), whole, rtol=1e-5, atol=1e-6)


def test_gradient_is_a_spring():
    g = torch.Generator().manual_seed(3)
    mu = torch.randn(200, 1, generator=g, dtype=torch.float64, requires_grad=True)
    v = torch.linspace(-20, 20, 200, dtype=torch.float64)[:, None].requires_grad_()
    by_mu, by_v = torch.autograd.grad(kl_standard_normal(mu, v).sum(), (mu, v))
    assert torch.allclose(by_mu, mu) and torch.allclose(by_v, 0.5 * v.expm1(), rtol=1e-9)
    assert torch.autograd.gradcheck(
        kl_standard_normal, (mu[:5], torch.randn(5, 1, dtype=torch.float64).requires_grad_())
    )


@pytest.mark.parametrize("v", [0.0, 1e-6, -1e-6, 1e-2, 1.0, -300.0, 80.0])
def test_gradient_has_no_nan_at_the_seams(v):
    logvar = torch.tensor([v], requires_grad=True)
    (slope,) = torch.autograd.grad(kl_standard_normal(torch.zeros(1), logvar).sum(), logvar)
    assert slope.item() == pytest.approx(0.5 * math.expm1(v), rel=1e-3, abs=1e-9)


def test_nan_stays_visible():
    nan = torch.tensor([float("nan")])
    assert torch.isnan(kl_standard_normal(nan, torch.zeros(1))).all()
    assert torch.isnan(kl_standard_normal(torch.zeros(1), nan)).all()


@pytest.mark.parametrize("prior", [StudentT(2, df=3.0), GaussianMixture(2, 3)])
def test_without_a_closed_form_the_samples_agree_with_quadrature(prior):
    q = gaussian(torch.tensor([[0.7, -0.4]]), torch.tensor([[-0.5, 0.3]]))
    axis = torch.linspace(-9, 9, 451)
    z = torch.cartesian_prod(axis, axis)
    with torch.no_grad():
        integrand = q.log_prob(z).double().exp() * (q.log_prob(z) - prior().log_prob(z))
        truth = integrand.sum().item() * float(axis[1] - axis[0]) ** 2
        terms = kl(q, prior(), draw(q, (40_000,), seed=5))[:, 0]
    error = terms.std().item() / len(terms) ** 0.5
    assert abs(terms.mean().item() - truth) < 4 * error
