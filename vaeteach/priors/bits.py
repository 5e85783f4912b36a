"""Independent bits as the prior, at probability 1/2 or learned."""

import torch
from torch import nn

from ..distributions import bernoulli
from ..support import whole_number


class BernoulliPrior(nn.Module):
    """p(z) of D independent bits with log-odds ``logits`` (D,), zero until they are learned."""

    def __init__(self, latent_dim: int, learn: bool = True):
        super().__init__()
        self.logits = nn.Parameter(
            torch.zeros(whole_number(latent_dim, "latent_dim")), requires_grad=learn
        )

    def forward(self):
        return bernoulli(self.logits)
