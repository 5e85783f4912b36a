"""The price of a diffusion step by step: what it must add up to."""

import math

import pytest
import torch

import vaeteach as vt


def test_one_gaussian_costs_what_its_kl_says():
    """With one code, diffused and rebuilt by the perfect pull, many steps cost next to nothing."""
    q = vt.gaussian(torch.tensor([[0.6, -0.3]]), torch.full((1, 2), math.log(0.3)))
    costs = [
        float(vt.step_prices(q, lambda z, t: vt.perfect_pull(q, z, t), n).sum())
        for n in (5, 20, 80)
    ]
    assert costs[0] > 2.5 * costs[1] > 6 * costs[2] > 0


def test_without_a_pull_the_model_is_the_noise_and_the_price_is_the_kl_from_it():
    """Then p(z_0) is N(0, I) at every number of steps, and many steps leave KL(q || N(0, I))."""
    q = vt.gaussian(
        torch.tensor([[0.8, -0.5], [0.1, 0.3]]), torch.tensor([[-2.0, -1.0], [0.0, -3]])
    )
    exact = vt.kl(q, vt.gaussian(torch.zeros(2), torch.zeros(2)))
    draws = torch.stack(
        [vt.step_prices(q, lambda z, t: 0 * z, 60, seed=s).sum(0) for s in range(60)]
    )
    error = draws.std(0) / len(draws) ** 0.5
    assert bool((draws.mean(0) > exact - 4 * error).all())  # a bound from above
    assert bool((draws.mean(0) - exact < 0.15 * exact + 4 * error).all())


@pytest.mark.parametrize("steps", [1, 3])
def test_one_price_for_each_step_and_image(steps):
    q = vt.gaussian(torch.zeros(4, 3), torch.zeros(4, 3))
    prices = vt.step_prices(q, lambda z, t: 0 * z, steps)
    assert prices.shape == (steps, 4) and float(prices.abs().max()) < 1e-5  # q is the noise itself
    assert torch.equal(prices, vt.step_prices(q, lambda z, t: 0 * z, steps))
