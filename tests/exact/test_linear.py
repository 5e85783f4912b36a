"""The solved linear VAE against scikit-learn, quadrature, a case done by hand, and training."""

import math

import pytest
import torch

from vaeteach import (
    AggregatePosterior,
    best_linear_vae,
    bound_gap,
    build_vae,
    draw,
    elbo,
    expected_elbo,
    fit,
    gaussian,
    kl,
    load,
    log_marginal,
    moments,
    principal_axes,
    surgery,
)
from vaeteach.exact import LinearVAE, spectral_log_marginal

# covariance diag(2, 1/2), mean (1, 1)
CROSS = torch.tensor([[3.0, 1.0], [-1.0, 1.0], [1.0, 2.0], [1.0, 0.0]], dtype=torch.float64)


@pytest.fixture(scope="module")
def digits():
    return load("digits")


@pytest.fixture(scope="module")
def skew():
    """Two latents whose columns are not orthogonal, five pixels, and 40 images."""
    g = torch.Generator().manual_seed(3)
    model = LinearVAE(torch.randn(5, 2, generator=g), torch.randn(5, generator=g), 0.4)
    return model, torch.randn(40, 5, generator=g, dtype=torch.float64)


def test_four_points_by_hand():
    values, directions = principal_axes(CROSS)
    assert values.tolist() == pytest.approx([2.0, 0.5])
    assert directions.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    one = best_linear_vae(CROSS, 1)
    assert one.variance == pytest.approx(0.5)  # the discarded eigenvalue
    assert one.weight.flatten().tolist() == pytest.approx([math.sqrt(1.5), 0])
    by_hand = -math.log(2 * math.pi) - 0.5 * math.log(2 * 0.5) - 0.5 * (2**2 / 2)
    assert float(one.log_marginal(CROSS[:1])) == pytest.approx(by_hand)
    q = one.encode(CROSS[:1])  # (2 - 1/2)^(1/2) / 2 * 2, and sigma^2 / lambda
    assert float(q.mean) == pytest.approx(math.sqrt(1.5)) and float(q.variance) == pytest.approx(
        0.25
    )


@pytest.mark.parametrize("latents", [1, 5, 20])
def test_scikit_learn_gives_the_same_density(digits, latents):
    from sklearn.decomposition import PCA

    train, test = digits.train.double(), digits.test.double()
    pca = PCA(latents, svd_solver="full").fit(train.numpy())
    noise = pca.noise_variance_
    weight = torch.tensor(pca.components_.T * (pca.explained_variance_ - noise) ** 0.5)
    theirs = LinearVAE(weight, torch.tensor(pca.mean_), noise)
    scores = torch.tensor(pca.score_samples(test.numpy()))
    assert torch.allclose(theirs.log_marginal(test), scores, atol=1e-6)
    ours = best_linear_vae(digits, latents)  # it divides by N, scikit-learn by N - 1
    assert ours.variance * len(train) / (len(train) - 1) == pytest.approx(noise)
    stretch = len(train) / (len(train) - 1)
    assert torch.allclose(stretch * (ours.weight @ ours.weight.T), weight @ weight.T, atol=1e-8)
    assert ours.log_marginal(train).mean() >= theirs.log_marginal(train).mean()


def test_quadrature_finds_the_same_integrals(skew):
    model, x = skew
    assert torch.allclose(model.log_marginal(x), log_marginal(model, x), atol=1e-6)
    assert torch.allclose(bound_gap(model, x), torch.tensor(model.gap).double(), atol=1e-6)
    for ours, grid in zip(model.elbo(x), expected_elbo(model, x)):
        assert torch.allclose(ours, grid, atol=1e-6)
    other = gaussian(torch.full((40, 2), 0.3), torch.full((40, 2), -1.0))
    z = draw(other, (4000,), seed=1)
    terms = model.decode(z).log_prob(x)
    error = terms.std(0) / 4000**0.5
    assert ((model.elbo(x, other).log_likelihood - terms.mean(0)).abs() < 5 * error).all()


def test_the_gap_is_the_divergence_from_the_exact_posterior(skew):
    model, x = skew
    exact, q = model.posterior(x), model.encode(x)
    full = torch.distributions.MultivariateNormal(q.mean, torch.diag_embed(q.variance))
    divergence = torch.distributions.kl_divergence(full, exact)
    assert torch.allclose(divergence, torch.tensor(model.gap).double()) and model.gap > 0.01
    assert torch.allclose(model.log_marginal(x) - model.elbo(x).value, divergence)
    wider = gaussian(q.mean, q.logvar + 0.1)
    assert (model.elbo(x, wider).value < model.elbo(x).value).all()


def test_nothing_near_the_optimum_is_better(digits):
    best = best_linear_vae(digits, 4)
    top = best.log_marginal(digits.train).mean()
    g = torch.Generator().manual_seed(0)
    for _ in range(10):
        step = 0.02 * torch.randn(best.weight.shape, generator=g, dtype=torch.float64)
        moved = LinearVAE(best.weight + step, best.mean, best.variance)
        assert moved.log_marginal(digits.train).mean() < top
    for factor in (0.9, 1.1):
        moved = best_linear_vae(digits, 4, factor * best.variance)
        assert moved.log_marginal(digits.train).mean() < top
    assert best.gap == pytest.approx(0, abs=1e-9)


def test_a_latent_is_dead_from_its_eigenvalue_on(digits):
    values, _ = principal_axes(digits)
    for variance in (0.9, float(values[2]), 0.1):
        model = best_linear_vae(digits, 8, variance)
        alive = model.weight.norm(dim=0) > 0
        assert alive.tolist() == (values[:8] > variance).tolist()
        q = model.encode(digits.train)
        price = (0.5 * (q.mean.square() + q.variance - 1 - q.logvar)).mean(0)
        assert torch.allclose(price, 0.5 * (values[:8] / variance).clamp(min=1).log())


def test_the_aggregate_of_gaussian_data_is_the_prior(digits, skew):
    covariance = torch.cov(digits.train.double().T, correction=0)
    best = best_linear_vae(digits, 5, 0.2)
    q = best.aggregate_if_gaussian(covariance)
    assert torch.allclose(q.covariance_matrix, torch.eye(5).double(), atol=1e-9)
    model, x = skew  # away from the optimum: its moments are those of the codes
    average = model.aggregate_if_gaussian(torch.cov(x.T, correction=0))
    m = moments(model, x)
    assert torch.allclose(average.covariance_matrix.diagonal(), m.variance, atol=1e-9)
    assert float(kl(average, model.prior())) > 0.01


def test_measurements_take_it_as_a_model(digits):
    best = best_linear_vae(digits, 2, 0.2)
    split = surgery(best, digits.train.double())
    x = digits.train.double()
    assert split.mean_kl == pytest.approx(float(best.elbo(x).kl.mean()))
    assert AggregatePosterior(best, x).mean.abs().max() < 1e-9
    sampled = torch.stack([elbo(best, x, seed=seed).value for seed in range(20)]).mean()
    assert float(sampled) == pytest.approx(float(best.elbo(x).value.mean()), abs=0.1)


def test_gradients_find_the_solution():
    data = CROSS.float().repeat(50, 1)
    model = build_vae(data, latent_dim=1, likelihood="gaussian", hidden=())
    fit(model, data, epochs=60, lr=0.05, progress=False)
    found, best = LinearVAE.of(model), best_linear_vae(CROSS, 1)
    assert abs(found.variance / best.variance - 1) < 0.1
    loss = best.log_marginal(CROSS).mean() - found.log_marginal(CROSS).mean()
    assert 0 <= loss < 0.02


def test_what_cannot_be_solved_is_said():
    with pytest.raises(ValueError, match="positive variance"):
        LinearVAE(torch.zeros(3, 1), torch.zeros(3), 0.0)
    with pytest.raises(ValueError, match="one linear layer"):
        LinearVAE.of(build_vae(CROSS.float(), hidden=(4,), likelihood="gaussian"))
    with pytest.raises(ValueError, match="one linear layer"):
        LinearVAE.of(build_vae(CROSS.float().clamp(0, 1), hidden=()))
    with pytest.raises(ValueError, match="take fewer"):
        best_linear_vae(CROSS, 2)
    flat = torch.cat([CROSS, torch.ones(4, 1)], 1)  # a pixel that never changes
    with pytest.raises(ValueError, match="no upper limit"):
        best_linear_vae(flat, 2)
    assert best_linear_vae(flat, 2, 0.1).variance == 0.1


def test_the_spectrum_knows_the_mean_log_marginal(digits):
    values, directions = principal_axes(digits)
    variances = torch.tensor([0.05, 0.3, 0.9])
    centred = digits.test.double() - digits.train.double().mean(0)
    spread = (centred @ directions).square().mean(0)
    for images, there in ((digits.train, None), (digits.test, spread)):
        known = spectral_log_marginal(values, 6, variances, there)
        for variance, value in zip(variances, known):
            model = best_linear_vae(digits, 6, variance)
            assert float(value) == pytest.approx(float(model.log_marginal(images).mean()))
