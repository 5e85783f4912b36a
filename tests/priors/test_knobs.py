"""What can be turned in a prior, against the same prior made that way."""

import math

import pytest
import torch
from families import MODULES, model_with

import vaeteach as vt
from vaeteach.distributions import draw
from vaeteach.priors import knobs_of, turned


@pytest.mark.parametrize("name", MODULES)
def test_every_prior_starts_as_it_is(name):
    prior, knobs = MODULES[name][2](), knobs_of(MODULES[name][2]())
    assert 1 <= len(knobs) <= 2
    assert all(knob.low <= knob.start <= knob.high and knob.step > 0 for knob in knobs)
    z = draw(prior(), (30,), 0)
    now = turned(prior, *(knob.start for knob in knobs))
    torch.testing.assert_close(now.log_prob(z), prior().log_prob(z), rtol=1e-5, atol=1e-5)


def test_turned_it_is_another_of_its_family():
    z = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
    heavier = turned(vt.StudentT(2, 5.0), -0.5, 1.0)
    torch.testing.assert_close(heavier.log_prob(z), vt.StudentT(2, 5 * 10**-0.5)().log_prob(z))
    box = turned(vt.BetaPrior(2, [2.0, 4.0], 1.0), 3.0, 2.0)
    expected = vt.BetaPrior(2, [3.0, 6.0], 2.0)().log_prob(torch.sigmoid(z))
    torch.testing.assert_close(box.log_prob(torch.sigmoid(z)), expected)
    bumps = vt.GaussianMixture(2, 3)
    wider = turned(bumps, 2.0, 1.0)
    with torch.no_grad():
        bumps.logvar += 2 * math.log(2)
    torch.testing.assert_close(wider.log_prob(z), bumps().log_prob(z))
    pole = torch.tensor([0.0, 0.0, 1.0])
    assert turned(vt.SpherePrior(), 4.0).mean @ pole == pytest.approx(1 / math.tanh(4) - 1 / 4)


def test_a_slider_reaches_where_the_prior_stands():
    a, b = knobs_of(vt.BetaPrior(2, 20.0, 0.1))
    assert (a.start, a.high) == (20, 20) and b.start == b.low == pytest.approx(0.1)


def test_what_cannot_be_moved_stands_still():
    bits = vt.BernoulliPrior(2)
    assert knobs_of(bits) == ()
    assert float(turned(bits).log_prob(torch.ones(2)).detach()) == pytest.approx(-2 * math.log(2))
    # bumps in a box are no Gaussians
    assert knobs_of(model_with("vamp in the box").prior) == ()
