"""A mixture of Bernoullis for binary images, fitted by EM."""

import torch
from torch.distributions import Bernoulli, Independent

from .mixture import mixture
from .randomness import generator


def fit_bernoulli_mixture(x, n_components, seed=0, steps=60):
    """The mixture of `n_components` products of Bernoullis that EM finds for images x, (N, P).

    Each pixel of each component starts with one pseudo-count of 0 and one of 1, so that no image is
    impossible. seed: of the start, random soft assignments. Returns a Distribution, batch (), event
    (P,). Raises ValueError for pixels other than 0 and 1, and for more components than images.
    Source: Bishop 2006, section 9.3.3.
    """
    if not ((x == 0) | (x == 1)).all():
        raise ValueError("fit_bernoulli_mixture: pixels must be 0 or 1; use data.binarized().")
    if not 1 <= n_components <= len(x):
        raise ValueError(
            f"fit_bernoulli_mixture: n_components must be from 1 to {len(x)}, the number of images;"
            f" got {n_components!r}."
        )
    x, noise = x.double(), torch.rand(len(x), n_components, generator=generator(seed))
    share = noise.double().pow(4)
    for _ in range(steps):
        share = share / share.sum(1, keepdim=True)
        count = share.sum(0)
        p = (share.T @ x + 1) / (count[:, None] + 2)
        log_weight = (count / len(x)).log()
        log_joint = x @ p.logit().T + (-p).log1p().sum(1) + log_weight
        share = torch.softmax(log_joint, 1)
    components = Independent(Bernoulli(p.float(), validate_args=False), 1)
    return mixture(log_weight.float(), components)
