"""Exercise 8.1: the decoder's first layer under a prior whose dimensions depend on each other."""

import torch

from ..exercise import Exercise


def _layers(seed=0):
    g = torch.Generator().manual_seed(seed)
    return [
        tuple(map(torch.tensor, ([[4.0]], [1.0], [3.0], [[2.0]]))),
        (
            torch.tensor([[1.0, 0.0], [0.0, 1.0]]),
            torch.zeros(2),
            torch.tensor([1.0, -1.0]),
            torch.tensor([[0.5, 0.0], [1.0, 2.0]]),
        ),
        (
            torch.randn(5, 3, generator=g),
            torch.randn(5, generator=g),
            torch.randn(3, generator=g),
            torch.randn(3, 3, generator=g).tril(-1) + torch.diag(torch.tensor([0.7, 1.5, 2.0])),
        ),
    ]


def _by_probing(weight, bias, m, L):
    """Ask the old layer what it says at u = 0 and one step along each axis of u."""
    at_zero = weight @ m + bias
    columns = [weight @ (m + L @ axis) + bias - at_zero for axis in torch.eye(len(m))]
    return torch.stack(columns, 1), at_zero


absorbed_layer = Exercise(
    name="absorbed_layer",
    solution=lambda weight, bias, m, L: (weight @ L, bias + weight @ m),
    inputs=_layers,
    praise="the layer sees m + L u, and answers as it did before.",
    mistakes="""
        the inverse map: (weight @ torch.linalg.inv(L), bias - weight @ torch.linalg.inv(L) @ m)
            That is what you would do if the old latents went in and the new ones came out. The
            decoder is now handed u, and has to turn it back: z = m + L u.
        L transposed: (weight @ L.T, bias + weight @ m)
            The bias is right. In W (L u) the matrix L stands directly to the right of W, as it is.
        shift with the wrong sign: (weight @ L, bias - weight @ m)
            The weight is right. Write out W (m + L u) + c: with which sign does m stand there?
        shift by the new weight: (weight @ L, bias + weight @ L @ m)
            The weight is right. The bias takes the weight as it was, W m: in m + L u only u is
            multiplied by L.
        shift forgotten: (weight @ L, bias)
            The stretch is there, the shift is not: at u = 0 the layer must see z = m.
        covariance for its root: (weight @ L @ L.T, bias + weight @ m)
            You multiplied by the covariance L L^T. z = m + L u holds with its root L.
        the diagonal only: (weight * L.diagonal(), bias + weight @ m)
            This is the lesson's case of independent dimensions. Here z_2 also depends on u_1: the
            whole matrix L belongs in the weight.
    """,
    also_right=(
        _by_probing,
        lambda weight, bias, m, L: (
            torch.nn.functional.linear(weight, L.T),
            torch.nn.functional.linear(m, weight, bias),
        ),
        lambda weight, bias, m, L: [
            torch.einsum("ok,kl->ol", weight, L),
            (weight * m).sum(1) + bias,
        ],
        lambda weight, bias, m, L: ((weight @ L).tolist(), (bias + weight @ m).numpy()),
    ),
)
