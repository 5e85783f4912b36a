"""Exact answers against other ways to them: direct evaluation, closed forms, finer grids, Monte
Carlo.
"""

import math
import subprocess
import sys

import pytest
import torch
from torch import nn
from torch.distributions import Beta, Independent, MultivariateNormal, StudentT

from vaeteach import (
    VAE,
    bound_gap,
    build_vae,
    elbo,
    expected_elbo,
    fit,
    iwae_bound,
    load,
    log_marginal,
    posterior_grid,
    quadrature_error,
)
from vaeteach.distributions import draw, gaussian
from vaeteach.exact import best_gaussian
from vaeteach.exact import integrals as exact
from vaeteach.models import Decoder, Encoder


@pytest.fixture(scope="module")
def data():
    return load("digits").binarized()


def _train(data, **options):
    model = build_vae(data, **options)
    fit(model, data, epochs=8, batch_size=64, lr=8e-3, progress=False)
    return model


@pytest.fixture(scope="module")
def model(data):
    return _train(data, hidden=(64,))


@pytest.fixture(scope="module")
def gaps(model, data):
    return (
        log_marginal(model, data.test),
        bound_gap(model, data.test),
        expected_elbo(model, data.test),
    )


class Fixed(nn.Module):
    """A module that returns one distribution, whatever its parameters would be."""

    def __init__(self, distribution):
        super().__init__()
        self.distribution = distribution

    def forward(self):
        return self.distribution


def test_201_points_are_exact_to_1e_6_and_21_are_not(model, data):
    x = data.test[:60]
    assert quadrature_error(model.double(), x.double()).max() < 1e-6
    # float32 rounding of numbers near 20 nats
    assert quadrature_error(model.float(), x).max() < 5e-6
    assert (log_marginal(model, x, 21) - log_marginal(model, x)).abs().max() > 1e-3


def test_relu_layers_stall(data):
    smooth, kinked = (
        quadrature_error(
            _train(data, hidden=(64,), activation=a).double(), data.test[:60].double()
        ).max()
        for a in (nn.Tanh, nn.ReLU)
    )
    assert smooth < 1e-6 < 1e-5 < kinked


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


@pytest.mark.parametrize("likelihood", ["bernoulli", "continuous_bernoulli", "gaussian"])
def test_matrix_product_agrees_with_the_likelihoods_own_log_prob(data, likelihood):
    model = build_vae(data, hidden=(16,), likelihood=likelihood)
    x = data.test[:5] if likelihood == "bernoulli" else load("digits").test[:5]
    z = draw(model.prior(), (50,))
    with torch.no_grad():
        p = model.decode(z)
        direct = torch.stack([p.log_prob(row) for row in x], 1)
    from vaeteach.exact import pairwise_log_prob

    assert torch.allclose(pairwise_log_prob(p, x).float(), direct, atol=2e-4, rtol=1e-5)


def test_another_likelihood_takes_the_general_road(data):
    class Laplace(nn.Module):
        def forward(self, h):
            return Independent(torch.distributions.Laplace(h, 1.0), 1)

    model = build_vae(data, hidden=(16,))
    model.decoder.likelihood = Laplace()
    x = load("digits").test[:3]
    z = draw(model.prior(), (200_000,))
    with torch.no_grad():
        weight = model.decode(z).log_prob(x[:1])
        estimate = torch.logsumexp(weight, 0) - math.log(len(z))
        error = (weight - estimate).exp().std() / math.sqrt(len(z))
    assert abs(float(log_marginal(model, x)[0] - estimate)) < 4 * float(error)


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


def test_box_widens_for_a_far_prior_and_says_so(data, capsys):
    """Moving prior and decoder together changes nothing about p(x)."""
    model = build_vae(data, hidden=(16,), seed=2)
    with torch.no_grad():
        model.encoder.net[-1].weight.mul_(0.01)
    x = data.test[:8]
    before = log_marginal(model, x)
    assert capsys.readouterr().out == ""
    shift = torch.tensor([7.0, -3.0])
    with torch.no_grad():
        model.decoder.net[0].bias -= model.decoder.net[0].weight @ shift
    moved = VAE(model.encoder, model.decoder, Fixed(gaussian(shift, torch.zeros(2))))
    assert torch.allclose(log_marginal(moved, x), before, atol=1e-4)
    assert "in place of [-6, 6]" in capsys.readouterr().out
    assert "in place of" in posterior_grid(moved, x).note
    log_marginal(moved, x, box=(-5, 5))
    assert "the prior integrates to" in capsys.readouterr().out


def test_narrow_posteriors_ask_for_a_finer_grid(data, capsys):
    model = build_vae(data, hidden=(16,))
    with torch.no_grad():
        model.encoder.net[-1].bias[2:] = -9.0
    log_marginal(model, data.test[:3])
    assert "ask for more points" in capsys.readouterr().out


def test_heavy_tails_are_covered_or_mentioned(data, capsys):
    model = build_vae(data, hidden=(16,))
    for df in (1.5, 5.0):
        model.prior = Fixed(Independent(StudentT(torch.full((2,), df)), 1))
        value = log_marginal(model, data.test[:3])
        assert torch.isfinite(value).all()
    assert "the prior integrates to" in capsys.readouterr().out


def test_prior_on_the_unit_square(data):
    """Against simple Monte Carlo from the prior."""
    model = build_vae(data, hidden=(16,), seed=4)
    model.prior = Fixed(Independent(Beta(torch.tensor([2.0, 2.0]), torch.tensor([1.0, 3.0])), 1))
    x = data.test[:4]
    z = draw(model.prior(), (100_000,))
    with torch.no_grad():
        weight = torch.stack([model.decode(z).log_prob(row) for row in x])
    estimate = weight.logsumexp(1) - math.log(len(z))
    error = (weight - estimate[:, None]).exp().std(1) / math.sqrt(len(z))
    assert ((log_marginal(model, x) - estimate).abs() < 5 * error).all()


def test_best_gaussian_splits_the_gap(model, data, gaps):
    x = data.test[:40]
    best = best_gaussian(model, x)
    family = _gap_of(best, model, x)
    amortisation = gaps[1][:40] - family
    assert family.min() > -1e-5 and amortisation.min() > -1e-5
    assert family.mean() > 1e-3 and amortisation.mean() > 1e-2
    for push in (0.02, -0.02):  # no neighbour is better: it is a maximum
        for q in (gaussian(best.mu + push, best.logvar), gaussian(best.mu, best.logvar + 3 * push)):
            assert (_gap_of(q, model, x) - family).min() > -1e-5


def _gap_of(q, model, x):
    posterior = posterior_grid(model, x)
    log_q = gaussian(q.mu.double(), q.logvar.double()).log_prob(posterior.nodes[:, None]).T
    mass = (log_q + posterior.log_weight.flatten()).exp()
    return (mass * (log_q - posterior.log_density.flatten(1))).sum(1).detach().float()


def test_best_gaussian_finds_the_exact_posterior_of_a_linear_model():
    """In one latent dimension the posterior of probabilistic PCA is itself a Gaussian: no gap is
    left.
    """
    images = torch.rand(10, 6, generator=torch.Generator().manual_seed(1))
    model = build_vae(images, 1, likelihood="gaussian", hidden=())
    best = best_gaussian(model, images, points=401, steps=300)
    posterior = posterior_grid(model, images)
    assert torch.allclose(best.mean.double(), posterior.mean, atol=2e-3)
    assert torch.allclose(best.stddev.double(), posterior.stddev, atol=2e-3)


@pytest.mark.parametrize("f", [log_marginal, posterior_grid, bound_gap, expected_elbo])
def test_bad_input_gets_a_sentence(f, data):
    with pytest.raises(ValueError, match="iwae_bound"):
        f(build_vae(data, 3, hidden=(8,)), data.test[:2])
    flat = build_vae(data, hidden=(8,))
    with pytest.raises(ValueError, match="at least 3 grid points"):
        f(flat, data.test[:2], points=2)
    with pytest.raises(ValueError, match="grey"):
        f(flat, data.test[:2] * 0.5)


def test_bad_masks_boxes_and_sizes_get_a_sentence(data):
    model, x = build_vae(data, hidden=(8,)), data.test[:2]
    with pytest.raises(ValueError, match="Boolean mask"):
        log_marginal(model, x, observed=torch.ones(64))
    with pytest.raises(ValueError, match="Boolean mask"):
        log_marginal(model, x, observed=torch.ones(63, dtype=bool))
    with pytest.raises(ValueError, match="low < high"):
        log_marginal(model, x, box=(3, -3))
    with pytest.raises(ValueError, match="at a time"):
        posterior_grid(model, data.train, points=801)


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


def test_memory_stays_under_500_mb():
    """Of the whole process: the 10,000 images of a large test set on 28x28 pixels, a quarter of the
    grid each way.
    """
    code = """
import resource, torch
from vaeteach import build_vae, log_marginal
from vaeteach.distributions import generator
x = (torch.rand(3000, 784, generator=generator(0)) < 0.3).float()
model = build_vae(x, hidden=(32,))
log_marginal(model, x[:1], points=11)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
log_marginal(model, x, points=71)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3)
"""
    if sys.platform == "win32":
        pytest.skip("resource usage is read the Unix way")
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    unit = 1e-3 if sys.platform == "darwin" else 1.0
    assert float(out.split()[-1]) * unit < 500


def test_blocks_do_not_change_the_result(model, data, monkeypatch):
    x = data.test[:7]
    whole = log_marginal(model, x), bound_gap(model, x)
    monkeypatch.setattr(exact, "_BLOCK", 7 * 1000)
    assert torch.allclose(whole[0], log_marginal(model, x), atol=1e-6)
    assert torch.allclose(whole[1], bound_gap(model, x), atol=1e-5)


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
