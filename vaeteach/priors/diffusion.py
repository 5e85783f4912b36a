"""Diffusion as the prior: noise that a learned score turns, little by little, into codes."""

import torch
from torch import nn

from ..distributions import ProbabilityFlow, borrowed_rng, draw, generator, noised, one_pull
from ..support import whole_number

_WAVES = 4  # of time, which the network sees as cosines and sines
_FINENESS = 2.0  # of the ripples: how fast the phase runs with z, in radians


class DiffusionPrior(nn.Module):
    """p(z) of a diffusion whose score is learned: score(z, t) = -z + sqrt(1 - t) pull(z, t).

    pull is a network of z and t; it starts at zero, so that p starts at N(0, I). -z is the score of
    the noise alone, which the codes have become at t = 1. The density is that of the
    probability-flow equation, exact but for its `steps`, and differentiable; what trains it without
    solving the equation is `kl_bound`. hidden: widths of the network (SiLU). ripples: how many
    waves of z it is told beside z; without them it learns narrow codes slowly (Tancik et al. 2020).
    Sources: Song et al. 2021; as a prior of a VAE, Vahdat, Kreis and Kautz 2021, whose mixed score
    (section 3.2) has the same -z.
    """

    def __init__(self, latent_dim, hidden=(64, 64), steps=16, ripples=16, seed=0):
        super().__init__()
        latent_dim = whole_number(latent_dim, "latent_dim")
        self.steps = whole_number(steps, "steps")
        widths = (latent_dim + 2 * (_WAVES + ripples), *hidden)
        with borrowed_rng(seed):
            layers = [
                part
                for pair in zip(widths[:-1], widths[1:])
                for part in (nn.Linear(*pair), nn.SiLU())
            ]
            self.net = nn.Sequential(*layers, nn.Linear(widths[-1], latent_dim))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)
        directions = torch.randn(latent_dim, ripples, generator=generator(seed))
        self.register_buffer("ripples", _FINENESS * (2 / latent_dim) ** 0.5 * directions)
        self.register_buffer("zeros", torch.zeros(latent_dim))
        self.register_buffer("waves", 2.0 * torch.arange(1, _WAVES + 1))

    def pull(self, z, t):
        """What the codes add to the score of the noise; z (..., D), t a number or (...)."""
        angle = torch.as_tensor(t, dtype=z.dtype).clamp(0, 1).sqrt().asin().unsqueeze(-1)
        angle, phase = (angle * self.waves).expand(*z.shape[:-1], -1), z @ self.ripples
        seen = z, phase.cos(), phase.sin(), angle.cos(), angle.sin()
        return self.net(torch.cat(seen, -1))

    def score(self, z, t):
        """The learned gradient of log q(z_t) by z; shape of z."""
        shrink = (1 - torch.as_tensor(t, dtype=z.dtype)).sqrt().unsqueeze(-1)
        return -z + shrink * self.pull(z, t)

    def forward(self):
        return ProbabilityFlow(self.pull, self.zeros, self.steps)

    def kl_bound(self, q, seed=0, draws=16):
        """An unbiased estimate of an upper bound of KL(q(z|x) || p(z)), nats, (B,).

        1/2 E |pull(z_t, t) - one_pull(q, z_t, t)|^2 with t uniform on (0, 1) and z_t ~ q(z_t|x):
        denoising score matching, weighted so that it bounds. It bounds the KL from the density of
        the diffusion (the stochastic equation) with this score; the density of `forward`, the
        ordinary equation's, is the same where the score is perfect.
        q: a Gaussian, batch (B,). draws: times for each image, one in each of as many equal parts
        of (0, 1). Differentiable by q and by the network.
        Source: Song, Durkan, Murray and Ermon 2021, theorem 1, with its weighting.
        """
        seed = generator(seed)
        shape = (draws, *q.batch_shape)
        late = torch.rand(shape, generator=seed, dtype=q.mu.dtype)
        first = torch.arange(draws, dtype=q.mu.dtype).reshape(-1, *[1] * len(q.batch_shape))
        t = (first + late) / draws
        z = draw(noised(q, t), seed=seed)
        return 0.5 * (self.pull(z, t) - one_pull(q, z, t)).square().sum(-1).mean(0)
