"""Exercise 13.2: what the best diagonal q leaves out of the bound."""

import torch
from torch.distributions import MultivariateNormal, kl_divergence

from ..exercise import Exercise


def _weights(seed=0):
    g = torch.Generator().manual_seed(5 + seed)
    return [
        (torch.tensor([[1.0, 1.0], [0.0, 1.0]]), 1.0),
        (torch.tensor([[2.0, 0.0], [0.0, 1.0], [0.0, 0.0]]), 0.5),  # orthogonal: no gap
        (torch.randn(6, 3, generator=g), 0.3),
    ]


def precision(weight, variance):
    """M = I + W'W / sigma^2 of the exact posterior, (D, D)."""
    return torch.eye(weight.shape[1]) + weight.T @ weight / variance


def _gap(weight, variance):
    M = precision(weight, variance)
    return 0.5 * (M.diagonal().log().sum() - torch.logdet(M))


def _by_torch(weight, variance):
    M = precision(weight, variance)
    mean = torch.zeros(len(M))
    q = MultivariateNormal(mean, precision_matrix=torch.diag(M.diagonal()))
    return kl_divergence(q, MultivariateNormal(mean, precision_matrix=M))


def _by_eigenvalues(weight, variance):
    M = precision(weight, variance)
    diagonal = torch.diagonal(M)
    return 0.5 * (diagonal.log() - torch.linalg.eigvalsh(M).log()).sum()


def _by_correlations(weight, variance):
    """The precision's correlation matrix has the same gap: its diagonal is one."""
    M = precision(weight, variance)
    scale = M.diagonal().sqrt()
    return -0.5 * torch.logdet(M / scale / scale[:, None])


def _moment_matched(weight, variance):
    """KL(q || p) for q with the variances of the exact posterior."""
    M = precision(weight, variance)
    v = torch.linalg.inv(M).diagonal()
    return 0.5 * ((v * M.diagonal()).sum() - len(M) - v.log().sum() - torch.logdet(M))


diagonal_gap = Exercise(
    name="diagonal_gap",
    solution=_gap,
    inputs=_weights,
    praise="zero where the columns of W are orthogonal, and only there.",
    mistakes="""
        the posterior's own variances: _moment_matched(weight, variance)
            You gave q the diagonal of the *covariance*. The best diagonal q for KL(q || p) has the
            inverse of the precision's diagonal, which is narrower.
        the KL the wrong way round:
                0.5 * ((torch.linalg.inv(precision(weight, variance)).diagonal()).log().sum() +
                torch.logdet(precision(weight, variance)))
            This is the least KL(p || q). The bound leaves out KL(q || p), with q in front.
        sign flipped: -_gap(weight, variance)
            A gap is never negative: by Hadamard's inequality the product of a positive matrix's
            diagonal is at least its determinant.
        one half forgotten: 2 * _gap(weight, variance)
            Twice too much: the log of a Gaussian has half the log-determinant.
        the prior forgotten:
                0.5 * ((weight.T @ weight / variance).diagonal().log().sum() - torch.logdet(weight.T
                @ weight / variance))
            The precision of the posterior is that of the likelihood *and* that of the prior: add
            the identity.
        sigma squared twice: _gap(weight, variance**2)
            `variance` is sigma^2 already; you squared it again.
        noise for prior:
                0.5 * ((weight.T @ weight + torch.eye(weight.shape[1])).diagonal().log().sum() -
                torch.logdet(weight.T @ weight + torch.eye(weight.shape[1])))
            sigma^2 does not occur in yours: the likelihood's precision is W'W / sigma^2.
    """,
    also_right=(_by_torch, _by_eigenvalues, _by_correlations),
)
