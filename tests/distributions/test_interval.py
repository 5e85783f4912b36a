"""Beta and Kumaraswamy, against scipy and their own CDF."""

import math

import pytest
import torch
from families import P_VALUE
from scipy import special
from scipy import stats as scipy_stats

from vaeteach.distributions import Beta, Kumaraswamy, draw, kl


@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (2.0, 1.0), (1e4, 2e4), (0.5, 0.5)])
def test_beta_agrees_with_scipy_also_at_large_parameters(a, b):
    q = Beta(torch.tensor(a), torch.tensor(b))
    z = torch.tensor([1e-4, 0.2, 1 / 3, 0.9])
    theirs = scipy_stats.beta(a, b).logpdf(z.double().numpy())
    assert torch.allclose(q.log_prob(z).double(), torch.tensor(theirs), rtol=1e-5, atol=1e-4)
    p = Beta(torch.tensor(2.0), torch.tensor(1.0))
    reference = (
        special.betaln(2, 1)
        - special.betaln(a, b)
        + (a - 2) * special.psi(a)
        + (b - 1) * special.psi(b)
        + (3 - a - b) * special.psi(a + b)
    )  # fmt: skip
    assert float(kl(q.expand((1,)), p.expand((1,)))) == pytest.approx(reference, rel=1e-5, abs=1e-6)


def test_kumaraswamy_agrees_with_its_cdf():
    q = Kumaraswamy(torch.tensor(2.5).double().log(), torch.tensor(4.0).double().log())
    z = draw(q, (20_000,), 0).numpy()
    assert scipy_stats.kstest(z, lambda x: 1 - (1 - x**2.5) ** 4).pvalue > P_VALUE
    assert float(q.mean) == pytest.approx(4 * special.beta(1 + 1 / 2.5, 4), rel=1e-9)


@pytest.mark.parametrize("family", [Beta, Kumaraswamy])
def test_outside_the_box_there_is_no_density(family):
    q = family(torch.tensor(0.5), torch.tensor(0.7))
    assert bool((q.log_prob(torch.tensor([-0.1, 0.0, 1.0, 3.0])) == -math.inf).all())
