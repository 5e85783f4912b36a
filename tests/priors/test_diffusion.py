"""The diffusion prior: what its network means, and that its training price is a bound."""

import torch
from families import jiggled

import vaeteach as vt


def test_it_starts_at_the_noise():
    prior = vt.DiffusionPrior(3, hidden=(8,), steps=4)
    z = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(prior().log_prob(z), vt.StandardNormal(3)().log_prob(z), atol=1e-6)
    assert torch.equal(prior.score(z, 0.4), -z)


def test_the_price_without_a_pull_is_the_kl_from_the_noise():
    q = vt.gaussian(torch.tensor([[0.8, -0.5], [0.1, 0.3]]), torch.tensor([[-2.0, -1], [0.5, -3]]))
    prior = vt.DiffusionPrior(2, hidden=(8,)).requires_grad_(False)
    estimates = torch.stack([prior.kl_bound(q, seed) for seed in range(400)])
    error = estimates.std(0) / len(estimates) ** 0.5
    exact = vt.kl(q, vt.StandardNormal(2)())
    assert bool(((estimates.mean(0) - exact).abs() < 4 * error).all())
    assert bool((error < 0.04 * exact).all())


def test_the_price_is_what_many_small_steps_cost():
    prior = jiggled(vt.DiffusionPrior(2, hidden=(8,)), 0.3).requires_grad_(False)
    q = vt.gaussian(torch.tensor([[0.8, -0.5]]).double(), torch.tensor([[-1.0, -0.5]]).double())
    many = vt.gaussian(q.mu.expand(4000, 2), q.logvar.expand(4000, 2))
    at_once = prior.kl_bound(many, 1)
    steps = vt.step_prices(many, prior.pull, 200, seed=2).sum(0)
    error = (at_once.var() / len(at_once) + steps.var() / len(steps)) ** 0.5
    assert abs(at_once.mean() - steps.mean()) < 4 * error + 0.01 * at_once.mean()


def test_the_score_is_the_noise_and_the_pull():
    prior = jiggled(vt.DiffusionPrior(2, hidden=(8,)))
    z = torch.randn(6, 2, generator=torch.Generator().manual_seed(0)).double()
    t = torch.linspace(0, 1, 6).double()
    one_by_one = torch.stack([prior.score(*pair) for pair in zip(z, t)])
    assert torch.allclose(prior.score(z, t), one_by_one)
    assert torch.allclose(prior.score(z, 1.0), -z)
