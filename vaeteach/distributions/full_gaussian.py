"""Gaussians with a full covariance, as an affine map makes them, and their KL to a diagonal one."""

import torch
from torch.distributions import MultivariateNormal, register_kl

from .gaussian import Gaussian, kl_standard_normal


class TurnedGaussian(MultivariateNormal):
    """The Gaussian of A z + b for a diagonal Gaussian z, whose draws are mapped."""

    def __init__(self, diagonal, matrix, shift):
        self._factor = matrix * diagonal.base_dist.scale.unsqueeze(-2)  # A diag(sigma)
        # The lower triangle L of L L^T = factor factor^T comes from a QR decomposition, without
        # squaring anything.
        upper = torch.linalg.qr(self._factor.mT, mode="reduced").R
        signs = torch.where(upper.diagonal(dim1=-2, dim2=-1) < 0, -1.0, 1.0).to(upper)
        mean = diagonal.mu @ matrix.T + shift
        super().__init__(mean, scale_tril=(upper * signs.unsqueeze(-1)).mT, validate_args=False)

    def rsample(self, sample_shape=()):
        noise = torch.randn(self._extended_shape(torch.Size(sample_shape)), dtype=self.loc.dtype)
        return self.loc + (self._factor @ noise.unsqueeze(-1)).squeeze(-1)


@register_kl(MultivariateNormal, Gaussian)
def _kl_full_diagonal(q, p):
    """Shift and scale p to N(0, I), where q has the lower triangle L.

    The KL of independent N(., L_ii^2), and half of the squares below the diagonal.
    """
    scale = p.base_dist.scale
    lower = q.scale_tril / scale.unsqueeze(-1)
    diagonal = lower.diagonal(dim1=-2, dim2=-1)
    separate = kl_standard_normal((q.loc - p.mu) / scale, 2 * diagonal.log()).sum(-1)
    return separate + lower.tril(-1).square().sum((-2, -1)) / 2
