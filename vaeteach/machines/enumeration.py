"""Models whose codes can be listed: every sum over them is exact.

For a VAE whose prior is over bits or over words, and binary pixels.
"""

import math

import torch
from torch import Tensor
from torch.distributions import constraints

from ..models import VAE
from .helmholtz import Exact
from .states import all_codes, check_bits

CHUNK = 2**23  # numbers of a table over images, codes and positions held at once


def codes_of(model: VAE, dtype=None) -> Tensor:
    """Every code that the model's prior is over, one a row, in the order of ``all_codes``.

    Raises ValueError above 2^16 codes, and for a prior that is not over bits or words.
    """
    prior = model.prior()
    symbol = getattr(prior.support, "base_constraint", None)
    if symbol is constraints.boolean:
        words = 2
    elif hasattr(symbol, "upper_bound") and symbol.is_discrete:
        words = int(symbol.upper_bound) + 1
    else:
        raise ValueError("The codes of this model cannot be listed: its prior is a density.")
    return all_codes(prior.event_shape[0], words, dtype)


def log_joint_table(model: VAE, x: Tensor) -> Tensor:
    """log p(x, z) of images x (B, P), zeros and ones, for every code: (B, codes), nats.

    A pixel that is 0 or 1 makes log p(x|z) affine in x, so the whole table is one product.
    """
    codes = codes_of(model, x.dtype)
    p = model.decode(codes)
    check_bits(x, p.event_shape[0])
    off, on = (p.base_dist.log_prob(torch.full_like(p.mean, pixel)) for pixel in (0.0, 1.0))
    return torch.addmm(off.sum(1) + model.prior().log_prob(codes), x, (on - off).T)


def exact_codes(model: VAE, x: Tensor) -> Exact:
    """log p(x), the bound and the gap of each image (B, P), summed over every code.

    log p(x) = log sum_z p(z) p(x | z); the bound is E_q of log p(x, z) - log q(z | x), without
    sampling noise. Nats, each (B,), with gradients. Raises ValueError above 2^16 codes.
    """
    codes, marginals, bounds = codes_of(model, x.dtype), [], []
    for part in x.split(max(1, CHUNK // codes.numel())):
        joint = log_joint_table(model, part)
        log_q = model.encode(part.unsqueeze(1)).log_prob(codes)
        terms = (joint - log_q).masked_fill(log_q.isneginf(), 0.0)
        marginals.append(joint.logsumexp(1))
        bounds.append((log_q.exp() * terms).sum(1))
    log_marginal, bound = torch.cat(marginals), torch.cat(bounds)
    return Exact(log_marginal, bound, log_marginal - bound)


@torch.no_grad()
def average_posterior_codes(model: VAE, x: Tensor) -> Tensor:
    """<q(z | x)> over the rows of x, a table over all codes, in the order of ``all_codes``."""
    codes = codes_of(model, x.dtype)
    parts = x.split(max(1, CHUNK // codes.numel()))
    sums = [model.encode(part.unsqueeze(1)).log_prob(codes).logsumexp(0) for part in parts]
    return (torch.stack(sums).logsumexp(0) - math.log(len(x))).exp()
