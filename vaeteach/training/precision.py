"""Matrix products in bfloat16, for those who ask: fewer digits, and on some processors twice the
speed.
"""

from contextlib import contextmanager
from functools import partial

import torch
from torch import nn

LARGE = 2**14  # weights of a layer; smaller products gain nothing


class _Bfloat16Linear(torch.autograd.Function):
    """x W^T + b whose three products (this one, and two in the backward pass) have factors of eight
    bits.

    The parameters stay float32, and so does all that is done with what the products give.
    """

    @staticmethod
    def forward(ctx, x, weight, bias):
        rows, weight = x.reshape(-1, x.shape[-1]).bfloat16(), weight.bfloat16()
        ctx.save_for_backward(rows, weight)
        return (rows @ weight.T).float().add_(bias).reshape(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx, gradient):
        rows, weight = ctx.saved_tensors
        at_rows = gradient.reshape(len(rows), -1)
        short = at_rows.bfloat16()
        by_x = (
            (short @ weight).float().reshape(*gradient.shape[:-1], -1)
            if ctx.needs_input_grad[0]
            else None
        )
        return by_x, (short.T @ rows).float(), at_rows.sum(0)


@contextmanager
def bfloat16_products(model):
    """Inside the block, the large linear layers of the model multiply in bfloat16; afterwards all
    is as before.

    It pays where the processor has instructions for it (avx512_bf16, amx) and the layers are some
    hundred units wide.
    """
    layers = [
        m
        for m in model.modules()
        if type(m) is nn.Linear and m.bias is not None and m.weight.numel() >= LARGE
    ]
    for layer in layers:
        layer.forward = partial(_forward, layer)
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward


def _forward(layer, x):
    return _Bfloat16Linear.apply(x, layer.weight, layer.bias)
