"""How large the normaliser of a Boltzmann machine is where its states are too many to add up."""

import math

import torch
from torch import Tensor

from ..distributions import generator, log1pexp
from ..support import whole_number
from .boltzmann import RBM


@torch.no_grad()
def annealed_log_partition(
    rbm: RBM,
    steps: int = 2000,
    chains: int = 200,
    base: Tensor | None = None,
    seed: int | torch.Generator = 0,
) -> tuple[float, float]:
    """An estimate of log Z by annealed importance sampling, and its standard error in nats.

    ``chains`` samples walk from independent pixels with log-odds ``base`` (V,) (the visible biases
    if not given; the data's log-odds are better) to the RBM, through p_t(v) proportional to exp((1
    - t) base.v + t a.v) times the product over j of 1 + exp(t (b_j + (v W)_j)), and log Z = log
    Z_base + log mean exp(log w). The error is by the delta method. Source: Neal 2001; Salakhutdinov
    and Murray 2008, "On the quantitative analysis of deep belief networks".
    """
    whole_number(steps, "steps"), whole_number(chains, "chains")
    g, a = generator(seed), rbm.visible_bias
    base = a if base is None else base.to(a.dtype)
    v = torch.bernoulli(base.sigmoid().expand(chains, -1), generator=g)

    def score(v: Tensor, hidden_input: Tensor, t: float) -> Tensor:
        return v @ torch.lerp(base, a, t) + log1pexp(t * hidden_input).sum(-1)

    log_w = torch.zeros(chains, dtype=a.dtype)
    for i in range(steps):
        old, new = i / steps, (i + 1) / steps
        inputs = rbm.hidden_bias + v @ rbm.weight
        log_w += score(v, inputs, new) - score(v, inputs, old)
        h = torch.bernoulli((new * inputs).sigmoid(), generator=g)
        v = torch.bernoulli(
            (torch.lerp(base, a, new) + new * (h @ rbm.weight.T)).sigmoid(), generator=g
        )
    log_base = log1pexp(base).sum() + rbm.n_hidden * math.log(2)
    weights = (log_w - log_w.max()).exp()
    error = weights.std() / weights.mean() / math.sqrt(chains)
    return float(log_base + log_w.logsumexp(0) - math.log(chains)), float(error)
