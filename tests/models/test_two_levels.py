"""Two levels: their bound beside exact log p(x), and a product of Gaussians beside quadrature."""

import math

import pytest
import torch
from families import jiggled, small_data

import vaeteach as v
from vaeteach.models import BottomUp, TopDown, build_two_levels, product, two_level_elbo

WAYS = pytest.mark.parametrize("way", [BottomUp, TopDown])


def built(way):
    prior = jiggled(v.HierarchicalPrior(2, hidden=6), 0.3)
    return build_two_levels(small_data(), prior, way, hidden=(16,)).double().requires_grad_(False)


@WAYS
def test_it_bounds_the_exact_log_p_of_x(way):
    model, x = built(way), small_data().double()[:6]
    parts = [model.levels(x, seed=s) for s in range(500)]
    bound = torch.stack([p.log_likelihood - p.lower - p.upper for p in parts])
    exact = v.log_marginal(model, x, box=(-8, 8))
    error = bound.std(0) / math.sqrt(len(bound))
    assert bool((bound.mean(0) < exact + 4 * error).all())


@WAYS
def test_the_parts_are_the_price_of_the_joint(way):
    """E_q log q(z, u|x) - log p(z, u), from densities and draws of its own."""
    model, x = built(way), small_data().double()[:3]
    seed = torch.Generator().manual_seed(3)
    noise = torch.randn(40_000, 2, 3, 2, generator=seed, dtype=torch.float64)
    if way is BottomUp:
        q = model.encoder(x)
        z = q.mean + q.stddev * noise[:, 0]
        above = model.upper_encoder(z)
        u = above.mean + above.stddev * noise[:, 1]
    else:
        above = model.upper_encoder(x)
        u = above.mean + above.stddev * noise[:, 1]
        q = product(model.encoder(x), model.prior.given(u))
        z = q.mean + q.stddev * noise[:, 0]
    upper = above.log_prob(u) - model.prior.upper().log_prob(u)
    lower = q.log_prob(z) - model.prior.given(u).log_prob(z)
    parts = [model.levels(x, seed=s) for s in range(2000)]
    for name, by_hand in (("lower", lower), ("upper", upper)):
        ours = torch.stack([getattr(p, name) for p in parts])
        error = (ours.var(0) / len(ours) + by_hand.var(0) / len(by_hand)).sqrt()
        assert bool(((ours.mean(0) - by_hand.mean(0)).abs() < 4.5 * error).all()), name


def test_a_product_of_gaussians_is_their_product_over_its_integral():
    axis = torch.linspace(-12, 12, 4001, dtype=torch.float64)
    a = v.gaussian(torch.tensor([1.5]).double(), torch.tensor([0.4]).double())
    b = v.gaussian(torch.tensor([-0.5]).double(), torch.tensor([-1.2]).double())
    joint = a.log_prob(axis[:, None]) + b.log_prob(axis[:, None])
    joint -= joint.logsumexp(0) + torch.log(axis[1] - axis[0])
    assert torch.allclose(product(a, b).log_prob(axis[:, None]), joint, atol=1e-9)


@WAYS
def test_it_trains_and_all_of_it_moves(way):
    model = build_two_levels(small_data(), v.HierarchicalPrior(2, hidden=6), way, hidden=(16,))
    before = {n: p.clone() for n, p in model.named_parameters()}
    v.fit(model, small_data(), epochs=2, objective=two_level_elbo, progress=False)
    assert not [n for n, p in model.named_parameters() if torch.equal(p, before[n])]
    x = small_data()[:5]
    bound = two_level_elbo(model, x, beta=2.0)
    assert torch.allclose(bound.value, bound.log_likelihood - 2 * bound.kl)
    assert model.encode(x).mean.shape == (5, 2) and model.sample(3).shape == (3, 12)


def test_both_ways_start_as_the_same_generative_model():
    a, b = (build_two_levels(small_data(), v.HierarchicalPrior(2), w) for w in (BottomUp, TopDown))
    for part in ("decoder", "prior"):
        mine, theirs = getattr(a, part).state_dict(), getattr(b, part).state_dict()
        assert all(torch.equal(mine[name], theirs[name]) for name in mine)
