"""Exercise 8.1: the decoder's first layer in new latents."""

import torch

from ..exercise import Exercise, Mistake


def _layers():
    g = torch.Generator().manual_seed(0)
    return [
        tuple(map(torch.tensor, ([[4.0]], [1.0], [3.0], [2.0]))),
        (
            torch.tensor([[1.0, 0.0], [0.0, 1.0]]),
            torch.zeros(2),
            torch.tensor([1.0, -1.0]),
            torch.tensor([0.5, 2.0]),
        ),
        (
            torch.randn(5, 3, generator=g),
            torch.randn(5, generator=g),
            torch.randn(3, generator=g),
            torch.randn(3, generator=g).exp(),
        ),
    ]


def _by_probing(weight, bias, m, s):
    """Ask the old layer what it says at m and at m plus one stretched step along each axis."""
    at_zero = weight @ m + bias
    columns = [weight @ (m + s * axis) + bias - at_zero for axis in torch.eye(len(m))]
    return torch.stack(columns, 1), at_zero


absorbed_layer = Exercise(
    name="absorbed_layer",
    solution=lambda weight, bias, m, s: (weight * s, bias + weight @ m),
    inputs=_layers,
    praise="the layer sees m + s u, and answers as it did before.",
    mistakes=(
        Mistake(
            "the inverse map",
            lambda weight, bias, m, s: (weight / s, bias - weight @ (m / s)),
            "That is what you would do if the old latents went in and the new ones came out. The"
            " decoder is now handed u, and has to turn it back: z = m + s u.",
        ),
        Mistake(
            "divided by s",
            lambda weight, bias, m, s: (weight / s, bias + weight @ m),
            "The bias is right. The weight is to act on u as it acted on z = m + s u: does it grow"
            " or shrink with s?",
        ),
        Mistake(
            "shift with the wrong sign",
            lambda weight, bias, m, s: (weight * s, bias - weight @ m),
            "The weight is right. Write out W (m + s u) + c: with which sign does m stand there?",
        ),
        Mistake(
            "shift by the scaled weight",
            lambda weight, bias, m, s: (weight * s, bias + (weight * s) @ m),
            "The weight is right. The bias takes the weight as it was, W m: in m + s u only u is"
            " multiplied by s.",
        ),
        Mistake(
            "shift forgotten",
            lambda weight, bias, m, s: (weight * s, bias),
            "The stretch is there, the shift is not: at u = 0 the layer must see z = m.",
        ),
        Mistake(
            "shift without the weight",
            lambda weight, bias, m, s: (
                weight * s,
                bias + (m if m.shape == bias.shape else m.sum()),
            ),
            "m is a point of the latent space, the bias belongs to the outputs: m has to go through"
            " the weight.",
        ),
        Mistake(
            "variance for standard deviation",
            lambda weight, bias, m, s: (weight * s**2, bias + weight @ m),
            "You multiplied by the variance. z = m + s u holds with the standard deviation s.",
        ),
        Mistake(
            "rows scaled for columns",
            lambda weight, bias, m, s: (
                weight * s.repeat(len(weight))[: len(weight)].unsqueeze(1),
                bias + weight @ m,
            ),
            "weight has shape (outputs, latents): each latent is a column, so s must run along the"
            " last axis.",
        ),
    ),
    also_right=(
        _by_probing,
        lambda weight, bias, m, s: (
            weight @ torch.diag(s),
            torch.nn.functional.linear(m, weight, bias),
        ),
        lambda weight, bias, m, s: [
            torch.einsum("ol,l->ol", weight, s),
            (weight * m).sum(1) + bias,
        ],
        lambda weight, bias, m, s: ((weight * s).tolist(), (bias + weight @ m).numpy()),
    ),
)
