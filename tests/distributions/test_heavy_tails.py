"""Student's t and Laplace, against scipy and at their ends."""

import pytest
import torch
from scipy import stats as scipy_stats
from torch.distributions import Independent

import vaeteach as v
from vaeteach.distributions import StandardLaplace, StudentT, draw, kl


@pytest.mark.parametrize("df", [1e-2, 1.0, 5.0, 1e3, 1e6])
def test_student_t_from_df_1_to_a_million_in_float32(df):
    z = torch.tensor([-1e6, -30.0, -1.0, 0.0, 0.5, 8.0])
    leaf = torch.tensor(df, requires_grad=True)
    log_prob = StudentT(leaf).log_prob(z)
    log_prob.sum().backward()
    assert bool(torch.isfinite(leaf.grad))
    theirs = scipy_stats.t(df).logpdf(z.double().numpy())
    assert torch.allclose(log_prob.detach().double(), torch.tensor(theirs), rtol=1e-5, atol=1e-5)
    assert bool(torch.isfinite(draw(StudentT(torch.full((1000,), max(df, 1.0))), (), 0)).all())


def test_a_student_t_with_many_degrees_is_the_normal():
    z = torch.linspace(-4, 4, 9).reshape(-1, 1).expand(-1, 2)
    assert torch.allclose(
        v.StudentT(2, 1e6)().log_prob(z), v.StandardNormal(2)().log_prob(z), atol=1e-4
    )


@pytest.mark.parametrize("logvar", [-300.0, -100.0, 0.0, 60.0])
def test_kl_to_a_laplace_stays_finite(logvar):
    mu = torch.tensor([3.0, 0.0], requires_grad=True)
    spread = torch.full((2,), logvar, requires_grad=True)
    value = kl(v.gaussian(mu, spread), v.Laplace(2)())
    value.backward()
    assert all(bool(torch.isfinite(t).all()) for t in (value, mu.grad, spread.grad))


def test_laplace_is_scipys():
    z = torch.linspace(-5, 5, 11)
    ours = Independent(StandardLaplace(torch.zeros(1)), 1).log_prob(z.unsqueeze(-1))
    assert torch.allclose(
        ours.double(), torch.tensor(scipy_stats.laplace.logpdf(z.double().numpy())), atol=1e-6
    )
