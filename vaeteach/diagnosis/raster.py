"""A decoder that may look at the pixels already written: strong enough to need no code."""

import torch
from torch import nn

from ..distributions import RasterBernoulli
from ..models import mlp


class RasterDecoder(nn.Module):
    """A decoder that may look at the pixels already written: z is welcome but hardly needed.

    width: hidden units for each pixel; by default about 512 in all, at least one a pixel.
    """

    def __init__(self, latents, pixels, width=None):
        super().__init__()
        width = max(1, 512 // pixels) if width is None else width
        self.net = mlp([latents, 64, pixels])
        self.inner = nn.Parameter(torch.zeros(width * pixels, pixels))
        self.outer = nn.Parameter(0.1 * torch.randn(pixels, width * pixels))
        nn.init.normal_(self.inner, std=pixels**-0.5)
        order = torch.arange(pixels)
        hidden = order.repeat_interleave(width)
        # hidden unit of pixel i: pixels before i
        self.register_buffer("sees", (order[None] < hidden[:, None]).float())
        self.register_buffer("used", (hidden[None] <= order[:, None]).float())

    def context(self, x):
        return torch.tanh(x @ (self.inner * self.sees).T) @ (self.outer * self.used).T

    def forward(self, z):
        return RasterBernoulli(self.net(z), self.context)
