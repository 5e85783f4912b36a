"""Exercise 0.2: how many numbers were learned."""

import torch
from torch import nn

from ..exercise import Exercise


def _sizes(seed=0):
    return [([2, 3],), ([64, 128, 4],), ([2, 64 + seed % 60, 128, 64],)]


count_parameters = Exercise(
    name="count_parameters",
    solution=lambda sizes: sum(a * b + b for a, b in zip(sizes, sizes[1:])),
    inputs=_sizes,
    praise="weights and biases of every layer.",
    mistakes="""
        biases forgotten: sum(a * b for a, b in zip(sizes, sizes[1:]))
            These are the weights only. Each layer also adds one bias for each of its outputs.
        a bias for each input: sum(a * b + a for a, b in zip(sizes, sizes[1:]))
            A bias is added to each *output* of a layer, so there are b of them and not a.
        the first layer only: sizes[0] * sizes[1] + sizes[1]
            This counts the first layer. Go on over all neighbouring pairs of sizes.
        the last layer only: sizes[-2] * sizes[-1] + sizes[-1]
            This counts the last layer only: is the sum inside the loop?
        biases of the input too: sum(a * b for a, b in zip(sizes, sizes[1:])) + sum(sizes)
            You gave the input pixels biases as well. Only the outputs of a layer have them.
        one bias a layer: sum(a * b + 1 for a, b in zip(sizes, sizes[1:]))
            A layer has one bias for each of its outputs, not one in all.
    """,
    also_right=(
        lambda sizes: sum((sizes[i] + 1) * sizes[i + 1] for i in range(len(sizes) - 1)),
        lambda sizes: sum(
            p.numel() for a, b in zip(sizes, sizes[1:]) for p in nn.Linear(a, b).parameters()
        ),
        lambda sizes: torch.tensor(sum((a + 1) * b for a, b in zip(sizes, sizes[1:]))),
    ),
)
