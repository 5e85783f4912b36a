"""A Gaussian with a full covariance, against torch's own."""

import torch
from affine_models import EXACT, images, model_of
from torch.distributions import MultivariateNormal, kl_divergence

from vaeteach import draw, kl
from vaeteach.codes import rotate_latents
from vaeteach.distributions import gaussian


def test_full_gaussian_kl_against_torch_and_full_covariance_of_draws():
    g = torch.Generator().manual_seed(0)
    factor = torch.randn(3, 4, 4, generator=g).double()
    q = MultivariateNormal(
        torch.randn(3, 4, generator=g).double(), factor @ factor.mT + 0.1 * torch.eye(4).double()
    )
    mu, logvar = torch.randn(4, generator=g).double(), torch.randn(4, generator=g).double()
    theirs = kl_divergence(q, MultivariateNormal(mu, torch.diag(logvar.exp())))
    torch.testing.assert_close(kl(q, gaussian(mu, logvar)), theirs)
    model, x = model_of(2), images(3)
    with torch.no_grad():
        u = rotate_latents(model, 0.7).encode(x)
    z = draw(u, (200_000,), seed=1)
    for i in range(3):
        cov = torch.cov(z[:, i].T)
        torch.testing.assert_close(
            cov, u.covariance_matrix[i], rtol=0.03, atol=0.01 * float(u.variance[i].max())
        )


def test_the_diagonal_of_a_turned_posterior_is_the_nearest_diagonal():
    """KL(d || full) = (log det of covariance + sum of log precisions) / 2 there, and more at every
    other diagonal.
    """
    model, x = model_of(2), images()
    full, diagonal = (rotate_latents(model, 0.5, diagonal=d).encode(x) for d in (False, True))
    torch.testing.assert_close(diagonal.mean, full.mean, **EXACT)

    def distance(logvar):
        return kl_divergence(
            MultivariateNormal(diagonal.mean, torch.diag_embed(logvar.exp())), full
        )

    precisions = torch.linalg.inv(full.covariance_matrix).diagonal(dim1=1, dim2=2)
    price = (torch.logdet(full.covariance_matrix) + precisions.log().sum(1)) / 2
    assert (price > 1e-6).all()
    torch.testing.assert_close(distance(diagonal.logvar), price, rtol=0, atol=1e-9)
    for step in ([0.1, 0.0], [-0.1, 0.0], [0.0, 0.1], [0.0, -0.1]):
        assert (distance(diagonal.logvar + torch.tensor(step)) > price + 1e-4).all()
