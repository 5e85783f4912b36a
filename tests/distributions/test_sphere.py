"""von Mises-Fisher and the uniform sphere, from concentration 0 to a million."""

import math

import pytest
import torch
from families import STANDARD_ERRORS
from scipy import stats as scipy_stats

import vaeteach as v
from vaeteach.distributions import draw, kl


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    "kappa", [0.0, 1e-8, 1e-4, 0.049, 0.051, 0.199, 0.201, 1.0, 50.0, 1e4, 1e6]
)
def test_von_mises_fisher_from_concentration_0_to_a_million(kappa, dtype):
    loc = torch.tensor([0.0, 0.6, -0.8], dtype=dtype)
    concentration = torch.tensor(kappa, dtype=dtype, requires_grad=True)
    q = v.VonMisesFisher(loc, concentration)
    z = draw(q, (2000,), 0)
    value = kl(q, v.SphereUniform(loc))
    (q.log_prob(z).mean() + value + z.mean()).backward()
    assert bool(torch.isfinite(concentration.grad)) and bool(torch.isfinite(q.log_prob(z)).all())
    k = max(kappa, 1e-9)  # the reference in scipy's terms, at double precision
    log_sinh = k + math.log(-math.expm1(-2 * k)) - math.log(2)
    reference = k / math.tanh(k) - 1 + math.log(k) - log_sinh if kappa > 1e-3 else k**2 / 6
    assert float(value.detach()) == pytest.approx(reference, abs=2e-6, rel=1e-6)
    z = z.detach()
    assert float((z.norm(dim=-1) - 1).abs().max()) < 1e-6
    drop = 1 - (z.double() * loc.double()).sum(-1)
    assert float(drop.mean()) == pytest.approx(
        1 + 1 / k - 1 / math.tanh(k) if kappa > 1e-3 else 1, rel=0.1
    )


def test_von_mises_fisher_agrees_with_scipy():
    loc, kappa = torch.tensor([0.0, 0.6, 0.8], dtype=torch.float64), 7.5
    z = draw(v.VonMisesFisher(loc, torch.tensor(kappa)), (50,), 0)
    theirs = scipy_stats.vonmises_fisher(loc.numpy(), kappa).logpdf(z.numpy())
    ours = v.VonMisesFisher(loc, torch.tensor(kappa, dtype=torch.float64)).log_prob(z)
    assert torch.allclose(ours, torch.tensor(theirs), atol=1e-9)


@pytest.mark.parametrize("kappas", [(5.0, 5.0), (0.0, 3.0), (3.0, 0.0), (200.0, 1.0), (1e4, 1e4)])
def test_kl_between_two_von_mises_fisher(kappas):
    a, b = (torch.tensor(x, dtype=torch.float64) for x in ([0.0, 0.6, 0.8], [0.6, 0.0, 0.8]))
    q, p = (
        v.VonMisesFisher(loc, torch.tensor(k, dtype=torch.float64))
        for loc, k in zip((a, b), kappas)
    )
    z = draw(q, (40_000,), 1)
    estimate = q.log_prob(z) - p.log_prob(z)
    assert (
        abs(float(kl(q, p) - estimate.mean()))
        < STANDARD_ERRORS * float(estimate.std()) / 200 + 1e-9
    )
    assert abs(float(kl(q, q))) < 1e-10
