"""Samplers and quality measures against scipy, scikit-learn, direct loops and cases worked out by
hand.
"""

import math

import numpy as np
import pytest
import torch
from scipy import stats
from torch import nn
from torch.distributions import Bernoulli, Beta, Independent

from vaeteach import AggregatePosterior, build_vae, draw, load, log_marginal, moments
from vaeteach.codes import fit_codes, generate, inpaint, rotate_latents
from vaeteach.distributions import gaussian


def images(n=60, pixels=10, seed=0):
    return (torch.rand(n, pixels, generator=torch.Generator().manual_seed(seed)) < 0.4).float()


def model_of(latent_dim=2, spread=6.0):
    model = build_vae(images(), latent_dim, hidden=(8,), seed=1)
    with torch.no_grad():
        model.encoder.net[-1].weight *= spread
        model.encoder.net[-1].bias[0] += 1.5
        model.decoder.net[-1].weight *= 8
    return model


def sample_matches(distribution, mean, covariance, n=40_000):
    """Mean and covariance of draws, within five standard errors."""
    z = draw(distribution, (n,), seed=3).detach().double()
    error = (covariance.diagonal() / n).sqrt()
    assert ((z.mean(0) - mean).abs() < 5 * error).all()
    torch.testing.assert_close(
        torch.cov(z.T).reshape(covariance.shape),
        covariance,
        atol=8 * float(covariance.diagonal().max()) / n**0.5,
        rtol=0,
    )


@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_normal_has_the_moments_of_the_aggregate(latent_dim):
    model, x = model_of(latent_dim), images()
    normal = fit_codes(model, x, "normal")
    expected = moments(model, x)
    torch.testing.assert_close(normal.mean, expected.mean)
    torch.testing.assert_close(normal.variance, expected.variance)
    with torch.no_grad():
        q = model.encode(x)
    by_loop = sum(
        torch.diag(v) + torch.outer(m, m) for m, v in zip(q.mean.double(), q.variance.double())
    ) / len(x)
    by_loop = by_loop - torch.outer(expected.mean.double(), expected.mean.double())
    torch.testing.assert_close(normal.covariance_matrix.double(), by_loop, rtol=1e-4, atol=1e-6)
    sample_matches(
        AggregatePosterior(model, x), normal.mean.double(), normal.covariance_matrix.double()
    )


def test_normal_of_a_turned_model_is_the_turned_normal():
    """The within part is a full matrix there; taking its diagonal would lose it."""
    model, x = model_of(2), images()
    normal, turned = fit_codes(model, x), fit_codes(rotate_latents(model, 0.6), x)
    r = torch.tensor([[math.cos(0.6), -math.sin(0.6)], [math.sin(0.6), math.cos(0.6)]])
    torch.testing.assert_close(
        turned.covariance_matrix, r @ normal.covariance_matrix @ r.T, rtol=1e-4, atol=1e-5
    )


def test_mixture_is_scikit_learns_density_and_comes_near_to_the_aggregate():
    model, x = model_of(2), images()
    mixture, normal = fit_codes(model, x, "mixture", n_components=5), fit_codes(model, x, "normal")
    z = draw(AggregatePosterior(model, x), (4000,), seed=9)
    weights, parts = mixture.mixture_distribution.probs, mixture.component_distribution
    by_scipy = sum(
        float(w)
        * stats.multivariate_normal(m.numpy(), c.numpy(), allow_singular=True).pdf(z.numpy())
        for w, m, c in zip(weights, parts.mean, parts.covariance_matrix)
    )
    np.testing.assert_allclose(mixture.log_prob(z).exp().numpy(), by_scipy, rtol=2e-3, atol=1e-6)
    # on fresh draws: more than the moments
    assert mixture.log_prob(z).mean() > normal.log_prob(z).mean() + 0.02
    assert (
        float(mixture.log_prob(z).mean())
        < float(AggregatePosterior(model, x).log_prob(z).mean()) + 0.02
    )
    torch.testing.assert_close(mixture.mean, normal.mean, atol=0.15, rtol=0)


def test_aggregate_is_the_aggregate_and_same_seed_same_numbers():
    model, x = model_of(), images()
    z = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(
        fit_codes(model, x, "aggregate").log_prob(z), AggregatePosterior(model, x).log_prob(z)
    )
    for kind in ("normal", "mixture", "aggregate"):
        before = torch.random.get_rng_state()
        a, b = (
            generate(model, fit_codes(model, x, kind, 3, seed=5), 6, seed=5, pixels="draw")
            for _ in range(2)
        )
        assert torch.equal(a, b) and torch.equal(before, torch.random.get_rng_state())
        assert a.shape == (6, 10) and set(a.unique().tolist()) <= {0.0, 1.0} and not a.requires_grad


def test_generate_means_and_draws():
    model = model_of()
    at_one_point = Independent(torch.distributions.Normal(torch.ones(2), torch.full((2,), 1e-6)), 1)
    mean = generate(model, at_one_point, 3)
    torch.testing.assert_close(
        mean, model.decode(torch.ones(3, 2)).mean.detach(), atol=1e-4, rtol=0
    )
    drawn = generate(model, at_one_point, 20_000, pixels="draw")
    assert (
        (drawn.mean(0) - mean[0]).abs() < 5 * (mean[0] * (1 - mean[0]) / 20_000).sqrt() + 1e-4
    ).all()
    torch.testing.assert_close(generate(model, model.prior(), 4, seed=2), model.sample(4, seed=2))


class OnInterval(nn.Module):
    def forward(self, x):
        return Independent(Beta(torch.full((len(x), 2), 2.0), torch.full((len(x), 2), 3.0)), 1)


def test_samplers_refuse_with_a_reason():
    model, x = model_of(), images()
    with pytest.raises(ValueError, match="kind 'gauss' is not known"):
        fit_codes(model, x, "gauss")
    with pytest.raises(ValueError, match="n_components is 61, more than the 60 images"):
        fit_codes(model, x, "mixture", n_components=61)
    with pytest.raises(ValueError, match="NaN or infinite"):
        fit_codes(model, torch.full_like(x, math.nan))
    with pytest.raises(ValueError, match="'mean' or 'draw'"):
        generate(model, model.prior(), 2, pixels="mode")
    with pytest.raises(ValueError, match="do not fit this model"):
        generate(model, gaussian(torch.zeros(3), torch.zeros(3)), 2)
    model.encoder = OnInterval()
    with pytest.raises(ValueError, match="do not fill"):
        fit_codes(model, x, "normal")
    assert fit_codes(model, x, "aggregate").event_shape == (2,)
    with pytest.raises(ValueError, match="Boolean mask"):
        inpaint(model_of(), x, torch.ones(4))
    with pytest.raises(ValueError, match="steps"):
        inpaint(model_of(), x, torch.ones(10) > 0, steps=0)


def test_inpainting_keeps_what_is_observed_and_never_reads_the_rest():
    model, x = model_of(), images(20)
    observed = torch.arange(10) < 6
    filled = inpaint(model, x, observed, steps=5, seed=1)
    assert torch.equal(filled[:, :6], x[:, :6])
    assert ((filled[:, 6:] > 0) & (filled[:, 6:] < 1)).all()
    unreadable = torch.where(observed, x, torch.tensor(math.nan))
    assert torch.equal(inpaint(model, unreadable, observed, steps=5, seed=1), filled)
    assert torch.equal(inpaint(model, x, torch.ones(20, 10) > 0), x)


def test_inpainting_with_the_exact_posterior_draws_from_the_exact_conditional():
    """A conjugate model, p(z) = N(0, 1), x_i | z = N(z, 1): there q can be the exact posterior, and
    the chain's stationary distribution is p(x_2 | x_1) = N(x_1 / 2, 3/2), whose mean picture E[z]
    has variance 1/2."""

    class Decoder(nn.Module):
        def forward(self, z):
            return gaussian(z.expand(*z.shape[:-1], 2), torch.zeros(2))

    class Encoder(nn.Module):
        def forward(self, x):
            return gaussian(x.sum(-1, keepdim=True) / 3, torch.full((len(x), 1), math.log(1 / 3)))

    model = build_vae(images(), 1)
    model.encoder, model.decoder = Encoder(), Decoder()
    x = torch.full((20_000, 2), 2.0)
    got = inpaint(model, x, torch.tensor([True, False]), steps=40, seed=0)[:, 1]
    assert abs(float(got.mean()) - 1.0) < 5 * (0.5 / 20_000) ** 0.5
    assert float(got.var()) == pytest.approx(0.5, rel=0.05)


def test_inpainting_comes_near_to_the_exact_answer_on_digits():
    """log p of the true missing pixels: better after q and p than by overall frequencies, short of
    exact.
    """
    from vaeteach import fit

    data = load("digits").binarized()
    model = build_vae(data, 2, hidden=(32,))
    fit(model, data, epochs=8, progress=False)
    x, observed = data.test[:200], torch.arange(64) < 32
    exact = log_marginal(model, x) - log_marginal(model, x, observed=observed)
    filled = torch.stack([inpaint(model, x, observed, steps=20, seed=s) for s in range(20)]).mean(0)
    hidden = Bernoulli(probs=filled[:, 32:].clamp(1e-3, 1 - 1e-3)).log_prob(x[:, 32:]).sum(1).mean()
    frequency = (
        Bernoulli(probs=data.train.mean(0)[32:].clamp(1e-3, 1 - 1e-3))
        .log_prob(x[:, 32:])
        .sum(1)
        .mean()
    )
    # pixel by pixel one loses what the pixels say about each other
    assert frequency + 0.3 < hidden < exact.mean()
