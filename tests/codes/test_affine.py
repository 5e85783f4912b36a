"""The affine maps of the latents against hand calculation, and to 1e-10 in float64."""

import copy
import math

import pytest
import torch
from affine_models import EXACT, images, model_of
from exact_models import Fixed
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.distributions import Beta, Independent, Laplace, StudentT, kl_divergence

from vaeteach import build_vae, elbo, kl
from vaeteach.codes import (
    absorb_prior,
    affine_latents,
    rotate_latents,
    standardize_latents,
    standardize_latents_,
)
from vaeteach.distributions import gaussian

PRIORS = {
    1: ([1.5], [-1.2]),
    2: ([3.0, -0.7], [2 * math.log(2), -1.0]),
    5: ([0.0, 9.0, -2.0, 0.1, 1.0], [3.0, -4, 0, 1, -1]),
}


def test_one_dimension_by_hand():
    """Prior N(3, 2^2), posterior N(5, 1), first layer 4 z + 1: the numbers of the module's
    opening.
    """
    model = build_vae(torch.zeros(1, 1), 1, hidden=()).double()
    model.prior = Fixed(gaussian(torch.tensor([3.0]).double(), torch.tensor([4.0]).double().log()))
    with torch.no_grad():
        model.encoder.net[-1].weight.zero_()
        model.encoder.net[-1].bias.copy_(torch.tensor([5.0, 0.0]))
        model.decoder.net[0].weight.fill_(4.0)
        model.decoder.net[0].bias.fill_(1.0)
    x = torch.ones(1, 1).double()
    moved = absorb_prior(model)
    q = moved.encode(x)
    torch.testing.assert_close(
        torch.cat([q.mean, q.variance]).ravel(), torch.tensor([1.0, 0.25]).double(), **EXACT
    )
    assert moved.decoder.net[0].weight.item() == 8.0 and moved.decoder.net[0].bias.item() == 13.0
    by_hand = 0.5 * (1 / 4 + 1 - 1 + math.log(4))
    assert kl(model.encode(x), model.prior()).item() == pytest.approx(by_hand, abs=1e-12)
    assert kl(q, moved.prior()).item() == pytest.approx(by_hand, abs=1e-12)


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
@pytest.mark.parametrize("latent_dim", PRIORS)
def test_absorbing_changes_no_elbo_reconstruction_or_sample(latent_dim, likelihood):
    model, x = model_of(latent_dim, *PRIORS[latent_dim], likelihood=likelihood), images()
    before = copy.deepcopy(model.state_dict())
    moved = absorb_prior(model)
    p = moved.prior()
    assert p.mu.tolist() == p.logvar.tolist() == [0.0] * latent_dim
    for old, new in zip(elbo(model, x, seed=3), elbo(moved, x, seed=3)):
        torch.testing.assert_close(new, old, **EXACT)
    rebuilt = [m.decode(m.encode(x).mean).mean for m in (model, moved)]
    torch.testing.assert_close(*rebuilt, **EXACT)
    torch.testing.assert_close(moved.sample(7, seed=1), model.sample(7, seed=1), **EXACT)
    for name, value in model.state_dict().items():  # and the model that was handed in is as it was
        assert torch.equal(value, before[name])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-20, 20), st.floats(-8, 8)), min_size=1, max_size=6),
    st.integers(0, 10**6),
)
def test_absorbing_any_prior(parameters, seed):
    mean, logvar = ([row[i] for row in parameters] for i in (0, 1))
    model, x = model_of(len(mean), mean, logvar, seed=seed), images(8, seed=seed)
    old, new = elbo(model, x, seed=seed), elbo(absorb_prior(model), x, seed=seed)
    torch.testing.assert_close(new.value, old.value, rtol=1e-9, atol=1e-8)


def test_absorbing_is_undone_by_the_inverse_map():
    mean, logvar = PRIORS[2]
    model, x = model_of(2, mean, logvar), images()
    s = (model.prior().logvar / 2).exp()
    back = affine_latents(absorb_prior(model), -model.prior().mu / s, 1 / s, prior=model.prior)
    for name, value in model.state_dict().items():
        torch.testing.assert_close(back.state_dict()[name], value, **EXACT)
    torch.testing.assert_close(elbo(back, x).value, elbo(model, x).value, **EXACT)


def test_a_negative_scale_is_a_reflection():
    model, x = model_of(2), images()
    mirrored = affine_latents(model, 0.0, torch.tensor([-1.0, 1.0]))
    torch.testing.assert_close(
        mirrored.encode(x).mean, model.encode(x).mean * torch.tensor([-1.0, 1.0]), **EXACT
    )
    torch.testing.assert_close(mirrored.encode(x).variance, model.encode(x).variance, **EXACT)
    torch.testing.assert_close(elbo(mirrored, x).kl, elbo(model, x).kl, **EXACT)


@pytest.mark.parametrize("latent_dim", PRIORS)
@pytest.mark.parametrize("learned", [False, True])
def test_standardising_gains_exactly_the_kl_of_the_moments(latent_dim, learned):
    model, x = model_of(latent_dim, *(PRIORS[latent_dim] if learned else ())), images()
    moved = standardize_latents(model, x)
    q, u, p = model.encode(x), moved.encode(x), model.prior()
    torch.testing.assert_close(u.mean.mean(0), p.mean, **EXACT)
    torch.testing.assert_close(
        u.variance.mean(0) + u.mean.var(0, correction=0), p.variance, **EXACT
    )
    mean, variance = q.mean.mean(0), q.variance.mean(0) + q.mean.var(0, correction=0)
    gain = kl_divergence(gaussian(mean, variance.log()), p)
    assert gain > 0.05  # else this would test nothing
    torch.testing.assert_close(kl(q, p).mean() - kl(u, p).mean(), gain, **EXACT)
    torch.testing.assert_close(
        elbo(moved, x, seed=5).log_likelihood, elbo(model, x, seed=5).log_likelihood, **EXACT
    )
    torch.testing.assert_close(moved.decode(u.mean).mean, model.decode(q.mean).mean, **EXACT)


def test_no_other_shift_and_scale_gains_more():
    """Standardising is the maximum over the maps it belongs to: every small step away costs KL."""
    model, x = model_of(2), images()
    best = standardize_latents(model, x)
    kl_of = lambda m: kl(m.encode(x), m.prior()).mean()  # noqa: E731
    for shift, scale in [(0.05, 1.0), (-0.05, 1.0), (0.0, 1.05), (0.0, 0.95)]:
        assert kl_of(affine_latents(best, shift, scale)) > kl_of(best) + 1e-4


def test_standardising_twice_changes_nothing_and_in_place_is_the_same():
    model, x = model_of(3), images()
    once = standardize_latents(model, x)
    twice = standardize_latents(once, x)
    in_place = copy.deepcopy(model)
    parameters = [id(p) for p in in_place.parameters()]
    assert standardize_latents_(in_place, x) is in_place
    assert parameters == [id(p) for p in in_place.parameters()]  # an optimiser goes on holding them
    for name, value in once.state_dict().items():
        torch.testing.assert_close(twice.state_dict()[name], value, **EXACT)
        assert torch.equal(in_place.state_dict()[name], value)


def test_standardising_to_another_prior_on_the_line():
    prior = Fixed(
        Independent(
            Laplace(torch.tensor([1.0, 0.0]).double(), torch.tensor([2.0, 0.5]).double()), 1
        )
    )
    model, x = model_of(2), images()
    model.prior = prior
    u = standardize_latents(model, x).encode(x)
    torch.testing.assert_close(u.mean.mean(0), prior().mean, **EXACT)
    torch.testing.assert_close(
        u.variance.mean(0) + u.mean.var(0, correction=0), prior().variance, **EXACT
    )


def test_what_cannot_be_moved_is_refused_with_a_reason():
    x = images()
    model = model_of(2)
    with pytest.raises(ValueError, match="no scale of 0"):
        affine_latents(model, 0.0, torch.tensor([1.0, 0.0]))
    with pytest.raises(ValueError, match="finite"):
        affine_latents(model, float("nan"), 1.0)
    with pytest.raises(ValueError, match="orthogonal"):
        rotate_latents(model, torch.ones(2, 2))
    with pytest.raises(ValueError, match="an angle turns 2 latents"):
        rotate_latents(model_of(3), 0.3)
    with pytest.raises(ValueError, match="absorb_prior"):
        rotate_latents(model_of(2, *PRIORS[2]), 0.3)
    with pytest.raises(TypeError, match="must be a Gaussian with independent dimensions, which"):
        absorb_prior(rotate_latents(model, 0.3))
    with pytest.raises(ValueError, match="shape"):
        standardize_latents(model, x[0])
    model.decoder.net = nn.Sequential(nn.Tanh(), *model.decoder.net)
    with pytest.raises(TypeError, match="decoder's first layer must be an nn.Linear"):
        absorb_prior(model)


@pytest.mark.parametrize(
    ("distribution", "error", "words"),
    [
        (StudentT(torch.ones(2).double() * 2), ValueError, "variance positive"),
        (Beta(torch.ones(2).double(), torch.ones(2).double()), ValueError, "all of R"),
    ],
)
def test_priors_without_finite_moments_or_on_an_interval(distribution, error, words):
    model = model_of(2)
    model.prior = Fixed(Independent(distribution, 1))
    with pytest.raises(error, match=words):
        standardize_latents(model, images())
    with pytest.raises(TypeError, match="got (StudentT|Beta)"):
        absorb_prior(model)
