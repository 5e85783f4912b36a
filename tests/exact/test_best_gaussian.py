"""The best Gaussian for one image, against the gap and against a model whose posterior is one."""

import pytest
import torch
from torch.distributions import MultivariateNormal, kl_divergence

from vaeteach import build_vae, posterior_grid
from vaeteach.distributions import gaussian
from vaeteach.exact import best_gaussian


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


def test_a_full_covariance_is_the_exact_posterior_of_a_linear_model_in_the_plane():
    """Probabilistic PCA with two latents: a correlated Gaussian, known in closed form."""
    images = torch.rand(8, 6, generator=torch.Generator().manual_seed(1))
    model = build_vae(images, 2, likelihood="gaussian", hidden=())
    p, layer = model.decode(torch.zeros(1, 2)), model.decoder.net[0]
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, 0.8], [0.5, 0.7], *[[0.1, 0.3]] * 4]))
    precision = torch.eye(2) + layer.weight.T @ layer.weight / p.logvar[0, 0].exp()
    mean = torch.linalg.solve(precision, layer.weight.T @ (images - layer.bias).T).T
    mean = mean / p.logvar[0, 0].exp()
    exact = MultivariateNormal(mean, torch.linalg.inv(precision).expand(8, 2, 2))
    full, diagonal = (best_gaussian(model, images, full=full) for full in (True, False))
    assert kl_divergence(full, exact).max() < 1e-4
    posterior = posterior_grid(model, images)
    assert posterior.kl_from(full).abs().max() < 1e-4
    expected = kl_divergence(
        MultivariateNormal(diagonal.mean, torch.diag_embed(diagonal.variance)), exact
    )
    assert expected.min() > 0.01
    assert torch.allclose(posterior.kl_from(diagonal).float(), expected, atol=1e-4)


def test_a_full_covariance_needs_two_latents():
    images = torch.rand(4, 6, generator=torch.Generator().manual_seed(1))
    with pytest.raises(ValueError, match="two latents"):
        best_gaussian(build_vae(images, 1, likelihood="gaussian"), images, full=True)
