"""The battery catches the three published mistakes."""

import battery
import pytest
import torch
from families import CENTRES, P_VALUE, PerDimensionMixture, double
from torch.distributions import Distribution, constraints

import vaeteach as v


class JacobianCountedTwice(Distribution):
    """A flow whose log-determinant, already summed over dimensions, is added once for each of
    them.
    """

    arg_constraints, support, has_rsample = {}, constraints.real_vector, True

    def __init__(self, scale):
        self.scale = scale
        super().__init__(torch.Size(), scale.shape, validate_args=False)

    def log_prob(self, z):
        noise = torch.distributions.Normal(*double(0.0, 1.0)).log_prob(z / self.scale)
        return (noise - self.scale.log().sum()).sum(-1)

    def rsample(self, shape=()):
        return self.scale * torch.randn((*shape, 2), dtype=torch.float64)


class VarianceForDeviation(Distribution):
    """exp(logvar), a variance, taken for the standard deviation in the sampler; the density is
    right.
    """

    arg_constraints, support, has_rsample = {}, constraints.real_vector, True

    def __init__(self, mu, logvar):
        self.mu, self.logvar = mu, logvar
        super().__init__(torch.Size(), mu.shape, validate_args=False)

    def log_prob(self, z):
        return v.gaussian(self.mu, self.logvar).log_prob(z)

    def rsample(self, shape=()):
        return self.mu + self.logvar.exp() * torch.randn((*shape, 2), dtype=torch.float64)


SCALES, LOGVAR = double([0.5, 0.8], [-0.6, -0.3])


PLANTED = {
    "logsumexp per dimension": (
        lambda: PerDimensionMixture(CENTRES, torch.ones_like(CENTRES)),
        {"samples"},
    ),
    "log-determinant counted D times": (lambda: JacobianCountedTwice(SCALES), {"mass", "samples"}),
    "exp(logvar) as a standard deviation": (
        lambda: VarianceForDeviation(0 * LOGVAR, LOGVAR),
        {"samples"},
    ),
}


@pytest.mark.parametrize("mistake", PLANTED)
def test_the_battery_fails_on_a_published_mistake(mistake):
    build, caught_by = PLANTED[mistake]
    case = battery.Case(mistake, "plane", build)
    failed = set()
    if abs(battery.integral(case) - 1) > 2e-5:
        failed.add("mass")
    if battery.chi_square(case) <= P_VALUE:
        failed.add("samples")
    assert failed == caught_by


def test_the_same_three_pass_once_they_are_mended():
    """So that it is the mistake that fails, and not the fixture."""
    right = v.GaussianMixture(2, 2).double()
    with torch.no_grad():
        right.mu.copy_(CENTRES)
    for build in (
        right,
        lambda: v.gaussian(0 * SCALES, 2 * SCALES.log()),
        lambda: v.gaussian(0 * LOGVAR, LOGVAR),
    ):
        case = battery.Case("mended", "plane", build)
        assert battery.integral(case) == pytest.approx(1, abs=2e-5)
        assert battery.chi_square(case) > P_VALUE
