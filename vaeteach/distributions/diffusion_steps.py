"""Diffusion as a hierarchical VAE whose encoder is fixed: its price, step by step, as KLs."""

import math

import torch

from .divergence import kl
from .gaussian import Gaussian, gaussian
from .noised import noised
from .randomness import draw, generator


@torch.no_grad()
def step_prices(q: Gaussian, pull, steps: int, seed=0) -> torch.Tensor:
    """E KL(q(z_s|z_t, x) || p(z_s|z_t)) for each step from noise to code; (steps, B), nats.

    The encoder is z_0 ~ q(z|x), then noise in `steps` portions, evenly spaced in the angle of which
    t is the squared sine. The model starts from z_1 ~ N(0, I), which q(z_1|x) is exactly (its KL is
    zero), and goes p(z_s|z_t) = N(mean, v I) with mean = c z_t + v sqrt(1 - s) pull(z_t, t), c =
    sqrt((1 - t) / (1 - s)), v = 1 - c^2. All are Gaussian, so every KL has its closed form; the
    mean over z_t ~ q(z_t|x) is estimated by one draw. The sum over steps is, by the chain rule, at
    least KL(q(z|x) || p(z)). Sources: Ho et al. 2020, equations 5 to 11, there with z_0 in the
    place of q(z_0|x); the larger of their two variances.
    """
    times = [math.sin(math.pi / 2 * i / steps) ** 2 for i in range(steps + 1)]
    prices, seed = [], generator(seed)
    for s, t in zip(times[:-1], times[1:]):
        now, before = noised(q, t), noised(q, s)
        z = draw(now, seed=seed)
        keep = math.sqrt(max(0.0, (1 - t) / (1 - s)))
        variance = 1 - keep**2
        gain = keep * (before.logvar - now.logvar).exp()
        left = before.logvar - now.logvar + math.log(variance)
        encoder = gaussian(before.mu + gain * (z - now.mu), left)
        mean = keep * z + variance * math.sqrt(1 - s) * pull(z, t)
        prices.append(kl(encoder, gaussian(mean, torch.full_like(mean, math.log(variance)))))
    return torch.stack(prices)
