"""The aggregate posterior while it dissolves in noise: density and score at every time, exactly.

Time t in [0, 1] is the noise's share of the variance: z_t = sqrt(1 - t) z_0 + sqrt(t) e with
e ~ N(0, I). Each q(z|x) is Gaussian and stays so, hence the average over images is a mixture with
known components at every t, from the codes themselves (t = 0) to N(0, I) (t = 1).
"""

import torch

from .gaussian import Gaussian, gaussian

_PAIRS = 2**20  # numbers held at once when points meet components


def noised(q: Gaussian, t) -> Gaussian:
    """q(z_t|x) = N(sqrt(1 - t) mu, (1 - t) sigma^2 + t) of posteriors q(z|x) = N(mu, sigma^2).

    q: a Gaussian, batch (...), event (D,). t: the noise's share of the variance, in [0, 1], a
    number or a tensor that broadcasts with the batch. Raises ValueError for another t.
    `AggregatePosterior.of(noised(q, t))` is then the noised aggregate posterior.
    Source: Sohl-Dickstein et al. 2015, section 2.1; Song et al. 2021, equation 29 ("VP").
    """
    t = torch.as_tensor(t, dtype=q.mu.dtype)
    if not bool(((t >= 0) & (t <= 1)).all()):
        raise ValueError(f"noised: t is the noise's share of the variance, 0 to 1; got {t}.")
    t = t.unsqueeze(-1)
    return gaussian((1 - t).sqrt() * q.mu, ((1 - t) * q.logvar.exp() + t).log())


def mixture_score(q: Gaussian, z: torch.Tensor) -> torch.Tensor:
    """The gradient by z of log (1/N) sum_n q_n(z), for components q, batch (N,); shape of z.

    Each component pulls towards its mean by (mu_n - z) / sigma_n^2, and the pulls are averaged with
    the share that each component has in the density at z.
    """
    return _averaged(q, z, lambda part: (q.mu - part) / q.logvar.exp())


def perfect_pull(q: Gaussian, z: torch.Tensor, t) -> torch.Tensor:
    """What the codes add to the score of the noise: g with score = -z + sqrt(1 - t) g.

    q: the posteriors at t = 0, batch (N,). z: points (..., D) at time t, a number. Shape of z. It
    is finite at both ends of time, also where the score is -z by cancellation.
    """
    at_t, t = noised(q, t), torch.as_tensor(t, dtype=q.mu.dtype)
    return _averaged(at_t, z, lambda part: one_pull(q, part, t))


def one_pull(q: Gaussian, z: torch.Tensor, t) -> torch.Tensor:
    """The pull of single posteriors: mu + sqrt(1 - t) (sigma^2 - 1) / var_t (z - sqrt(1 - t) mu).

    q: batch (...), z: (..., D) at time t, which broadcasts with the batch. Its mean over the q that
    may have led to z is `perfect_pull`, which is why a network that is fitted to it by squares
    learns the score (Vincent 2011, equation 11: denoising score matching).
    """
    t = torch.as_tensor(t, dtype=q.mu.dtype).unsqueeze(-1)
    shrink, variance = (1 - t).sqrt(), q.logvar.exp()
    slope = shrink * (variance - 1) / ((1 - t) * variance + t)
    return q.mu + slope * (z - shrink * q.mu)


def _averaged(q, z, of):
    """The mean over components, by their share at z, of `of(points)`; in chunks of points."""
    points = z.reshape(-1, z.shape[-1])
    per_chunk = max(1, _PAIRS // q.mu.numel())
    parts = []
    for part in points.unsqueeze(1).split(per_chunk):
        share = q.log_prob(part).softmax(1)
        parts.append((share.unsqueeze(-1) * of(part)).sum(1))
    return torch.cat(parts).reshape(z.shape) if parts else torch.empty_like(z)
