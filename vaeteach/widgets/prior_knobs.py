"""What can be changed in a prior by two sliders, family by family.

The networks beside it stand still.
"""

import math
from dataclasses import dataclass

import torch
from torch.distributions import Independent

from .. import priors
from ..distributions import Beta, Stretched, VonMisesFisher, gaussian, mixture
from ..distributions import StudentT as StudentTDistribution


@dataclass(frozen=True)
class Knobs:
    """What the two sliders mean for a family.

    Names, (low, high, step, start), and the prior that they make.
    """

    first: tuple
    second: tuple
    make: object  # (model, first, second) -> Distribution


def _stretched(model, shift, stretch):
    return Stretched(model.prior(), shift, stretch)


def _student(model, power, stretch):
    base = StudentTDistribution(model.prior.df * 10.0**power)
    return Stretched(Independent(base, 1, validate_args=False), 0, stretch)


def _wider_bumps(model, width, stretch):
    p = model.prior()
    q = p.component_distribution
    bumps = gaussian(q.mu, q.logvar + 2 * math.log(width))
    return Stretched(mixture(p.mixture_distribution.logits, bumps), 0, stretch)


def _beta(model, a, b):
    return Independent(
        Beta(torch.full((2,), float(a)), torch.full((2,), float(b))), 1, validate_args=False
    )


def _cap(model, kappa, turn):
    return VonMisesFisher(torch.tensor([0.0, 0.0, 1.0]), torch.tensor(float(kappa)))


SHIFT, STRETCH = ("shift", -3.0, 3.0, 0.1, 0.0), ("stretch", 0.4, 2.5, 0.05, 1.0)


BUMPS = ("bump width", 0.3, 3.0, 0.05, 1.0)


def knobs_of(prior):
    """The sliders that go with a prior module; their start is the prior as it was trained."""
    if isinstance(prior, priors.BetaPrior):
        a, b = float(prior.a[0]), float(prior.b[0])
        return Knobs(("a", 0.3, 8.0, 0.1, a), ("b", 0.3, 8.0, 0.1, b), _beta)
    if isinstance(prior, priors.SpherePrior):
        return Knobs(("kappa", 0.0, 10.0, 0.1, 0.0), ("turn °", -180.0, 180.0, 5.0, 0.0), _cap)
    if isinstance(prior, priors.StudentT):
        return Knobs(("df × 10^", -1.5, 2.5, 0.05, 0.0), STRETCH, _student)
    if isinstance(prior, (priors.GaussianMixture, priors.VampPrior)):
        return Knobs(BUMPS, STRETCH, _wider_bumps)
    return Knobs(SHIFT, STRETCH, _stretched)
