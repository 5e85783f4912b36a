"""Exercise 6.2: the two parts of the mean KL."""

import math

import torch

from ..exercise import Exercise


def _pairs(seed=0):
    cases = []
    for n, d, number in ((2, 1, 1), (5, 2, 2), (40, 3, 3)):
        g = torch.Generator().manual_seed(number + seed)
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


def split_by_difference(pairs, log_p):
    log_q = torch.logsumexp(pairs - math.log(len(pairs)), 1)
    marginal = torch.mean(log_q - log_p)
    return torch.mean(torch.diag(pairs) - log_p) - marginal, marginal


def split_by_a_loop(pairs, log_p):
    information = marginal = 0.0
    for i, row in enumerate(pairs.double()):
        log_q = float(row.exp().mean().log())
        information += float(row[i]) - log_q
        marginal += log_q - float(log_p[i])
    return [information / len(pairs), marginal / len(pairs)]


kl_split = Exercise(
    name="kl_split",
    solution=_split,
    inputs=_pairs,
    praise="together they are the mean KL term, estimated at these draws.",
    mistakes="""
        log N forgotten: _split_with(lambda pairs: torch.logsumexp(pairs, 1))(pairs, log_p)
            q(z) is the *mean* of the densities, not their sum: subtract log N after logsumexp.
        logsumexp over the draws:
                _split_with(lambda pairs: torch.logsumexp(pairs, 0) - math.log(len(pairs)))(pairs,
                log_p)
            For each draw (row) average over the images (columns): axis 1, not axis 0.
        mean of the logs: _split_with(lambda pairs: pairs.mean(1))(pairs, log_p)
            This averages log-densities. The mixture averages densities: logsumexp, then minus log
            N.
        log N added:
                _split_with(lambda pairs: torch.logsumexp(pairs, 1) + math.log(len(pairs)))(pairs,
                log_p)
            Dividing by N means subtracting log N.
        the two swapped: _split(pairs, log_p)[::-1]
            Both numbers are there; return the information first and the marginal KL second.
        signs flipped: tuple(-part for part in _split(pairs, log_p))
            Both are minus what they should be: first the log of the numerator, then minus that of
            the denominator.
        sign of the marginal KL flipped: (_split(pairs, log_p)[0], -_split(pairs, log_p)[1])
            KL(q || p) is the mean of log q - log p under q.
        the whole KL for the marginal one:
                (_split(pairs, log_p)[0], (pairs.diagonal() - log_p).mean())
            Your second number uses q(z|x), so it is the whole KL term; the marginal KL uses the
            average q(z).
        the whole KL for the information:
                ((pairs.diagonal() - log_p).mean(), _split(pairs, log_p)[1])
            Your first number compares with the prior; the information compares q(z|x) with the
            average q(z).
        sums over the draws: tuple(len(pairs) * part for part in _split(pairs, log_p))
            These are sums over the images; nats an image are their means.
        all pairs for the own code:
                ((pairs - _log_q(pairs)[:, None]).mean(), _split(pairs, log_p)[1])
            log q(z|x) of a draw belongs to the image it was drawn from: the diagonal of the matrix.
    """,
    also_right=(
        split_by_difference,
        split_by_a_loop,
        lambda pairs, log_p: (
            math.log(len(pairs)) + pairs.log_softmax(1).diagonal().mean(),
            (pairs.logsumexp(1) - math.log(len(pairs)) - log_p).mean(),
        ),
    ),
)
