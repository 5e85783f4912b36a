"""Exercise 11.1: the free energy of a machine."""

import torch
from torch.nn.functional import softplus

from ..exercise import Exercise


def _machines(seed=0):
    g = torch.Generator().manual_seed(seed)
    one = torch.tensor([[1.0], [2.0]]), torch.tensor([0.5, -1.0]), torch.tensor([0.25])
    yield torch.tensor([[0.0, 0.0], [1.0, 1.0]]), *one
    for batch, visible, hidden in ((3, 2, 3), (5, 6, 4)):
        v = (torch.rand(batch, visible, generator=g) > 0.5).float()
        w, a, b = (
            torch.randn(shape, generator=g) for shape in ((visible, hidden), (visible,), (hidden,))
        )
        yield v, w, a, b


def _free_energy(v, w, a, b):
    return -v @ a - softplus(b + v @ w).sum(-1)


def by_the_definition(v, w, a, b):
    bits = torch.tensor([0.0, 1.0])
    h = torch.cartesian_prod(*[bits] * len(b)).reshape(-1, len(b))
    energy = -(v @ a)[:, None] - h @ b - v @ w @ h.T
    return -torch.logsumexp(-energy, 1)


def by_logaddexp(v, w, a, b):
    inputs = torch.einsum("bv,vh->bh", v, w) + b
    return -(v * a).sum(1) - torch.logaddexp(inputs, torch.zeros_like(inputs)).sum(1)


free_energy = Exercise(
    name="free_energy",
    solution=_free_energy,
    inputs=lambda seed=0: list(_machines(seed)),
    praise="minus the log of a sum over 2^H hidden states, at the price of H additions.",
    mistakes="""
        sign flipped: v @ a + softplus(b + v @ w).sum(-1)
            This is log sum_h exp(-E), the unnormalised log p(v). The free energy is minus that.
        visible bias forgotten: -softplus(b + v @ w).sum(-1)
            The term -v.a does not depend on h, so it stands outside the sum and stays in the
            answer.
        hidden bias forgotten: -v @ a - softplus(v @ w).sum(-1)
            A hidden unit that is on adds b_j + (v W)_j to minus the energy; b_j is missing.
        the best hidden state instead of all: -v @ a - (b + v @ w).clamp(min=0).sum(-1)
            max(0, u) is the energy of the single best h. Summing over both states gives log(1 +
            exp(u)).
        off states forgotten: -v @ a - (b + v @ w).sum(-1)
            You took h_j = 1 alone. The unit may also be off: log(exp(0) + exp(u)) = log(1 +
            exp(u)).
        sigmoid for softplus: -v @ a - torch.sigmoid(b + v @ w).sum(-1)
            The sigmoid is the probability that the unit is on, the derivative of the term that you
            need.
        sum over the batch: _free_energy(v, w, a, b).sum()
            One number for each image is asked for: sum over the hidden units (the last axis) only.
        mean over the hidden units: -v @ a - softplus(b + v @ w).mean(-1)
            The hidden units are independent given v, so their log factors add up: sum, not mean.
    """,
    also_right=(by_the_definition, by_logaddexp),
)
