"""Exercise 16.3: denoising score matching, with the score as the network's output."""

import torch

from ..exercise import Exercise, Mistake


def _batches(seed=0):
    g = torch.Generator().manual_seed(seed)
    cases = []
    for size, dims in ((1, 1), (3, 2), (5, 3)):
        mu, e = torch.randn(2, size, dims, generator=g)
        var = torch.rand(size, dims, generator=g) + 0.1
        t = 0.1 + 0.8 * torch.rand(size, 1, generator=g)
        cases.append((_network, mu, var, t, e))
    return cases


def _network(z, t):
    """A stand-in for a network: any function of z and t will do."""
    return -z + 0.3 * torch.sin(2 * z) * (1 - t)


def _noised(mu, var, t):
    return (1 - t).sqrt() * mu, (1 - t) * var + t


def _with(target, mean=False):
    def loss(score, mu, var, t, e):
        mean_t, var_t = _noised(mu, var, t)
        z = mean_t + var_t.sqrt() * e
        square = (score(z, t) - target(z, mean_t, var_t, e)) ** 2
        return square.mean(-1) if mean else square.sum(-1)

    return loss


_right = _with(lambda z, mean, var, e: (mean - z) / var)


def by_noise(score, mu, var, t, e):
    mean_t, var_t = _noised(mu, var, t)
    stddev = torch.sqrt(var_t)
    left = score(mean_t + stddev * e, t) + e / stddev
    return torch.einsum("bd,bd->b", left, left)


def by_autograd(score, mu, var, t, e):
    mean_t, var_t = _noised(mu, var, t)
    z = (mean_t + var_t.sqrt() * e).requires_grad_()
    normal = torch.distributions.Normal(mean_t, var_t.sqrt())
    (own,) = torch.autograd.grad(normal.log_prob(z).sum(), z)
    return (score(z.detach(), t) - own).square().sum(1)


denoising_loss = Exercise(
    name="denoising_loss",
    solution=_right,
    inputs=_batches,
    praise="the network sees z and t only; what it cannot know averages out to the score.",
    mistakes=(
        Mistake(
            "the noise as the target",
            _with(lambda z, mean, var, e: e),
            "You compare the score with the noise. The score of a Gaussian at its own draw is minus"
            " the noise over the standard deviation.",
        ),
        Mistake(
            "sign flipped",
            _with(lambda z, mean, var, e: (z - mean) / var),
            "Your target points away from the mean. The gradient of the log-density is"
            " (mean - z) / var.",
        ),
        Mistake(
            "variance for standard deviation in the target",
            _with(lambda z, mean, var, e: -e / var),
            "(mean - z) / var is minus e over the *standard deviation*: one root of var cancels.",
        ),
        Mistake(
            "mean over the dimensions",
            _with(lambda z, mean, var, e: (mean - z) / var, mean=True),
            "You averaged over the dimensions. A squared distance is their sum.",
        ),
        Mistake(
            "one number for the batch",
            lambda *a: _right(*a).mean(),
            "One number came out for all images. Return one for each, shape (B,).",
        ),
        Mistake(
            "noise scaled by the variance",
            lambda score, mu, var, t, e: (lambda m, v: (score(m + v * e, t) + e).square().sum(-1))(
                *_noised(mu, var, t)
            ),
            "The draw is mean + standard deviation times e; you multiplied by the variance.",
        ),
        Mistake(
            "the code not noised",
            lambda score, mu, var, t, e: (
                (score(mu + var.sqrt() * e, t) + e / var.sqrt()).square().sum(-1)
            ),
            "This is the code at t = 0. First take mean and variance at time t, as in exercise 1.",
        ),
    ),
    also_right=(by_noise, by_autograd),
)
