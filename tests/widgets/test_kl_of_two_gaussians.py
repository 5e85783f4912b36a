"""The view of two Gaussians: closed form, area and samples are one number, in both directions."""

import math

import numpy as np
import pytest
import torch
from shown import shown
from torch.distributions import Normal, kl_divergence

from vaeteach.plots.densities import round_limit
from vaeteach.widgets import KLOfTwoGaussians
from vaeteach.widgets.kl_of_two_gaussians import Z, compare


def _torch(q, p):
    return kl_divergence(Normal(q[0], math.exp(q[1])), Normal(p[0], math.exp(p[1]))).item()


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("q", [(1.0, -0.7), (-2.0, 0.5), (0.0, 0.0), (0.3, -2.0)])
def test_truth_area_and_samples_agree(q, reverse):
    p = (0.2, 0.1)
    state = compare(q, p, np.random.default_rng(1).standard_normal(10_000), reverse)
    first, second = (p, q) if reverse else (q, p)
    truth = _torch(
        torch.tensor(first, dtype=torch.float64), torch.tensor(second, dtype=torch.float64)
    )
    assert state["truth"] == pytest.approx(truth, rel=1e-6, abs=1e-9)
    assert np.trapezoid(state["integrand"], Z) == pytest.approx(truth, rel=1e-4, abs=1e-6)
    assert abs(state["estimate"][-1] - truth) < 4.5 * state["stderr"][-1] + 1e-12
    assert state["names"] == (("p", "q") if reverse else ("q", "p"))


def test_running_estimate_is_the_mean_of_the_first_samples():
    noise = np.random.default_rng(2).standard_normal(10_000)
    state = compare((1.0, -0.5), (0.0, 0.0), noise)
    n = state["counts"][17]
    z = 1.0 + math.exp(-0.5) * noise[:n]
    terms = Normal(1.0, math.exp(-0.5)).log_prob(torch.tensor(z)) - Normal(0.0, 1.0).log_prob(
        torch.tensor(z)
    )
    assert state["estimate"][17] == pytest.approx(terms.mean().item(), rel=1e-6)
    assert state["stderr"][17] == pytest.approx(terms.std().item() / math.sqrt(n), rel=1e-6)


def test_sliders_and_direction_move_the_picture():
    bench = KLOfTwoGaussians()
    seen = {shown(bench).tobytes()}
    for change in (
        lambda: setattr(bench.mu, "value", -1.5),
        lambda: setattr(bench.log_sigma, "value", 0.4),
        lambda: setattr(bench.direction, "value", "KL(p || q)"),
    ):
        change()
        assert shown(bench).tobytes() not in seen
        seen.add(shown(bench).tobytes())
        assert f"{bench.state['truth']:.3f}" in bench.image.alt
    assert bench.state["names"] == ("p", "q")


def test_the_sliders_move_one_density_at_a_time():
    bench = KLOfTwoGaussians()
    q = bench.parameters["q"]
    seen, move = [], bench.move
    bench.move = lambda: (move(), seen.append(dict(bench.parameters)))
    bench.moves.value = "p"
    # no glance of anything else
    assert all(parameters == {"q": q, "p": (0.0, 0.0)} for parameters in seen)
    assert (bench.mu.value, bench.log_sigma.value) == (0.0, 0.0)
    assert bench.parameters == {"q": q, "p": (0.0, 0.0)}  # only looked at, not moved
    bench.mu.value = 2.0
    assert bench.parameters == {"q": q, "p": (2.0, 0.0)}
    bench.moves.value = "q"
    assert (bench.mu.value, bench.log_sigma.value) == q
    assert bench.parameters == {"q": q, "p": (2.0, 0.0)}


def test_the_axis_follows_a_large_divergence():
    bench = KLOfTwoGaussians()
    bench.log_sigma.value, bench.mu.value, bench.direction.value = -2.0, 3.0, "KL(p || q)"
    assert bench.state["truth"] > 50
    assert bench._axes[2].get_ylim()[1] == round_limit(bench.state["truth"]) > bench.state["truth"]


def test_extreme_corners_stay_finite():
    bench = KLOfTwoGaussians()
    for mu in (-3.0, 3.0):
        for log_sigma in (-2.0, 1.0):
            bench.mu.value, bench.log_sigma.value = mu, log_sigma
            assert all(
                np.isfinite(bench.state[k]).all()
                for k in ("integrand", "estimate", "stderr", "truth")
            )
