"""A decoder that may look at the pixels already written: strong enough to need no code."""

import torch
from torch import nn
from torch.distributions import Bernoulli, Distribution, constraints

from ..models import mlp


class RasterBernoulli(Distribution):
    """Binary pixels in reading order, each one's logit a sum of what z says and of what the pixels
    before it say.

    logits: (..., P) from z; context: a function of pixels (..., P) whose output i uses pixels
    before i only.
    """

    arg_constraints = {}
    support = constraints.independent(constraints.boolean, 1)

    def __init__(self, logits, context):
        self.logits, self.context = logits, context
        super().__init__(logits.shape[:-1], logits.shape[-1:], validate_args=False)

    def log_prob(self, value):
        return (
            Bernoulli(logits=self.logits + self.context(value), validate_args=False)
            .log_prob(value)
            .sum(-1)
        )

    def _in_order(self, choose, shape=()):
        x = torch.zeros(torch.Size(shape) + self.logits.shape)
        for i in range(x.shape[-1]):
            x[..., i] = choose(torch.sigmoid(self.logits[..., i] + self.context(x)[..., i]))
        return x

    @torch.no_grad()
    def sample(self, sample_shape=()):
        return self._in_order(torch.bernoulli, sample_shape)

    @property
    @torch.no_grad()
    def mean(self):
        """Pixel means with each earlier pixel at its own mean: the exact means need a sum over all
        pictures.
        """
        return self._in_order(lambda probability: probability)


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
