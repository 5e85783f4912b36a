"""Turning the latents: free under an isotropic prior, not for a diagonal posterior."""

import copy

import torch
from torch import nn

from ..distributions import TurnedGaussian, gaussian
from ..models import VAE
from .affine import gaussian_prior, linear_layers


def rotate_latents(model: VAE, rotation, diagonal: bool = False) -> VAE:
    """The same VAE in turned latents u = R z.

    Every image keeps its ELBO, although every code moves. rotation: an orthogonal matrix (D, D), or
    an angle in radians where D = 2 (anticlockwise). The posterior becomes N(R mu, R diag(sigma^2)
    R^T), which a diagonal Gaussian is only for quarter turns and reflections of axes, so the new
    encoder returns a Gaussian with full covariance. diagonal=True replaces it by the nearest
    diagonal Gaussian, argmin_d KL(d || full), which keeps the diagonal of the *inverse* covariance
    (Bishop 2006, section 10.1.2): that model is another one, and shows what the diagonal family
    costs in turned coordinates. The prior must look the same from every side. Raises TypeError as
    absorb_prior does, ValueError for a matrix that is not orthogonal or a prior that would change.
    """
    prior = gaussian_prior(model, "rotate_latents")
    if (prior.mu != 0).any() or (prior.logvar != prior.logvar[0]).any():
        raise ValueError(
            "rotate_latents: this prior is not the same in all directions, so turning the latents"
            " would change the model. Use absorb_prior(model) first."
        )
    return map_latents(model, _rotation_matrix(rotation, prior.mu), 0.0, diagonal=diagonal)


def map_latents(model, matrix, shift, prior=None, diagonal=False):
    """A copy with the same encoder and decoder in latents u = A z + b, for any A with an inverse.

    matrix: A, (D, D); shift: b, (D,) or a number. The encoder returns a Gaussian with full
    covariance, or the nearest diagonal one; the decoder's first layer takes A^{-1} and b over.
    prior: a module for p(u); without one the old prior module is kept, now over u. Raises TypeError
    as absorb_prior does, ValueError for a matrix without inverse.
    """
    moved = copy.deepcopy(model)
    _, decoder = linear_layers(moved)
    matrix = torch.as_tensor(matrix).to(decoder.weight)
    shift = torch.as_tensor(shift).to(matrix).expand(len(matrix))
    inverse, info = torch.linalg.inv_ex(matrix)
    if info != 0 or not torch.isfinite(inverse).all():
        raise ValueError(
            f"map_latents: u = A z + b must be a map that can be undone; got A = {matrix.tolist()}."
        )
    with torch.no_grad():
        decoder.weight.copy_(decoder.weight @ inverse)
        decoder.bias -= decoder.weight @ shift
    return VAE(
        TurnedEncoder(moved.encoder, matrix, diagonal, shift), moved.decoder, prior or moved.prior
    )


class TurnedEncoder(nn.Module):
    """An encoder, then u = A z + b: N(A mu + b, A diag(sigma^2) A^T) or its nearest diagonal."""

    def __init__(self, encoder, matrix, diagonal=False, shift=None):
        super().__init__()
        self.encoder, self.diagonal = encoder, diagonal
        self.register_buffer("matrix", matrix)
        self.register_buffer("shift", torch.zeros_like(matrix[0]) if shift is None else shift)

    def forward(self, x):
        q = self.encoder(x)
        if self.diagonal:
            precision = q.variance.reciprocal() @ torch.linalg.inv(self.matrix).square()
            return gaussian(q.mu @ self.matrix.T + self.shift, -precision.log())
        return TurnedGaussian(q, self.matrix, self.shift)


def _rotation_matrix(rotation, like):
    if isinstance(rotation, (int, float)):
        if len(like) != 2:
            raise ValueError(
                f"rotate_latents: an angle turns 2 latents, this model has {len(like)}; give a"
                " matrix."
            )
        angle = torch.tensor(float(rotation), dtype=torch.float64)
        rotation = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()]).reshape(2, 2)
    rotation = torch.as_tensor(rotation).to(like)
    tolerance = 1e-4 if like.dtype == torch.float32 else 1e-9
    if rotation.shape != (len(like),) * 2 or not torch.allclose(
        rotation @ rotation.T, torch.eye(len(like)).to(like), atol=tolerance
    ):
        raise ValueError(
            f"rotate_latents: expected an orthogonal matrix of shape {(len(like),) * 2} (R R^T ="
            f" I), got one of shape {tuple(rotation.shape)}; torch.linalg.qr of a random matrix"
            " gives one."
        )
    return rotation
