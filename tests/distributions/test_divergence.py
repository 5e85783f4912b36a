"""The KL between Gaussians: against sixty digits, torch's registry, quadrature and samples, and at
its extremes.
"""

import math
from decimal import Decimal, getcontext

import battery
import pytest
import torch
from families import MODULES, PAIRS, STANDARD_ERRORS, has_closed_form, posterior_case, prior_case
from hypothesis import given
from hypothesis import strategies as st
from torch import distributions as td
from torch.distributions import Independent, Normal, kl_divergence

import vaeteach as v
from vaeteach import kl_standard_normal
from vaeteach.distributions import POSTERIORS, draw, gaussian, kl, support_contains
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


def test_kl_without_a_closed_form_is_an_unbiased_estimate():
    q = gaussian(torch.tensor([[0.5, -0.3]]), torch.tensor([[-1.0, 0.2]]))
    p = Independent(td.StudentT(torch.full((2,), 5.0)), 1)
    z = draw(q, (200_000,), seed=0)
    estimates = kl(q, p, z).double()
    # the same integral by quadrature, dimension by dimension
    x = torch.linspace(-12, 12, 40_001, dtype=torch.float64)
    exact = 0.0
    for mean, logvar in ((0.5, -1.0), (-0.3, 0.2)):
        log_q = Normal(mean, math.exp(logvar / 2)).log_prob(x)
        log_p = td.StudentT(5.0).log_prob(x)
        exact += torch.trapezoid(log_q.exp() * (log_q - log_p), x).item()
    error = estimates.std().item() / math.sqrt(len(z))
    assert estimates.mean().item() == pytest.approx(exact, abs=4 * error)
    assert kl(q, p).shape == (1,)


def test_kl_refuses_what_cannot_be():
    q = gaussian(torch.zeros(2, 3), torch.zeros(2, 3))
    with pytest.raises(ValueError, match="same space"):
        kl(q, gaussian(torch.zeros(2), torch.zeros(2)))
    with pytest.raises(ValueError, match="infinite"):
        kl(q, Independent(td.Beta(torch.ones(3), torch.ones(3)), 1))


def test_supports():
    unit, line = td.Beta(1.0, 1.0).support, Normal(0.0, 1.0).support
    assert (
        support_contains(line, unit)
        and support_contains(unit, unit)
        and not support_contains(unit, line)
    )


@pytest.mark.parametrize(("prior", "posterior"), PAIRS)
@torch.no_grad()
def test_kl_agrees_with_monte_carlo_and_with_quadrature(prior, posterior):
    q, p = posterior_case(posterior)(), prior_case(prior)()
    z = draw(q, (40_000,), 5)
    estimate = q.log_prob(z) - p.log_prob(z)
    exact = kl(q, p)
    # a kink needs a fine grid; where q has no mass to speak of, a dear prior is not asked
    nodes, weight = battery.nodes(MODULES[prior][0], 12.0, 1601 if prior == "laplace" else 401)
    there = q.log_prob(nodes) > -40
    nodes, weight, log_q = nodes[there], weight[there], q.log_prob(nodes[there])
    by_quadrature = float((log_q.exp() * (log_q - p.log_prob(nodes)) * weight).sum())
    tolerance = STANDARD_ERRORS * float(estimate.std()) / math.sqrt(len(z)) + 1e-9
    assert float(estimate.mean()) == pytest.approx(by_quadrature, abs=tolerance + 1e-4)
    if has_closed_form(q, p):
        assert float(exact) == pytest.approx(by_quadrature, abs=1e-4)
        assert float(exact) == pytest.approx(float(estimate.mean()), abs=tolerance)
    else:  # a single sample: only its mean over many is the KL
        assert torch.equal(kl(q, p, z), estimate)


def test_which_pairs_are_exact():
    closed = {(p, q) for p, q in PAIRS if has_closed_form(posterior_case(q)(), prior_case(p)())}
    expected = {(p, "gaussian") for p in ("standard normal", "learned normal", "laplace")}
    expected |= {(p, "beta, wide") for p in MODULES if p.startswith("beta")}
    assert closed == expected | {("sphere", "vMF, wide"), ("sphere", "vMF, narrow")}


@pytest.mark.parametrize(
    ("q", "p"),
    [
        (v.gaussian(torch.zeros(3, 2), torch.zeros(3, 2)), v.BetaPrior(2)),
        (v.gaussian(torch.zeros(3, 3), torch.zeros(3, 3)), v.SpherePrior()),
        (POSTERIORS["von_mises_fisher"]()(torch.ones(4, 3)), v.StandardNormal(3)),
        (POSTERIORS["von_mises_fisher"]()(torch.ones(4, 3)), v.GaussianMixture(3, 2)),
        (POSTERIORS["beta"]()(torch.ones(4, 6)), v.SpherePrior()),
    ],
)
def test_incompatible_pairs_are_refused_with_the_reason(q, p):
    with pytest.raises(ValueError, match="mass where the prior has none.*infinite"):
        kl(q, p())


def test_a_box_inside_the_plane_is_compatible():
    q = POSTERIORS["beta"]()(torch.zeros(4, 4))
    assert bool(torch.isfinite(kl(q, v.StandardNormal(2)(), seed=0)).all())
    assert bool(torch.isfinite(kl(q, v.GaussianMixture(2, 3)(), seed=0)).all())
