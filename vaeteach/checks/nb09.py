"""Checks of notebook 09: a KL without a formula, a flow's density, a mixture's density, and a test
that finds a bug.
"""

import math

import torch

from ..distributions import gaussian
from .exercise import Exercise, Mistake


def _generator(seed):
    return torch.Generator().manual_seed(seed)


# ---- a KL that nobody has a formula for ----------------------------------------------------------


def _pairs():
    cases = []
    for seed, (samples, batch, dims) in enumerate([(1, 1, 1), (3, 2, 2), (50, 4, 3)]):
        g = _generator(seed)
        q = gaussian(
            torch.randn(batch, dims, generator=g), torch.randn(batch, dims, generator=g) - 1
        )
        p = gaussian(torch.full((dims,), 0.5), torch.full((dims,), 0.7))
        z = q.mu + q.stddev * torch.randn(samples, batch, dims, generator=g)
        cases.append((q, p, z))
    return cases


estimate_kl = Exercise(
    name="estimate_kl",
    solution=lambda q, p, z: (q.log_prob(z) - p.log_prob(z)).mean(0),
    inputs=_pairs,
    praise="one number an image, for any pair of densities that you can evaluate.",
    mistakes=(
        Mistake(
            "sign flipped",
            lambda q, p, z: (p.log_prob(z) - q.log_prob(z)).mean(0),
            "The KL is the mean of log q - log p under q. Yours is its negative.",
        ),
        Mistake(
            "sum over the samples",
            lambda q, p, z: (q.log_prob(z) - p.log_prob(z)).sum(0),
            "You added the samples up. An expectation is a mean, here over axis 0.",
        ),
        Mistake(
            "mean over the batch too",
            lambda q, p, z: (q.log_prob(z) - p.log_prob(z)).mean(),
            "One number came out for all images. Average over the samples, axis 0, and keep one"
            " number an image.",
        ),
        Mistake(
            "mean over the images",
            lambda q, p, z: (q.log_prob(z) - p.log_prob(z)).mean(-1),
            "You averaged over the last axis, which holds the images. The samples stand along"
            " axis 0.",
        ),
        Mistake(
            "the prior forgotten",
            lambda q, p, z: q.log_prob(z).mean(0),
            "This is minus the entropy of q. The cross term - log p(z) is missing.",
        ),
        Mistake(
            "the encoder forgotten",
            lambda q, p, z: -p.log_prob(z).mean(0),
            "This is the cross entropy, the price without the refund log q(z).",
        ),
        Mistake(
            "log of the mean ratio",
            lambda q, p, z: (q.log_prob(z) - p.log_prob(z)).exp().mean(0).log(),
            "You averaged the ratio and then took the log. The KL is the mean of the log ratio.",
        ),
    ),
)


# ---- the density of a flow -----------------------------------------------------------------------


def _flow_inputs():
    g = _generator(4)
    return [
        (torch.tensor([[1.0]]), torch.tensor([0.5]), torch.tensor([math.log(2.0)])),
        (torch.randn(3, 2, generator=g), torch.tensor([0.5, -1.0]), torch.tensor([0.7, -0.2])),
        (
            torch.randn(5, 4, generator=g),
            torch.randn(4, generator=g),
            torch.randn(4, generator=g) / 2 - 0.3,
        ),
    ]


def _log_normal(e):
    return -0.5 * (e.square() + math.log(2 * math.pi))


def _noise(z, shift, log_scale):
    return (z - shift) * (-log_scale).exp()


flow_log_prob = Exercise(
    name="flow_log_prob",
    solution=lambda z, shift, log_scale: (
        _log_normal(_noise(z, shift, log_scale)).sum(-1) - log_scale.sum()
    ),
    inputs=_flow_inputs,
    praise="the noise's density, and the log-determinant once.",
    mistakes=(
        Mistake(
            "log-determinant counted D times",
            lambda z, m, s: (_log_normal(_noise(z, m, s)) - s.sum()).sum(-1),
            "The log-determinant, already a sum over dimensions, is added in every dimension. Its"
            " place is outside the sum: once for each z.",
        ),
        Mistake(
            "log-determinant forgotten",
            lambda z, m, s: _log_normal(_noise(z, m, s)).sum(-1),
            "This is the density of the noise e. Stretching space by exp(log_scale) thins the"
            " density out; the log-determinant is missing, and without it the density does not"
            " integrate to one.",
        ),
        Mistake(
            "sign of the log-determinant",
            lambda z, m, s: _log_normal(_noise(z, m, s)).sum(-1) + s.sum(),
            "The log-determinant has the wrong sign. Where the flow stretches, the density gets"
            " *smaller*.",
        ),
        Mistake(
            "the wrong direction",
            lambda z, m, s: _log_normal(m + s.exp() * z).sum(-1) + s.sum(),
            "You pushed z through the flow once more. The density asks which noise z came *from*:"
            " undo the flow.",
        ),
        Mistake(
            "the wrong direction, log-determinant right",
            lambda z, m, s: _log_normal(m + s.exp() * z).sum(-1) - s.sum(),
            "The log-determinant is right, but the noise is (z - shift) / exp(log_scale), not the"
            " flow of z.",
        ),
        Mistake(
            "log-variance for log-scale",
            lambda z, m, s: _log_normal((z - m) * (-s / 2).exp()).sum(-1) - s.sum() / 2,
            "You read log_scale as a log-variance. Here it is the log of the factor itself: no"
            " halves.",
        ),
        Mistake(
            "one number a dimension",
            lambda z, m, s: _log_normal(_noise(z, m, s)) - s,
            "Your result has a number for each dimension. Sum over the last axis: one number a"
            " point.",
        ),
    ),
)


# ---- the density of a mixture --------------------------------------------------------------------


def _mixtures():
    g = _generator(7)
    centres = torch.tensor([[3.0, 3.0], [-3.0, -3.0]])
    return [
        (torch.tensor([[3.0, -3.0]]), centres, torch.full((2, 2), -0.5), torch.zeros(2)),
        (
            torch.randn(4, 2, generator=g),
            centres / 2,
            torch.full((2, 2), 0.4),
            torch.tensor([1.0, -0.5]),
        ),
        (
            torch.randn(6, 3, generator=g),
            torch.randn(5, 3, generator=g),
            torch.randn(5, 3, generator=g) / 2,
            torch.randn(5, generator=g) + 1,
        ),
    ]


def _each(z, mu, logvar):
    """log N of every point in every component and dimension, (B, K, D)."""
    return -0.5 * ((z[:, None] - mu).square() / logvar.exp() + logvar + math.log(2 * math.pi))


mixture_log_prob = Exercise(
    name="mixture_log_prob",
    solution=lambda z, mu, logvar, logits: (
        _each(z, mu, logvar).sum(-1) + logits.log_softmax(0)
    ).logsumexp(-1),
    inputs=_mixtures,
    praise="sum over dimensions inside, logsumexp over components outside.",
    mistakes=(
        Mistake(
            "logsumexp per dimension",
            lambda z, mu, logvar, logits: (
                (_each(z, mu, logvar) + logits.log_softmax(0)[:, None]).logsumexp(1).sum(-1)
            ),
            "You mixed each dimension on its own and then summed. A component is a *joint* density:"
            " sum over the dimensions first, then logsumexp over the components.",
        ),
        Mistake(
            "weights not normalised",
            lambda z, mu, logvar, logits: (_each(z, mu, logvar).sum(-1) + logits).logsumexp(-1),
            "The logits were added as they are. The weights are their softmax: use"
            " logits.log_softmax(0).",
        ),
        Mistake(
            "weights forgotten",
            lambda z, mu, logvar, logits: _each(z, mu, logvar).sum(-1).logsumexp(-1),
            "The weights of the components are missing: K densities added up hold a mass of K.",
        ),
        Mistake(
            "equal weights",
            lambda z, mu, logvar, logits: (
                _each(z, mu, logvar).sum(-1).logsumexp(-1) - math.log(len(mu))
            ),
            "You gave every component the weight 1/K. The weights are the softmax of the logits.",
        ),
        Mistake(
            "variance for standard deviation",
            lambda z, mu, logvar, logits: (
                _each(z, mu, 2 * logvar).sum(-1) + logits.log_softmax(0)
            ).logsumexp(-1),
            "exp(logvar) is a variance, and you used it as a standard deviation, which is"
            " exp(logvar / 2).",
        ),
        Mistake(
            "mean of the logs",
            lambda z, mu, logvar, logits: (_each(z, mu, logvar).sum(-1) * logits.softmax(0)).sum(
                -1
            ),
            "You averaged the log-densities. A mixture averages the *densities*; the log comes"
            " last.",
        ),
        Mistake(
            "log(2 pi) forgotten",
            lambda z, mu, logvar, logits: (
                (_each(z, mu, logvar) + 0.5 * math.log(2 * math.pi)).sum(-1) + logits.log_softmax(0)
            ).logsumexp(-1),
            "Up to a constant this is right: each dimension's normal density also has the term"
            " -log(2 pi) / 2.",
        ),
        Mistake(
            "probability for log-probability",
            lambda z, mu, logvar, logits: (
                (_each(z, mu, logvar).sum(-1) + logits.log_softmax(0)).logsumexp(-1).exp()
            ),
            "This is the density itself. The log of it is asked for.",
        ),
    ),
)


# ---- the test that finds the bug -----------------------------------------------------------------


class Suspect:
    """A mixture of normals of variance 1 with equal weights: means `mu` (K, 2), `sample(n, seed)`,
    `log_prob(z)`.

    The sampler is right. per_dimension: whether the density is the wrong one.
    """

    def __init__(self, mu, per_dimension=False):
        self.mu, self._per_dimension = torch.as_tensor(mu, dtype=torch.float32), per_dimension

    def __repr__(self):
        kind = "the per-dimension density" if self._per_dimension else "the joint density"
        return f"a mixture at {self.mu.tolist()} with {kind}"

    def log_prob(self, z):
        each = _log_normal(z.unsqueeze(-2) - self.mu)  # (..., K, D)
        if self._per_dimension:
            return (each.logsumexp(-2) - math.log(len(self.mu))).sum(-1)
        return each.sum(-1).logsumexp(-1) - math.log(len(self.mu))

    def sample(self, n, seed=0):
        g = _generator(seed)
        which = torch.randint(len(self.mu), (n,), generator=g)
        return self.mu[which] + torch.randn(n, 2, generator=g)


def _suspects():
    two, other = [[3.0, 3.0], [-3.0, -3.0]], [[2.5, -2.5], [-2.5, 2.5]]
    three = [[3.0, 3.0], [-3.0, 3.0], [-3.0, -3.0]]
    return [
        (Suspect(two),),
        (Suspect(two, per_dimension=True),),
        (Suspect(other, per_dimension=True),),
        (Suspect(other),),
        # one component: nothing to mix, nothing wrong
        (Suspect([[0.0, 1.0]], per_dimension=True),),
        (Suspect(three, per_dimension=True),),
        (Suspect(three),),
    ]


def _by_quadrants(prior):
    """Compare the share of samples in each quadrant with the mass that the density puts there."""
    z = prior.sample(20_000, seed=0)
    axis = (torch.arange(160) + 0.5) / 10 - 8
    grid = torch.cartesian_prod(axis, axis)
    claimed = prior.log_prob(grid).exp() / 100
    number = lambda points: (points[:, 0] > 0).long() * 2 + (points[:, 1] > 0).long()  # noqa: E731
    counted = torch.bincount(number(z), minlength=4) / len(z)
    return bool(
        (counted - torch.bincount(number(grid), weights=claimed, minlength=4)).abs().max() < 0.05
    )


def _by_mean_density_under_samples(prior):
    """Two marginals at a time never see the mistake: each is right."""
    z = prior.sample(20_000, seed=0)
    axis = (torch.arange(160) + 0.5) / 10 - 8
    mass = prior.log_prob(torch.cartesian_prod(axis, axis)).exp().reshape(160, 160) / 100
    shares = [(z[:, d] > 0).float().mean() - mass.sum(1 - d)[axis > 0].sum() for d in range(2)]
    return bool(max(abs(float(s)) for s in shares) < 0.05)


def _same_verdict(got, expected):
    """True and False of Python, numpy or torch count alike; a number does not count as a
    verdict.
    """
    verdicts = [
        isinstance(v, bool) or str(getattr(v, "dtype", "")) in ("bool", "torch.bool")
        for v in (got, expected)
    ]
    return verdicts[0] == verdicts[1] and bool(got == expected)


is_sound = Exercise(
    name="is_sound",
    solution=_by_quadrants,
    inputs=_suspects,
    close=_same_verdict,
    praise="your test passes the right mixtures and exposes every wrong one.",
    mistakes=(
        Mistake(
            "a test that passes everything",
            _by_mean_density_under_samples,
            "It calls every mixture sound. The wrong density, too, integrates to one, and each of"
            " its *marginals* is right: look where a marginal cannot, for example at (3, -3), and"
            " compare with where the samples fall.",
        ),
        Mistake(
            "a test that fails everything",
            lambda prior: False,
            "It calls every mixture wrong, the right ones too. How large a difference does chance"
            " alone make?",
        ),
        Mistake(
            "the answer turned round",
            lambda prior: not _by_quadrants(prior),
            "Your test sees the mistake but says the opposite: True is for a density that fits its"
            " samples.",
        ),
        Mistake(
            "the shape for the density",
            lambda prior: len(prior.mu) == 1,
            "It calls a mixture sound only if it has a single component. There the two formulas"
            " agree; the right density with two components must pass as well.",
        ),
        Mistake(
            "the share for the truth value",
            lambda prior: 1.0 if _by_quadrants(prior) else 0.0,
            "The verdicts are right; return True or False, and not a number: bool(...) makes one.",
        ),
    ),
)
