"""The two parts of the mean KL, against quadrature and where both are known."""

import math

import numpy as np
import pytest
import torch
from small_posteriors import posteriors
from torch.distributions import Normal

import vaeteach as vt
from vaeteach.codes import surgery_of


@pytest.mark.parametrize("epoch", [0, 1, -1])
def test_the_kl_splits_into_information_and_marginal_kl(trained, data, epoch):
    model, history = trained
    now = {k: v.clone() for k, v in model.state_dict().items()}
    model.load_state_dict(history.snapshots[epoch].state)
    s = vt.surgery(model, data.train, seed=5)
    model.load_state_dict(now)
    assert abs(s.mean_kl - s.mutual_information - s.marginal_kl) < 3 * s.sum_error
    assert (
        -3 * s.mutual_information_error
        < s.mutual_information
        < s.log_n
        == math.log(len(data.train))
    )
    assert s.marginal_kl > -3 * s.marginal_kl_error
    assert s.sum_error < 0.1


def test_surgery_agrees_with_quadrature_in_one_dimension():
    q = posteriors(n=4, d=1)
    p = vt.gaussian(torch.zeros(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64))
    axis = torch.linspace(-14, 14, 20_001, dtype=torch.float64)
    each = torch.stack([Normal(m, s).log_prob(axis) for m, s in zip(q.mean[:, 0], q.stddev[:, 0])])
    mixture = torch.logsumexp(each, 0) - math.log(4)
    information = torch.trapezoid(each.exp() * (each - mixture), axis).mean()
    marginal = torch.trapezoid(mixture.exp() * (mixture - Normal(0.0, 1.0).log_prob(axis)), axis)
    s = surgery_of(q, p, seed=0, n_samples=40_000)
    assert abs(s.mutual_information - float(information)) < 3.5 * s.mutual_information_error
    assert abs(s.marginal_kl - float(marginal)) < 3.5 * s.marginal_kl_error
    assert s.mean_kl == pytest.approx(float(information + marginal), abs=1e-9)
    assert s.mutual_information_error < 0.01 and s.marginal_kl_error < 0.02


def test_information_is_log_n_for_codes_that_do_not_overlap_and_zero_for_equal_ones():
    p = vt.gaussian(torch.zeros(2), torch.zeros(2))
    apart = vt.gaussian(
        100.0 * torch.arange(16.0).reshape(16, 1).expand(16, 2), torch.full((16, 2), -4.0)
    )
    assert surgery_of(apart, p).mutual_information == pytest.approx(math.log(16), abs=1e-4)
    alike = surgery_of(vt.gaussian(torch.zeros(16, 2), torch.zeros(16, 2)), p)
    assert alike[:3] == pytest.approx((0, 0, 0), abs=1e-5)


def test_a_random_part_of_the_images_gives_the_same_within_its_own_error():
    q, p = posteriors(n=400), vt.gaussian(torch.zeros(2).double(), torch.zeros(2).double())
    full = surgery_of(q, p, n_samples=40_000)
    misses = []
    for seed in range(30):
        part = surgery_of(q, p, seed=seed, n_samples=200)
        error = math.hypot(part.marginal_kl_error, full.marginal_kl_error)
        misses.append((part.marginal_kl - full.marginal_kl) / error)
    assert part.mean_kl == pytest.approx(full.mean_kl)
    assert abs(np.mean(misses)) < 3.5 / 30**0.5 and 0.6 < np.std(misses) < 1.5
