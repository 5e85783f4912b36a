"""Exact answers against other ways to them: direct evaluation, closed forms, finer grids, Monte
Carlo.
"""

import math

import pytest
import torch
from exact_models import Fixed
from torch import nn
from torch.distributions import Beta, Independent, MultivariateNormal

from vaeteach import (
    VAE,
    bound_gap,
    build_vae,
    elbo,
    expected_elbo,
    iwae_bound,
    log_marginal,
    posterior_grid,
)
from vaeteach.distributions import gaussian
from vaeteach.exact import best_gaussian
from vaeteach.models import Decoder, Encoder


def test_joint_minus_posterior_is_the_same_number_at_1000_random_latents(model, data):
    """log p(x, z) from the model's own distributions, log p(z|x) from the grid; their difference is
    log p(x).
    """
    try:
        model, x = model.double(), data.test.double()
        g, spread = torch.Generator().manual_seed(0), []
        for start in range(0, len(x), 90):
            images = x[start : start + 90]
            exact_posterior = posterior_grid(model, images)
            pick = torch.randint(len(exact_posterior.nodes), (1000,), generator=g)
            z = exact_posterior.nodes[pick]
            p = model.decode(z)
            with torch.no_grad():
                joint = torch.stack(
                    [p.log_prob(image) for image in images]
                ) + model.prior().log_prob(z)
            difference = joint - exact_posterior.log_density.flatten(1)[:, pick]
            spread.append(difference.amax(1) - difference.amin(1))
            assert torch.allclose(
                difference.mean(1), log_marginal(model, images, 301), atol=1e-6, rtol=0
            )
        assert torch.cat(spread).max() < 1e-9
    finally:
        model.float()


def test_elbo_and_gap_add_up_for_every_test_image(gaps):
    evidence, gap, bound = gaps
    assert (bound.value + gap - evidence).abs().max() < 1e-5
    assert gap.min() > -1e-5 and gap.mean() > 0.05


def test_gap_is_the_kl_to_the_gridded_posterior(model, data, gaps):
    """KL(q || p(z|x)) on a grid of another size and place, written out."""
    x = data.test[:50]
    posterior = posterior_grid(model, x, 333, box=(-6.3, 5.9))
    with torch.no_grad():
        q = model.encode(x)
        log_q = gaussian(q.mu.double(), q.logvar.double()).log_prob(posterior.nodes[:, None]).T
    mass = (log_q + posterior.log_weight.flatten()).exp()
    gap = (mass * (log_q - posterior.log_density.flatten(1))).sum(1)
    assert torch.allclose(gap.float(), gaps[1][:50], atol=1e-5, rtol=0)


def test_expected_elbo_is_the_mean_of_sampled_elbos(model, data, gaps):
    x = data.test[:40]
    with torch.no_grad():
        draws = torch.stack([elbo(model, x, seed=s).value for s in range(600)])
    error = draws.std(0) / math.sqrt(len(draws))
    z = (draws.mean(0) - gaps[2].value[:40]) / error
    assert z.abs().max() < 4.5 and z.square().mean() < 2


def test_elbo_iwae_and_log_marginal_stand_in_order(model, data, gaps):
    x = data.test
    evidence, _, bound = gaps
    with torch.no_grad():
        runs = {
            k: torch.stack([iwae_bound(model, x, k, seed=s) for s in range(r)])
            for k, r in ((5, 40), (50, 20))
        }
        many = iwae_bound(model, x, 5000)
    mean = {k: r.mean() for k, r in runs.items()}
    assert bound.value.mean() < mean[5] < mean[50] < many.mean() < evidence.mean() + 1e-3
    assert (evidence.mean() - many.mean()).abs() < 0.1
    assert (evidence - many).abs().quantile(0.95) < 0.1


def test_linear_gaussian_model_agrees_with_probabilistic_pca():
    """Tipping and Bishop 1999: x ~ N(b, W W' + s2 I), z|x ~ N(M^-1 W'(x - b), s2 M^-1), M = W'W +
    s2 I.
    """
    g = torch.Generator().manual_seed(3)
    for latent_dim in (1, 2):
        images = torch.rand(30, 7, generator=g, dtype=torch.float64)
        model = build_vae(images, latent_dim, likelihood="gaussian", hidden=()).double()
        linear = model.decoder.net[0]
        with torch.no_grad():
            model.decoder.likelihood.logvar.fill_(-1.0)
        w, b, s2 = linear.weight.detach(), linear.bias.detach(), math.exp(-1.0)
        truth = MultivariateNormal(b, w @ w.T + s2 * torch.eye(7, dtype=torch.float64))
        assert torch.allclose(log_marginal(model, images), truth.log_prob(images), atol=1e-8)
        precision = w.T @ w + s2 * torch.eye(latent_dim, dtype=torch.float64)
        mean, cov = (images - b) @ w @ precision.inverse(), s2 * precision.inverse()
        posterior = posterior_grid(model, images)
        assert torch.allclose(posterior.mean, mean, atol=1e-7)
        assert torch.allclose(posterior.stddev, cov.diagonal().sqrt().expand(30, -1), atol=1e-7)
        with torch.no_grad():
            q = model.encode(images)
            closed = torch.distributions.kl_divergence(
                MultivariateNormal(q.mu, torch.diag_embed(q.logvar.exp())),
                MultivariateNormal(mean, cov),
            )
        assert torch.allclose(bound_gap(model, images), closed, atol=1e-6)


def test_masked_pixels_are_summed_out(data):
    """With two hidden pixels, p(observed) is the sum over their four values; with all of them it is
    1.
    """
    small = build_vae(torch.zeros(1, 6), 1, hidden=(8,), seed=5)
    x = torch.tensor([[1.0, 0, 1, 1, 0, 0]])
    observed = torch.tensor([True, False, True, True, False, True])
    fillings = x.repeat(4, 1)
    fillings[:, [1, 4]] = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    assert torch.allclose(
        log_marginal(small, x, observed=observed),
        log_marginal(small, fillings).logsumexp(0),
        atol=1e-5,
    )
    assert abs(float(log_marginal(small, x, observed=torch.zeros(6, dtype=bool)))) < 1e-6
    per_image = log_marginal(
        small, x.repeat(2, 1), observed=torch.stack([observed, torch.ones(6, dtype=bool)])
    )
    expected = torch.cat([log_marginal(small, x, observed=observed), log_marginal(small, x)])
    assert torch.allclose(per_image, expected, atol=1e-6)
    prior = posterior_grid(small, x, observed=torch.zeros(6, dtype=bool))
    assert float(prior.stddev) == pytest.approx(1, abs=1e-6)


def test_all_images_of_a_small_model_have_total_probability_one():
    model = build_vae(torch.zeros(1, 5), 2, hidden=(8,), seed=1).double()
    images = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * 5)
    assert float(log_marginal(model, images).exp().sum()) == pytest.approx(1, abs=1e-8)


@pytest.mark.parametrize("f", [log_marginal, posterior_grid, bound_gap, expected_elbo])
def test_bad_input_gets_a_sentence(f, data):
    with pytest.raises(ValueError, match="iwae_bound"):
        f(build_vae(data, 3, hidden=(8,)), data.test[:2])
    flat = build_vae(data, hidden=(8,))
    with pytest.raises(
        ValueError, match="grid points an axis, must be a whole number of at least 3"
    ):
        f(flat, data.test[:2], points=2)
    with pytest.raises(ValueError, match="grey"):
        f(flat, data.test[:2] * 0.5)


def test_q_on_the_unit_square_needs_a_prior_there(data):
    model = build_vae(data, hidden=(8,))

    class UnitEncoder(nn.Module):
        def forward(self, x):
            return Independent(Beta(torch.full((len(x), 2), 3.0), torch.full((len(x), 2), 4.0)), 1)

    model.encoder = UnitEncoder()
    with pytest.raises(ValueError, match="same support"):
        bound_gap(model, data.test[:2])
    model.prior = Fixed(Independent(Beta(torch.full((2,), 2.0), torch.ones(2)), 1))
    x = data.test[:3]
    bound, gap = expected_elbo(model, x), bound_gap(model, x)
    assert torch.allclose(bound.value + gap, log_marginal(model, x), atol=1e-5)
    divergence = torch.distributions.kl_divergence(model.encode(x), model.prior())
    assert torch.allclose(bound.kl, divergence) and gap.min() > 0


def test_encoder_and_decoder_are_left_as_they_were(model, data):
    before = {k: v.clone() for k, v in model.state_dict().items()}
    rng = torch.random.get_rng_state()
    log_marginal(model, data.test[:2])
    best_gaussian(model, data.test[:2], steps=2)
    assert torch.equal(rng, torch.random.get_rng_state())
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


def test_modules_of_this_file_fit_a_model_made_by_hand(data):
    """A VAE put together from its parts and not by build_vae."""
    model = VAE(
        Encoder(64, 1, (8,)), Decoder(1, 64, (8,)), Fixed(gaussian(torch.zeros(1), torch.zeros(1)))
    )
    x = data.test[:4]
    bound = expected_elbo(model, x)
    assert torch.allclose(bound.value + bound_gap(model, x), log_marginal(model, x), atol=1e-5)
