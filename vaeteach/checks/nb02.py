"""Checks of notebook 02: the bound, its importance-weighted form, the best q for one image, a
faulty derivation.
"""

import math

import torch

from ..distributions import gaussian
from .exercise import Exercise, Mistake


def _elbo_terms():
    g = torch.Generator().manual_seed(1)
    cases = [(torch.tensor([-12.0]), torch.tensor([[0.0]]), torch.tensor([[0.5]]))]
    for b, d in ((3, 2), (6, 4)):
        terms = (
            -20 - 3 * torch.randn(b, generator=g),
            torch.randn(b, d, generator=g),
            torch.randn(b, d, generator=g),
        )
        cases.append(terms)
    return [
        (
            log_likelihood,
            gaussian(mu, logvar),
            gaussian(torch.zeros_like(mu), 0 * mu),
            mu + (logvar / 2).exp() * 0.7,
        )
        for log_likelihood, mu, logvar in cases
    ]


def _kl(q, p):
    return torch.distributions.kl_divergence(q, p)


elbo_from_samples = Exercise(
    name="elbo_from_samples",
    solution=lambda log_likelihood, q, p, z: log_likelihood + p.log_prob(z) - q.log_prob(z),
    inputs=_elbo_terms,
    praise="joint minus q, one number an image.",
    mistakes=(
        Mistake(
            "KL added",
            lambda log_likelihood, q, p, z: log_likelihood + q.log_prob(z) - p.log_prob(z),
            "You added the divergence. The code has a price: log p(z) counts with plus, log q(z|x)"
            " with minus.",
        ),
        Mistake(
            "the negative ELBO",
            lambda log_likelihood, q, p, z: q.log_prob(z) - p.log_prob(z) - log_likelihood,
            "This is minus the ELBO, the loss that an optimiser minimises. The bound itself is"
            " asked for.",
        ),
        Mistake(
            "prior forgotten",
            lambda log_likelihood, q, p, z: log_likelihood - q.log_prob(z),
            "log p(z) is missing: the joint is log p(x|z) + log p(z).",
        ),
        Mistake(
            "q forgotten",
            lambda log_likelihood, q, p, z: log_likelihood + p.log_prob(z),
            "This is log p(x, z) alone; log q(z|x) still has to be subtracted.",
        ),
        Mistake(
            "closed form for a sample",
            lambda log_likelihood, q, p, z: log_likelihood - _kl(q, p),
            "Right in the mean, but this is the closed form of the KL. Here use the sample z in"
            " both densities.",
        ),
        Mistake(
            "summed over the batch",
            lambda log_likelihood, q, p, z: (log_likelihood + p.log_prob(z) - q.log_prob(z)).sum(),
            "You summed over the batch. One number an image is asked for: leave the (B,) numbers"
            " alone.",
        ),
        Mistake(
            "mean over the batch",
            lambda log_likelihood, q, p, z: (log_likelihood + p.log_prob(z) - q.log_prob(z)).mean(),
            "You averaged over the batch. One number an image is asked for: leave the (B,) numbers"
            " alone.",
        ),
        Mistake(
            "likelihood alone",
            lambda log_likelihood, q, p, z: log_likelihood,
            "This is the first term only, a reconstruction without a price for the code.",
        ),
    ),
)


def _log_weights():
    g = torch.Generator().manual_seed(2)
    return [
        (torch.tensor([[-2.0], [-4.0]]),),
        (-20 + 3 * torch.randn(5, 3, generator=g),),
        (-900 + 10 * torch.randn(50, 4, generator=g),),  # exp underflows here
    ]


importance_bound = Exercise(
    name="importance_bound",
    solution=lambda log_w: torch.logsumexp(log_w, 0) - math.log(len(log_w)),
    inputs=_log_weights,
    praise="the log of the mean weight, taken without leaving log space.",
    mistakes=(
        Mistake(
            "mean of the logs",
            lambda log_w: log_w.mean(0),
            "The mean of the log weights is the ELBO again, however many samples. Take the log of"
            " the mean weight.",
        ),
        Mistake(
            "1/K forgotten",
            lambda log_w: torch.logsumexp(log_w, 0),
            "This is the log of the sum. A mean also divides by K, which subtracts log K.",
        ),
        Mistake(
            "exp underflowed",
            lambda log_w: log_w.exp().mean(0).log(),
            "Right on paper, but exp(-900) is 0 in floating point and its log minus infinity."
            " torch.logsumexp factors the largest weight out first.",
        ),
        Mistake(
            "wrong axis",
            lambda log_w: torch.logsumexp(log_w, 1) - math.log(log_w.shape[1]),
            "You averaged over the images. The samples stand along axis 0.",
        ),
        Mistake(
            "divided by K outside the log",
            lambda log_w: torch.logsumexp(log_w, 0) / len(log_w),
            "Dividing by K must happen inside the logarithm: outside of it, it becomes minus"
            " log K.",
        ),
        Mistake(
            "log K added",
            lambda log_w: torch.logsumexp(log_w, 0) + math.log(len(log_w)),
            "The sign of log K is flipped: log(sum / K) = log(sum) - log K.",
        ),
        Mistake(
            "the best sample",
            lambda log_w: log_w.max(0).values,
            "This is the largest weight; the bound needs the mean of all K.",
        ),
        Mistake(
            "axis kept",
            lambda log_w: torch.logsumexp(log_w, 0, keepdim=True) - math.log(len(log_w)),
            "The numbers are right, but the shape is (1, B); leave out keepdim.",
        ),
    ),
)


def _grids():
    z = torch.linspace(-6, 6, 241)
    mus, sigmas = torch.linspace(-3, 3, 25), torch.tensor([0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5])
    normal = torch.distributions.Normal
    one = normal(1.0, 0.5).log_prob(z) - 20
    two = torch.logaddexp(
        normal(-1.25, 0.2).log_prob(z) + math.log(0.4),
        normal(1.0, 0.35).log_prob(z) + math.log(0.6),
    )
    return [
        (z, one, mus, sigmas),
        (z, two - 31.0, mus, sigmas),
        (z, two.flip(0) + z - 7.0, mus, sigmas),
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


best_q = Exercise(
    name="best_q",
    solution=_best_q,
    inputs=_grids,
    praise="the highest ELBO in the family, found for this one image.",
    mistakes=(
        Mistake(
            "entropy forgotten",
            _without_entropy,
            "Without - log q (or with its sign flipped) the narrowest q on the peak wins. The ELBO"
            " is the mean under q of log p(x, z) - log q(z), and the second part rewards a wide q.",
        ),
        Mistake(
            "sigma taken for the variance",
            _sigma_as_variance,
            "Your q has variance sigma. The list holds standard deviations, and so does Normal(mu,"
            " sigma).",
        ),
        Mistake(
            "the worst q",
            _minimised,
            "This is the q with the *lowest* ELBO. Either the sign is flipped or argmin stands"
            " where argmax should.",
        ),
        Mistake(
            "KL the wrong way round",
            _kl_the_wrong_way,
            "You averaged under the posterior, which gives KL(p || q) and a q that covers"
            " everything. The ELBO averages under q.",
        ),
        Mistake(
            "plain sum over the grid",
            _unweighted,
            "An expectation under q weights each grid point by q: the weights are missing.",
        ),
        Mistake(
            "the order swapped",
            lambda *given: _best_q(*given)[::-1],
            "Right, but in the other order: first mu, then sigma.",
        ),
        Mistake(
            "indices",
            _indices,
            "These are the places of the best pair in the two lists; return the values mu and sigma"
            " themselves.",
        ),
    ),
)

_LINES = {
    1: "Line 1 is the definition of p(x) as a sum over all causes; it is right.",
    2: "Line 2 multiplies and divides by q(z|x), which changes nothing wherever q is positive.",
    4: (
        "Line 4 splits a logarithm of a product into a sum of logarithms, which is right. The fault"
        " is before it."
    ),
    5: (
        "Line 5 gathers the last two terms as minus a KL divergence, correctly. The fault is"
        " before it."
    ),
    0: (
        "There is a fault: the last line is smaller than the first by the whole gap, yet every line"
        " says '='."
    ),
    -1: "Lines are counted from 1 to 5.",
}

fault_in_elbo = Exercise(
    name="fault_in_elbo",
    solution=lambda: 3,
    inputs=lambda: [()],
    praise=(
        "a logarithm may not simply go inside a mean; by Jensen that line must read ≥, and the gap"
        " is lost there."
    ),
    mistakes=tuple(
        Mistake(
            f"line {line}" if line > 0 else ("no fault" if line == 0 else "not a line"),
            lambda line=line: line,
            hint,
        )
        for line, hint in _LINES.items()
    ),
)
