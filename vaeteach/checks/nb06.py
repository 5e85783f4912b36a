"""Checks of notebook 06: the variance of an average of Gaussians, the KL's two parts, and the holes
of q(z).
"""

import math

import torch

from .exercise import Exercise, Mistake


def _posteriors():
    g = torch.Generator().manual_seed(0)
    small = torch.tensor([[0.0], [2.0]]), torch.log(torch.tensor([[0.5], [1.5]]))
    return [
        small,
        (torch.randn(4, 2, generator=g), torch.randn(4, 2, generator=g) - 1),
        (1 + torch.randn(30, 3, generator=g), torch.randn(30, 3, generator=g) - 2),
    ]


def _total_variance(mu, logvar):
    return logvar.exp().mean(0) + mu.var(0, unbiased=False)


total_variance = Exercise(
    name="total_variance",
    solution=_total_variance,
    inputs=_posteriors,
    praise="within plus between, one number for each latent.",
    mistakes=(
        Mistake(
            "the between part is missing",
            lambda mu, logvar: logvar.exp().mean(0),
            "This is the mean of the variances. The means differ from image to image too: add their"
            " variance.",
        ),
        Mistake(
            "the within part is missing",
            lambda mu, logvar: mu.var(0, unbiased=False),
            "This is the variance of the means. Each q(z|x) has a width of its own: add the mean of"
            " sigma squared.",
        ),
        Mistake(
            "the variance of the means divided by N - 1",
            lambda mu, logvar: logvar.exp().mean(0) + mu.var(0),
            "N - 1 estimates the variance of a larger population. Here the N images are the whole"
            " mixture: divide by N (unbiased=False).",
        ),
        Mistake(
            "standard deviation for variance",
            lambda mu, logvar: (logvar / 2).exp().mean(0) + mu.var(0, unbiased=False),
            "exp(logvar / 2) is sigma; the law asks for the mean of sigma squared, exp(logvar).",
        ),
        Mistake(
            "log-variance for variance",
            lambda mu, logvar: logvar.mean(0) + mu.var(0, unbiased=False),
            "logvar is the log of the variance: take exp before you average.",
        ),
        Mistake(
            "exp of the mean log-variance",
            lambda mu, logvar: logvar.mean(0).exp() + mu.var(0, unbiased=False),
            "You averaged first and took exp afterwards: that is a geometric mean. Exp first, then"
            " the mean.",
        ),
        Mistake(
            "second moment for variance",
            lambda mu, logvar: logvar.exp().mean(0) + mu.square().mean(0),
            "The mean of mu squared is a variance only where the mean of mu is zero: subtract the"
            " mean first.",
        ),
        Mistake(
            "mean over the dimensions",
            lambda mu, logvar: logvar.exp().mean(1) + mu.var(1, unbiased=False),
            "You went along the latents and not along the images: the images are axis 0.",
        ),
        Mistake(
            "one number for all latents",
            lambda mu, logvar: logvar.exp().mean() + mu.var(unbiased=False),
            "This mixes all latents into one number; keep axis 1.",
        ),
        Mistake(
            "standard deviation of the result",
            lambda mu, logvar: _total_variance(mu, logvar).sqrt(),
            "This is the standard deviation of q(z); the variance is asked for.",
        ),
        Mistake(
            "standard deviation of the means",
            lambda mu, logvar: logvar.exp().mean(0) + mu.std(0, unbiased=False),
            "Variances add, standard deviations do not: use var for the means.",
        ),
    ),
)


def _pairs():
    cases = []
    for n, d, seed in ((2, 1, 1), (5, 2, 2), (40, 3, 3)):
        g = torch.Generator().manual_seed(seed)
        mu, sigma = 1.5 * torch.randn(n, d, generator=g), 0.3 + 0.4 * torch.rand(n, d, generator=g)
        z = mu + sigma * torch.randn(n, d, generator=g)
        pairs = torch.distributions.Normal(mu, sigma).log_prob(z[:, None]).sum(-1)
        cases.append((pairs, torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(-1)))
    return cases


def _log_q(pairs):
    return torch.logsumexp(pairs, 1) - math.log(pairs.shape[1])


def _split(pairs, log_p):
    return (pairs.diagonal() - _log_q(pairs)).mean(), (_log_q(pairs) - log_p).mean()


def _split_with(log_q):
    """The split with another idea of log q(z)."""
    return lambda pairs, log_p: (
        (pairs.diagonal() - log_q(pairs)).mean(),
        (log_q(pairs) - log_p).mean(),
    )


kl_split = Exercise(
    name="kl_split",
    solution=_split,
    inputs=_pairs,
    praise="together they are the mean KL term, estimated at these draws.",
    mistakes=(
        Mistake(
            "log N forgotten",
            _split_with(lambda pairs: torch.logsumexp(pairs, 1)),
            "q(z) is the *mean* of the densities, not their sum: subtract log N after logsumexp.",
        ),
        Mistake(
            "logsumexp over the draws",
            _split_with(lambda pairs: torch.logsumexp(pairs, 0) - math.log(len(pairs))),
            "For each draw (row) average over the images (columns): axis 1, not axis 0.",
        ),
        Mistake(
            "mean of the logs",
            _split_with(lambda pairs: pairs.mean(1)),
            "This averages log-densities. The mixture averages densities: logsumexp, then minus"
            " log N.",
        ),
        Mistake(
            "log N added",
            _split_with(lambda pairs: torch.logsumexp(pairs, 1) + math.log(pairs.shape[1])),
            "Dividing by N means subtracting log N.",
        ),
        Mistake(
            "the two swapped",
            lambda pairs, log_p: _split(pairs, log_p)[::-1],
            "Both numbers are there; return the information first and the marginal KL second.",
        ),
        Mistake(
            "signs flipped",
            lambda pairs, log_p: tuple(-part for part in _split(pairs, log_p)),
            "Both are minus what they should be: first the log of the numerator, then minus that of"
            " the denominator.",
        ),
        Mistake(
            "sign of the marginal KL flipped",
            lambda pairs, log_p: (_split(pairs, log_p)[0], -_split(pairs, log_p)[1]),
            "KL(q || p) is the mean of log q - log p under q.",
        ),
        Mistake(
            "the whole KL for the marginal one",
            lambda pairs, log_p: (_split(pairs, log_p)[0], (pairs.diagonal() - log_p).mean()),
            "Your second number uses q(z|x), so it is the whole KL term; the marginal KL uses the"
            " average q(z).",
        ),
        Mistake(
            "the whole KL for the information",
            lambda pairs, log_p: ((pairs.diagonal() - log_p).mean(), _split(pairs, log_p)[1]),
            "Your first number compares with the prior; the information compares q(z|x) with the"
            " average q(z).",
        ),
        Mistake(
            "sums over the draws",
            lambda pairs, log_p: tuple(len(pairs) * part for part in _split(pairs, log_p)),
            "These are sums over the images; nats an image are their means.",
        ),
        Mistake(
            "all pairs for the own code",
            lambda pairs, log_p: ((pairs - _log_q(pairs)[:, None]).mean(), _split(pairs, log_p)[1]),
            "log q(z|x) of a draw belongs to the image it was drawn from: the diagonal of the"
            " matrix.",
        ),
    ),
)


def _planes():
    cases = []
    for points, limit, seed in ((3, 1.0, 0), (21, 3.0, 1), (41, 4.0, 2)):
        axis = torch.linspace(-limit, limit, points)
        x, y = torch.meshgrid(axis, axis, indexing="xy")
        log_p = -(x**2 + y**2) / 2 - math.log(2 * math.pi)
        g = torch.Generator().manual_seed(seed)
        log_q = log_p + 3 * torch.randn(points, points, generator=g)
        cases.append((log_q, log_p, float(axis[1] - axis[0]) ** 2))
    return cases


def _hole(log_q, log_p):
    return log_q - log_p < -2


mass_in_holes = Exercise(
    name="mass_in_holes",
    solution=lambda log_q, log_p, cell: (log_p.exp() * _hole(log_q, log_p)).sum() * cell,
    inputs=_planes,
    praise="that share of the prior's samples falls into holes.",
    mistakes=(
        Mistake(
            "mass of q for mass of p",
            lambda log_q, log_p, cell: (log_q.exp() * _hole(log_q, log_p)).sum() * cell,
            "You summed q over the holes, where it is small by definition; new pictures are drawn"
            " from the prior.",
        ),
        Mistake(
            "cells counted",
            lambda log_q, log_p, cell: _hole(log_q, log_p).float().mean(),
            "This is the share of the grid's cells. A far cell counts as much as one in the middle:"
            " weight by p.",
        ),
        Mistake(
            "area for mass",
            lambda log_q, log_p, cell: _hole(log_q, log_p).sum() * cell,
            "This is the area of the holes; weight each cell by the prior's density.",
        ),
        Mistake(
            "cell size forgotten",
            lambda log_q, log_p, cell: (log_p.exp() * _hole(log_q, log_p)).sum(),
            "A density becomes a mass only when it is multiplied by the area of the cell.",
        ),
        Mistake(
            "crowds for holes",
            lambda log_q, log_p, cell: (log_p.exp() * (log_p - log_q < -2)).sum() * cell,
            "The inequality is the wrong way round: you found where q exceeds p.",
        ),
        Mistake(
            "everything but the holes",
            lambda log_q, log_p, cell: (log_p.exp() * ~_hole(log_q, log_p)).sum() * cell,
            "This is the mass outside the holes.",
        ),
        Mistake(
            "log-density for density",
            lambda log_q, log_p, cell: (log_p * _hole(log_q, log_p)).sum() * cell,
            "You summed log p; exponentiate it first.",
        ),
    ),
)
