"""Turned latents: no bound changes where the encoder may turn along."""

import math

import pytest
import torch
from affine_models import EXACT, images, model_of
from exact_models import Fixed

from vaeteach import draw, elbo, kl, kl_standard_normal
from vaeteach.codes import affine_latents, map_latents, rotate_latents
from vaeteach.distributions import gaussian


@pytest.mark.parametrize("latent_dim", [2, 4])
def test_turning_changes_codes_and_no_elbo(latent_dim):
    model, x = model_of(latent_dim), images()
    g = torch.Generator().manual_seed(4)
    rotation = torch.linalg.qr(torch.randn(latent_dim, latent_dim, generator=g).double()).Q
    turned = rotate_latents(model, rotation)
    q, u = model.encode(x), turned.encode(x)
    z = draw(q, (6,), seed=2)
    assert (u.mean - q.mean).abs().max() > 0.1
    torch.testing.assert_close(u.log_prob(z @ rotation.T), q.log_prob(z), **EXACT)
    torch.testing.assert_close(draw(u, (6,), seed=2), z @ rotation.T, **EXACT)
    torch.testing.assert_close(turned.decode(z @ rotation.T).mean, model.decode(z).mean, **EXACT)
    for old, new in zip(elbo(model, x, seed=8), elbo(turned, x, seed=8)):
        torch.testing.assert_close(new, old, **EXACT)


def test_a_diagonal_map_is_the_same_by_both_ways():
    """map_latents goes from z to u, affine_latents writes z = shift + scale u; a full covariance
    gains nothing here.
    """
    model, x = model_of(2), images()
    s, m = torch.tensor([2.0, 0.5]).double(), torch.tensor([1.0, 3.0]).double()
    prior = Fixed(gaussian(m, 2 * s.log()))
    one, other = (
        map_latents(model, torch.diag(s), m, prior),
        affine_latents(model, -m / s, 1 / s, prior),
    )
    torch.testing.assert_close(one.encode(x).mean, other.encode(x).mean, **EXACT)
    torch.testing.assert_close(one.encode(x).variance, other.encode(x).variance, **EXACT)
    for term in zip(elbo(one, x, seed=1), elbo(other, x, seed=1), elbo(model, x, seed=1)):
        torch.testing.assert_close(term[0], term[1], **EXACT)
        torch.testing.assert_close(term[0], term[2], **EXACT)
    with pytest.raises(ValueError, match="can be undone"):
        map_latents(model, torch.ones(2, 2), m)


def test_quarter_turns_only_permute():
    model, x = model_of(2), images()
    u = rotate_latents(model, math.pi / 2).encode(x)
    q = model.encode(x)
    torch.testing.assert_close(u.mean, torch.stack([-q.mean[:, 1], q.mean[:, 0]], 1), **EXACT)
    torch.testing.assert_close(
        u.covariance_matrix.tril(-1), torch.zeros(40, 2, 2).double(), **EXACT
    )
    torch.testing.assert_close(
        kl(u, model.prior()), kl_standard_normal(q.mu, q.logvar).sum(-1), **EXACT
    )
