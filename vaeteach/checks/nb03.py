"""Checks of notebook 03: the KL in closed form, by samples, its gradient, and a faulty
derivation.
"""

import torch

from ..distributions import gaussian
from .exercise import Exercise, Mistake


def _codes():
    g = torch.Generator().manual_seed(3)
    return [
        (torch.tensor([[1.0]]), torch.tensor([[0.5]])),
        (torch.tensor([[0.0, 2.0], [1.0, -1.0]]), torch.tensor([[-1.0, 0.3], [0.7, -2.0]])),
        (torch.randn(5, 3, generator=g), torch.randn(5, 3, generator=g)),
    ]


def _kl(mu, logvar):
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(-1)


kl_to_standard_normal = Exercise(
    name="kl_to_standard_normal",
    solution=_kl,
    inputs=_codes,
    praise="non-negative, summed over the dimensions, one number an image.",
    mistakes=(
        Mistake(
            "sign flipped",
            lambda mu, logvar: -_kl(mu, logvar),
            "This is minus the KL: 1 + log σ² - σ² - μ² is never positive. A divergence is never"
            " negative.",
        ),
        Mistake(
            "one half missing",
            lambda mu, logvar: 2 * _kl(mu, logvar),
            "It is twice the KL: the factor 1/2 in front is missing.",
        ),
        Mistake(
            "standard deviation for variance",
            lambda mu, logvar: 0.5 * (mu**2 + (logvar / 2).exp() - 1 - logvar).sum(-1),
            "exp(logvar / 2) is σ; the formula has σ², which is exp(logvar).",
        ),
        Mistake(
            "logvar read as log σ",
            lambda mu, logvar: _kl(mu, 2 * logvar),
            "You treated logvar as log σ. It is the log of the variance already.",
        ),
        Mistake(
            "logvar read as the variance",
            lambda mu, logvar: 0.5 * (mu**2 + logvar - 1 - logvar.abs().log()).sum(-1),
            "logvar is the *logarithm* of the variance: σ² = logvar.exp().",
        ),
        Mistake(
            "summed over the batch",
            lambda mu, logvar: _kl(mu, logvar).sum(),
            "You summed over the batch as well. Sum over the last axis only.",
        ),
        Mistake(
            "mean over the batch",
            lambda mu, logvar: _kl(mu, logvar).mean(),
            "You averaged over the batch as well. Return one number an image.",
        ),
        Mistake(
            "mean over the dimensions",
            lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1 - logvar).mean(-1),
            "You took the mean over the dimensions. KLs of independent dimensions add up; a mean"
            " divides by D.",
        ),
        Mistake(
            "not summed",
            lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1 - logvar),
            "These are the KLs of the single dimensions. Sum over the last axis.",
        ),
        Mistake(
            "wrong way round",
            lambda mu, logvar: 0.5 * ((mu**2 + 1) / logvar.exp() - 1 + logvar).sum(-1),
            "This is KL(p || q), from the prior to q. Here q comes first: the mean runs under q.",
        ),
        Mistake(
            "mean not squared",
            lambda mu, logvar: 0.5 * (mu + logvar.exp() - 1 - logvar).sum(-1),
            "The mean enters squared: E_q[z²] = μ² + σ².",
        ),
        Mistake(
            "the 1 forgotten",
            lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - logvar).sum(-1),
            "At μ = 0 and σ = 1 the KL must be 0; yours is 1/2 a dimension. The -1 is missing.",
        ),
    ),
)


def _pairs():
    g = torch.Generator().manual_seed(4)
    cases = []
    for s, b, d in ((4, 1, 1), (50, 3, 2), (400, 2, 5)):
        q = gaussian(torch.randn(b, d, generator=g), torch.randn(b, d, generator=g))
        p = gaussian(torch.zeros(d), torch.zeros(d))
        cases.append((q, p, q.mu + q.stddev * torch.randn(s, b, d, generator=g)))
    return cases


def _log_ratio(q, p, z):
    return q.log_prob(z) - p.log_prob(z)


def _both(ratio, divisor=lambda r: len(r) ** 0.5):
    return ratio.mean(0), ratio.std(0) / divisor(ratio)


kl_by_samples = Exercise(
    name="kl_by_samples",
    solution=lambda q, p, z: _both(_log_ratio(q, p, z)),
    inputs=_pairs,
    praise="an unbiased estimate, and an honest error bar.",
    mistakes=(
        Mistake(
            "sign flipped",
            lambda q, p, z: _both(-_log_ratio(q, p, z)),
            "This estimates minus the KL: it is the mean of log q - log p, in that order.",
        ),
        Mistake(
            "standard deviation for standard error",
            lambda q, p, z: _both(_log_ratio(q, p, z), lambda r: 1.0),
            "This is the spread of one sample. The error of a mean of S samples is smaller by the"
            " root of S.",
        ),
        Mistake(
            "divided by S",
            lambda q, p, z: _both(_log_ratio(q, p, z), len),
            "The standard error falls as one over the *root* of S.",
        ),
        Mistake(
            "variance for standard deviation",
            lambda q, p, z: (_log_ratio(q, p, z).mean(0), _log_ratio(q, p, z).var(0) / len(z)),
            "This is the squared standard error; take its root.",
        ),
        Mistake(
            "sum for mean",
            lambda q, p, z: (
                _log_ratio(q, p, z).sum(0),
                _log_ratio(q, p, z).std(0) / len(z) ** 0.5,
            ),
            "The estimate is the *mean* over the samples.",
        ),
        Mistake(
            "weighted by q again",
            lambda q, p, z: _both(q.log_prob(z).exp() * _log_ratio(q, p, z)),
            "The samples come from q already, so each counts alike; multiplying by q(z) weights"
            " them twice.",
        ),
        Mistake(
            "entropy only",
            lambda q, p, z: _both(q.log_prob(z)),
            "log p(z) is missing: this estimates minus the entropy of q.",
        ),
        Mistake(
            "averaged over the batch",
            lambda q, p, z: tuple(part.mean() for part in _both(_log_ratio(q, p, z))),
            "Average over the samples, axis 0, and keep one number an image.",
        ),
        Mistake(
            "error bar forgotten",
            lambda q, p, z: _log_ratio(q, p, z).mean(0),
            "The estimate is right; return its standard error too, as a pair.",
        ),
    ),
)

kl_gradient = Exercise(
    name="kl_gradient",
    solution=lambda mu, logvar: (mu, 0.5 * (logvar.exp() - 1)),
    inputs=_codes,
    praise="a spring on the mean, and a pull of the variance towards 1.",
    mistakes=(
        Mistake(
            "downhill",
            lambda mu, logvar: (-mu, -0.5 * (logvar.exp() - 1)),
            "This is minus the gradient, the direction in which training moves. The gradient itself"
            " is asked for.",
        ),
        Mistake(
            "one half missing",
            lambda mu, logvar: (mu, logvar.exp() - 1),
            "The factor 1/2 cancels for μ, because of the square, but not for the log-variance.",
        ),
        Mistake(
            "one half too many",
            lambda mu, logvar: (0.5 * mu, 0.5 * (logvar.exp() - 1)),
            "The derivative of μ²/2 is μ: the 2 of the square cancels the 1/2.",
        ),
        Mistake(
            "derivative by the variance",
            lambda mu, logvar: (mu, 0.5 * (1 - (-logvar).exp())),
            "This is the derivative with respect to σ². With respect to log σ², multiply by σ²"
            " (chain rule).",
        ),
        Mistake(
            "derivative by sigma",
            lambda mu, logvar: (mu, (logvar / 2).exp() - (-logvar / 2).exp()),
            "This is the derivative with respect to σ. Asked for is the one with respect to"
            " log σ².",
        ),
        Mistake(
            "σ for σ²",
            lambda mu, logvar: (mu, 0.5 * ((logvar / 2).exp() - 1)),
            "exp(logvar / 2) is σ; the derivative of exp(logvar) is exp(logvar) = σ².",
        ),
        Mistake(
            "the order swapped",
            lambda mu, logvar: (0.5 * (logvar.exp() - 1), mu),
            "Right, but in the other order: first the gradient of μ, then that of logvar.",
        ),
    ),
)

_LINES = {
    1: (
        "Line 1 is the definition of the divergence, the mean under q of log q - log p; it is"
        " right."
    ),
    2: (
        "Line 2 writes out the two log densities of the normal; the constants log(2π)/2 cancel. It"
        " is right."
    ),
    4: "Line 4 only gathers terms of line 3; the fault is already in line 3.",
    5: "Line 5 sums over independent dimensions, which is right; the fault came earlier.",
    0: (
        "There is a fault: put μ = 1 and σ = 1 into the last line. Two different normals with"
        " divergence zero?"
    ),
    -1: "Lines are counted from 1 to 5.",
}

fault_in_kl = Exercise(
    name="fault_in_kl",
    solution=lambda: 3,
    inputs=lambda: [()],
    praise="the second moment about zero is μ² + σ², not σ²: the mean was lost there.",
    mistakes=tuple(
        Mistake(
            f"line {line}" if line > 0 else ("no fault" if line == 0 else "not a line"),
            lambda line=line: line,
            hint,
        )
        for line, hint in _LINES.items()
    ),
)
