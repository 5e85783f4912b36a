"""A few posteriors with random moments."""

import torch
from torch.distributions import Categorical, MixtureSameFamily

import vaeteach as vt


def posteriors(n=7, d=2, seed=0, dtype=torch.float64):
    g = torch.Generator().manual_seed(seed)
    return vt.gaussian(
        2 * torch.randn(n, d, generator=g, dtype=dtype),
        torch.randn(n, d, generator=g, dtype=dtype) - 1,
    )


def as_torch_mixture(q):
    return MixtureSameFamily(Categorical(torch.ones(q.batch_shape, dtype=q.mean.dtype)), q)
