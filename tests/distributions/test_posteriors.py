"""The families of q(z|x): gradients, and whatever an encoder may say."""

import math

import battery
import pytest
import torch
from families import (
    PAIRS,
    POSTERIOR_CASES,
    STANDARD_ERRORS,
    has_closed_form,
    posterior_case,
    prior_case,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import vaeteach as v
from vaeteach.distributions import POSTERIORS, draw, kl


@pytest.mark.parametrize("name", POSTERIOR_CASES)
def test_gradients_of_a_posterior_agree_with_finite_differences(name):
    case = posterior_case(name)
    z = draw(case(), (6,), 4)
    assert (
        battery.gradient_errors(lambda h: case.build(h).log_prob(z).sum(), case.parameters) < 1e-5
    )
    for prior, posterior in PAIRS:
        if posterior == name and has_closed_form(case(), prior_case(prior)()):
            p = prior_case(prior)()
            assert (
                battery.gradient_errors(lambda h, p=p: kl(case.build(h), p), case.parameters) < 1e-6
            )
    # a Beta's path is implicit, tested below
    if not name.startswith("beta") and name != "vMF, uniform":
        assert (
            battery.gradient_errors(
                lambda h: draw(case.build(h), (9,), 6).sin().sum(), case.parameters
            )
            < 1e-5
        )


@pytest.mark.parametrize("name", [n for n in POSTERIOR_CASES if n != "vMF, uniform"])
def test_the_gradient_through_samples_is_that_of_the_expectation(name):
    """d/dh E[f(z)] by quadrature against the mean of the pathwise gradients, in standard errors."""
    case = posterior_case(name)
    nodes, weight = battery.nodes(case.space, case.reach, 401)
    direction = torch.arange(1.0, nodes.shape[-1] + 1, dtype=torch.float64)
    f = lambda z: ((z * direction).sum(-1)).sin()  # noqa: E731
    (h,) = case.parameters
    leaf = h.clone().requires_grad_()
    (exact,) = torch.autograd.grad(
        (case.build(leaf).log_prob(nodes).exp() * f(nodes) * weight).sum(), leaf
    )
    rows = h.expand(20_000, -1).clone().requires_grad_()
    (paths,) = torch.autograd.grad(f(draw(case.build(rows), (), 7)).sum(), rows)
    error = paths.std(0) / math.sqrt(len(rows))
    assert bool(((paths.mean(0) - exact).abs() < STANDARD_ERRORS * error + 1e-9).all())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-40, 40, width=32), min_size=4, max_size=4),
    st.sampled_from(["beta", "kumaraswamy"]),
)
def test_a_posterior_on_the_box_is_finite_whatever_the_encoder_says(outputs, family):
    h = torch.tensor(outputs, requires_grad=True)
    q = POSTERIORS[family]()(h)
    z = draw(q, (20,), 0)
    assert bool(((z > 0) & (z < 1)).all())
    total = q.log_prob(z).sum() + kl(q, v.BetaPrior(2)()) + q.mean.sum() + q.stddev.sum()
    total.backward()
    assert bool(torch.isfinite(total)) and bool(torch.isfinite(h.grad).all())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-300, 300, width=32), min_size=3, max_size=3))
def test_a_posterior_on_the_sphere_is_finite_whatever_the_encoder_says(outputs):
    h = torch.tensor(outputs, requires_grad=True)
    q = POSTERIORS["von_mises_fisher"]()(h)
    z = draw(q, (20,), 0)
    total = q.log_prob(z).mean() + kl(q, v.SpherePrior()()) + q.mean.sum() + z.sum()
    total.backward()
    assert (
        bool(torch.isfinite(total))
        and bool(torch.isfinite(h.grad).all())
        and bool((q.stddev >= 0).all())
    )
