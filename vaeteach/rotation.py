"""Turning the latents: the symmetry that an isotropic Gaussian prior leaves free, and a diagonal posterior does not."""

import copy

import torch
from torch import nn
from torch.distributions import MultivariateNormal, register_kl

from .absorption import gaussian_prior, linear_layers
from .distributions import Gaussian, gaussian, kl_standard_normal
from .models import VAE


def rotate_latents(model, rotation, diagonal=False):
    """The same VAE in turned latents u = R z: every image keeps its ELBO, although every code moves.

    rotation: an orthogonal matrix (D, D), or an angle in radians where D = 2 (anticlockwise). The posterior becomes
    N(R mu, R diag(sigma^2) R^T), which a diagonal Gaussian is only for quarter turns and reflections of axes, so the
    new encoder returns a Gaussian with full covariance. diagonal=True replaces it by the nearest diagonal Gaussian,
    argmin_d KL(d || full), which keeps the diagonal of the *inverse* covariance (Bishop 2006, section 10.1.2): that
    model is another one, and shows what the diagonal family costs in turned coordinates.
    The prior must look the same from every side.
    Raises TypeError as absorb_prior does, ValueError for a matrix that is not orthogonal or a prior that would change.
    """
    prior = gaussian_prior(model, "rotate_latents")
    if (prior.mu != 0).any() or (prior.logvar != prior.logvar[0]).any():
        raise ValueError(
            "rotate_latents: this prior is not the same in all directions, so turning the latents would change the "
            "model. Use absorb_prior(model) first."
        )
    rotation = _rotation_matrix(rotation, prior.mu)
    moved = copy.deepcopy(model)
    _, decoder = linear_layers(moved)
    with torch.no_grad():
        decoder.weight.copy_(decoder.weight @ rotation.T)
    return VAE(TurnedEncoder(moved.encoder, rotation, diagonal), moved.decoder, moved.prior)


class TurnedEncoder(nn.Module):
    """An encoder followed by a rotation: q(u|x) = N(R mu, R diag(sigma^2) R^T)."""

    def __init__(self, encoder, rotation, diagonal=False):
        super().__init__()
        self.encoder, self.diagonal = encoder, diagonal
        self.register_buffer("rotation", rotation)

    def forward(self, x):
        q = self.encoder(x)
        if self.diagonal:
            return gaussian(q.mu @ self.rotation.T, -(q.variance.reciprocal() @ self.rotation.square().T).log())
        return TurnedGaussian(q, self.rotation)


class TurnedGaussian(MultivariateNormal):
    """N(R mu, R diag(sigma^2) R^T), sampled as R (mu + sigma eps): the turned draws of the diagonal Gaussian."""

    def __init__(self, diagonal, rotation):
        self._factor = rotation * diagonal.base_dist.scale.unsqueeze(-2)  # R diag(sigma)
        # The lower triangle L of L L^T = factor factor^T comes from a QR decomposition, without squaring anything.
        upper = torch.linalg.qr(self._factor.mT, mode="reduced").R
        signs = torch.where(upper.diagonal(dim1=-2, dim2=-1) < 0, -1.0, 1.0).to(upper)
        super().__init__(diagonal.mu @ rotation.T, scale_tril=(upper * signs.unsqueeze(-1)).mT, validate_args=False)

    def rsample(self, sample_shape=()):
        noise = torch.randn(self._extended_shape(torch.Size(sample_shape)), dtype=self.loc.dtype)
        return self.loc + (self._factor @ noise.unsqueeze(-1)).squeeze(-1)


@register_kl(MultivariateNormal, Gaussian)
def _kl_full_diagonal(q, p):
    """Shift and scale p to N(0, I), where q has the lower triangle L: the KL of independent N(., L_ii^2), and half of
    the squares below the diagonal."""
    scale = p.base_dist.scale
    lower = q.scale_tril / scale.unsqueeze(-1)
    diagonal = lower.diagonal(dim1=-2, dim2=-1)
    separate = kl_standard_normal((q.loc - p.mu) / scale, 2 * diagonal.log()).sum(-1)
    return separate + lower.tril(-1).square().sum((-2, -1)) / 2


def _rotation_matrix(rotation, like):
    if isinstance(rotation, (int, float)):
        if len(like) != 2:
            raise ValueError(f"rotate_latents: an angle turns 2 latents, this model has {len(like)}; give a matrix.")
        angle = torch.tensor(float(rotation), dtype=torch.float64)
        rotation = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()]).reshape(2, 2)
    rotation = torch.as_tensor(rotation).to(like)
    tolerance = 1e-4 if like.dtype == torch.float32 else 1e-9
    if rotation.shape != (len(like),) * 2 or not torch.allclose(
        rotation @ rotation.T, torch.eye(len(like)).to(like), atol=tolerance
    ):
        raise ValueError(
            f"rotate_latents: expected an orthogonal matrix of shape {(len(like),) * 2} (R R^T = I), got one of shape "
            f"{tuple(rotation.shape)}; torch.linalg.qr of a random matrix gives one."
        )
    return rotation
