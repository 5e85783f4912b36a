"""The mixture: one density of the whole vector, also far from every component."""

import math

import battery
import pytest
import torch
from families import CENTRES, PerDimensionMixture, double

import vaeteach as v


def test_mixture_components_forty_sigma_apart_stay_finite():
    prior = v.GaussianMixture(2, 2)
    with torch.no_grad():
        prior.mu.copy_(torch.tensor([[-20.0, -20.0], [20.0, 20.0]]))
    z = torch.tensor([[-20.0, -20.0], [0.0, 0.0], [20.0, -20.0], [400.0, 400.0]])
    log_prob = prior().log_prob(z)
    log_prob.sum().backward()
    assert bool(torch.isfinite(log_prob).all()) and bool(torch.isfinite(prior.mu.grad).all())
    log_prob = log_prob.detach()
    by_hand = math.log(0.5) - math.log(2 * math.pi)  # one component, at its mean
    assert float(log_prob[0]) == pytest.approx(by_hand, abs=1e-5)
    assert float(log_prob[1]) == pytest.approx(-400 - math.log(2 * math.pi), abs=1e-3)
    case = battery.Case("far apart", "plane", lambda: prior.double()(), reach=32.0)
    assert battery.integral(case, 801) == pytest.approx(1, abs=1e-6)


def test_the_wrong_mixture_at_the_point_between():
    """At (3, -3) of an even mixture at (3, 3) and (-3, -3) there is next to nothing; the wrong
    density sees a bump.
    """
    (z,) = double([3.0, -3.0])
    right = v.GaussianMixture(2, 2).double()
    with torch.no_grad():
        right.mu.copy_(CENTRES)
    assert float(
        PerDimensionMixture(CENTRES, torch.ones_like(CENTRES)).log_prob(z)
    ) == pytest.approx(-3.224, abs=1e-3)
    assert float(right().log_prob(z).detach()) == pytest.approx(-19.838, abs=1e-3)
