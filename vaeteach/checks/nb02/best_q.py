"""Exercise 2.3: the best q for one image."""

import math

import numpy as np
import torch
from torch.distributions import Normal

from ..exercise import Exercise


def _grids(seed=0):
    shift = 0.25 * (seed % 4)  # one step of the list of means
    z = torch.linspace(-6, 6, 241)
    mus, sigmas = torch.linspace(-3, 3, 25), torch.tensor([0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5])
    normal = torch.distributions.Normal
    one = normal(1.0 - shift, 0.5).log_prob(z) - 20
    two = torch.logaddexp(
        normal(-1.25 - shift, 0.2).log_prob(z) + math.log(0.4),
        normal(1.0, 0.35).log_prob(z) + math.log(0.6),
    )
    return [
        (z, one, mus, sigmas),
        (z, two - 31.0, mus, sigmas),
        (z, two.flip(0) + z - 7.0, mus, sigmas),
        (z, normal(1.0, 0.7).log_prob(z), mus[::4], torch.linspace(0.3, 1.5, 49)),  # a fine list
    ]


def _tables(z, log_joint, mus, sigmas):
    """q as weights that sum to 1, (M, L, S), and its log density."""
    log_q = (
        -0.5 * ((z - mus[:, None, None]) / sigmas[:, None]) ** 2
        - sigmas[:, None].log()
        - 0.5 * math.log(2 * math.pi)
    )
    weight = torch.softmax(log_q, -1)
    return log_q, weight


def _argbest(score, mus, sigmas):
    i, j = divmod(int(score.argmax()), len(sigmas))
    return float(mus[i]), float(sigmas[j])


def _best_q(z, log_joint, mus, sigmas):
    log_q, weight = _tables(z, log_joint, mus, sigmas)
    return _argbest((weight * (log_joint - log_q)).sum(-1), mus, sigmas)


def _without_entropy(z, log_joint, mus, sigmas):
    return _argbest((_tables(z, log_joint, mus, sigmas)[1] * log_joint).sum(-1), mus, sigmas)


def _sigma_as_variance(z, log_joint, mus, sigmas):
    mu, root = _best_q(z, log_joint, mus, sigmas.sqrt())
    return mu, float(sigmas[(sigmas.sqrt() - root).abs().argmin()])


def _minimised(z, log_joint, mus, sigmas):
    log_q, weight = _tables(z, log_joint, mus, sigmas)
    return _argbest((weight * (log_q - log_joint)).sum(-1), mus, sigmas)


def _kl_the_wrong_way(z, log_joint, mus, sigmas):
    log_q, _ = _tables(z, log_joint, mus, sigmas)
    return _argbest((torch.softmax(log_joint, -1) * log_q).sum(-1), mus, sigmas)


def _unweighted(z, log_joint, mus, sigmas):
    return _argbest((log_joint - _tables(z, log_joint, mus, sigmas)[0]).sum(-1), mus, sigmas)


def _indices(z, log_joint, mus, sigmas):
    mu, sigma = _best_q(z, log_joint, mus, sigmas)
    return int((mus - mu).abs().argmin()), int((sigmas - sigma).abs().argmin())


def _one_by_one(z, log_joint, mus, sigmas):
    best, where = -math.inf, None
    for mu in mus:
        for sigma in sigmas:
            log_q = Normal(mu, sigma).log_prob(z)
            value = float((log_q.exp() * (log_joint - log_q)).sum() * (z[1] - z[0]))
            if value > best:
                best, where = value, (mu, sigma)
    return where


def _least_divergence(z, log_joint, mus, sigmas):
    """The best ELBO is the smallest KL to the normalised posterior, and the entropy is known."""
    log_posterior = torch.log_softmax(log_joint, 0)
    pairs = [(float(m), float(s)) for m in mus for s in sigmas]
    cost = []
    for m, s in pairs:
        q = torch.softmax(Normal(m, s).log_prob(z), 0)
        cost.append(float((q * -log_posterior).sum()) - math.log(s))
    return np.array(pairs[int(np.argmin(cost))])


best_q = Exercise(
    name="best_q",
    solution=_best_q,
    inputs=_grids,
    praise="the highest ELBO in the family, found for this one image.",
    mistakes="""
        entropy forgotten: _without_entropy(z, log_joint, mus, sigmas)
            Without - log q (or with its sign flipped) the narrowest q on the peak wins. The ELBO is
            the mean under q of log p(x, z) - log q(z), and the second part rewards a wide q.
        sigma taken for the variance: _sigma_as_variance(z, log_joint, mus, sigmas)
            Your q has variance sigma. The list holds standard deviations, and so does Normal(mu,
            sigma).
        the worst q: _minimised(z, log_joint, mus, sigmas)
            This is the q with the *lowest* ELBO. Either the sign is flipped or argmin stands where
            argmax should.
        KL the wrong way round: _kl_the_wrong_way(z, log_joint, mus, sigmas)
            You averaged under the posterior, which gives KL(p || q) and a q that covers everything.
            The ELBO averages under q.
        plain sum over the grid: _unweighted(z, log_joint, mus, sigmas)
            An expectation under q weights each grid point by q: the weights are missing.
        the order swapped: _best_q(z, log_joint, mus, sigmas)[::-1]
            Right, but in the other order: first mu, then sigma.
        indices: _indices(z, log_joint, mus, sigmas)
            These are the places of the best pair in the two lists; return the values mu and sigma
            themselves.
    """,
    also_right=(_one_by_one, _least_divergence),
)
