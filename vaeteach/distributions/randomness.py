"""Random draws that leave torch's global state alone."""

import threading
from contextlib import contextmanager

import torch
from torch.distributions import Distribution

from .gaussian import Gaussian

# two threads that borrow torch's global generator must not interleave
_global_rng = threading.RLock()


def generator(seed: int | torch.Generator) -> torch.Generator:
    """`seed` itself if it is a torch.Generator (it moves on), else a new one from it."""
    if isinstance(seed, torch.Generator):
        return seed
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        raise TypeError(f"seed must be an integer or a torch.Generator, got {type(seed).__name__}.")
    if not -(2**63) <= int(seed) < 2**64:
        raise ValueError(f"seed must fit into 64 bits, got {seed}.")
    return torch.Generator().manual_seed(int(seed))


@contextmanager
def borrowed_rng(seed):
    """Inside, torch's global generator is started from `seed`; afterwards it is as it was before.

    For torch code that takes no generator (module initialisation, most `rsample`s).
    """
    start = (
        seed if isinstance(seed, int) else int(torch.randint(2**62, (), generator=generator(seed)))
    )
    with _global_rng:
        before = torch.random.get_rng_state()
        torch.random.default_generator.manual_seed(start)
        try:
            yield
        finally:
            torch.random.set_rng_state(before)


def draw(distribution: Distribution, shape=(), seed: int | torch.Generator = 0) -> torch.Tensor:
    """A sample of shape `shape + batch + event`, reparameterised where the family allows it.

    seed: an integer (the same call gives the same numbers) or a torch.Generator (which moves on).
    Torch's global random state is left as it was. For a Gaussian this is mu + sigma * eps (Kingma
    and Welling 2014, equation 4).
    """
    shape = torch.Size(shape)
    if isinstance(distribution, Gaussian):
        mu, scale = distribution.mu, distribution.base_dist.scale
        noise = torch.randn(shape + mu.shape, generator=generator(seed), dtype=mu.dtype)
        return mu + scale * noise
    with borrowed_rng(seed):
        return (
            distribution.rsample(shape) if distribution.has_rsample else distribution.sample(shape)
        )
