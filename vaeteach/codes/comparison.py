"""Does a sample of q(z) look like one of p(z)? Statistics, each beside its null distribution."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import torch

from ..distributions import AggregatePosterior, draw, generator
from ..models import VAE

if TYPE_CHECKING:
    import pandas as pd


def compare_with_prior(
    model: VAE,
    x: torch.Tensor,
    seed: int = 0,
    n_samples: int = 1000,
    repeats: int = 40,
    names: Iterable[str] | None = None,
) -> "pd.DataFrame":
    """What each two-sample statistic says about q(z) against p(z), and what it says about nothing.

    q(z) is the average of q(z|x) over the images x, (N, P). Each statistic compares n_samples
    points of q(z) with as many of p(z). Its null distribution: the same statistic of two samples of
    the *prior*, `repeats` times. Rows are statistics; columns: value; null_median, null_95 (its
    upper 5% point); p_value = (1 + number of null values that are at least as large) / (repeats +
    1), so 1 / (repeats + 1) is the smallest there can be. names: the statistics wanted, all if not
    given; they see the same samples either way. Statistics in nats: the two Gaussians' KL
    and the last two rows. The marginal KL is the only one that uses the densities; for q = p its
    integrand is zero everywhere, so its null distribution is the number 0 and it has no p value.
    Raises ValueError where samples or repeats are too few to compare anything, and for a name that
    is not known. Sources: Szekely and
    Rizzo 2013 (energy), Gretton et al. 2012 (MMD), Lopez-Paz and Oquab 2017 (classifier), Wang,
    Kulkarni and Verdu 2009 (KL by nearest neighbours).
    """
    import pandas as pd

    if n_samples < 20 or repeats < 10:
        raise ValueError(
            f"compare_with_prior needs n_samples >= 20 and repeats >= 10, got {n_samples} and"
            f" {repeats}: below that every statistic is noise."
        )
    seed = generator(seed)
    q, p = AggregatePosterior(model, x), model.prior()

    def sample(distribution):
        return draw(distribution, (n_samples,), seed).detach().double()

    with torch.no_grad():
        z = sample(q)
        marginal = float(
            (q.log_prob(z.to(q.mean.dtype)) - p.log_prob(z.to(q.mean.dtype))).double().mean()
        )
        value = two_sample_statistics(z.numpy(), sample(p).numpy(), names)
        null = pd.DataFrame(
            two_sample_statistics(sample(p).numpy(), sample(p).numpy(), names)
            for _ in range(repeats)
        )
    table = pd.DataFrame(
        {
            "value": value,
            "null_median": null.median(),
            "null_95": null.quantile(0.95),
            "p_value": {
                name: (1 + (null[name] >= value[name]).sum()) / (repeats + 1) for name in value
            },
        }
    )
    table.loc["marginal KL, from the densities"] = [marginal, 0.0, 0.0, np.nan]
    return table.rename_axis("statistic")


def two_sample_statistics(a, b, names=None):
    """Each statistic of samples a, b (n, D) as floats, near zero where nothing differs.

    names: those wanted, all if not given. Raises ValueError for a name that is not known.
    """
    wanted = list(_STATISTICS if names is None else names)
    if unknown := [name for name in wanted if name not in _STATISTICS]:
        raise ValueError(
            f"There is no statistic {unknown[0]!r}; there are {', '.join(_STATISTICS)}."
        )
    distances = _distances(a, b)
    return {name: _STATISTICS[name](a, b, *distances) for name in wanted}


def _distances(a, b):
    from scipy.spatial.distance import cdist

    return cdist(a, a), cdist(b, b), cdist(a, b)


def _variance(a):
    return np.maximum(a.var(0), np.finfo(float).tiny)


def _off_diagonal(square):
    """The mean over pairs of different points; a point's distance to itself is a bias."""
    n = len(square)
    return square.sum() / (n * (n - 1))


def _kolmogorov_smirnov(u, v):
    from scipy.stats import ks_2samp

    return ks_2samp(u, v).statistic


def _energy(within_a, within_b, across):
    return 2 * across.mean() - _off_diagonal(within_a) - _off_diagonal(within_b)


def _squared_mmd(within_a, within_b, across):
    """Unbiased squared MMD, its kernel as wide as the median distance (Gretton et al. 2012)."""
    width = np.median(across) or 1.0
    a, b, ab = (np.exp(-0.5 * (d / width) ** 2) for d in (within_a, within_b, across))
    np.fill_diagonal(a, 0)
    np.fill_diagonal(b, 0)
    return _off_diagonal(a) + _off_diagonal(b) - 2 * ab.mean()


def _classifier(a, b):
    """Accuracy of sqrt(n) neighbours at telling the samples apart (Lopez-Paz and Oquab)."""
    from sklearn.neighbors import KNeighborsClassifier

    points, label = np.concatenate([a, b]), np.repeat([0, 1], [len(a), len(b)])
    shown = np.arange(len(points)) % 2 == 0
    classifier = KNeighborsClassifier(int(shown.sum() ** 0.5)).fit(points[shown], label[shown])
    return classifier.score(points[~shown], label[~shown])


def _gaussian_kl(a, b):
    """KL(N(m_a, C_a) || N(m_b, C_b)) of the samples' own means and covariances, in nats."""
    d = a.shape[1]
    cov_a, cov_b = (np.cov(sample.T).reshape(d, d) + 1e-12 * np.eye(d) for sample in (a, b))
    shift, ratio = a.mean(0) - b.mean(0), np.linalg.solve(cov_b, cov_a)
    log_det = np.linalg.slogdet(cov_b)[1] - np.linalg.slogdet(cov_a)[1]
    return 0.5 * (np.trace(ratio) - d + shift @ np.linalg.solve(cov_b, shift) + log_det)


def _neighbour_kl(within_a, across, d, k=5):
    """KL from distances to the k-th neighbour in either sample (Wang et al. 2009)."""
    # the nearest of all is the point itself, so index k is the k-th
    own = np.partition(within_a, k, axis=1)[:, k]
    other = np.partition(across, k - 1, axis=1)[:, k - 1]
    tiny = np.finfo(float).tiny
    return d * np.log(np.maximum(other, tiny) / np.maximum(own, tiny)).mean() + np.log(
        across.shape[1] / (len(own) - 1)
    )


# of samples a, b (n, D) and the distances within a, within b, and across
_STATISTICS = {
    "largest difference of means": lambda a, b, *_: np.abs(a.mean(0) - b.mean(0)).max(),
    "largest log ratio of variances": lambda a, b, *_: np.abs(
        np.log(_variance(a) / _variance(b))
    ).max(),
    "Kolmogorov-Smirnov, worst dimension": lambda a, b, *_: max(
        _kolmogorov_smirnov(u, v) for u, v in zip(a.T, b.T)
    ),
    "Kolmogorov-Smirnov, radius": lambda a, b, *_: _kolmogorov_smirnov(
        np.linalg.norm(a, axis=1), np.linalg.norm(b, axis=1)
    ),
    "energy distance": lambda a, b, *distances: _energy(*distances),
    "squared MMD, Gaussian kernel": lambda a, b, *distances: _squared_mmd(*distances),
    "classifier accuracy minus 1/2": lambda a, b, *_: _classifier(a, b) - 0.5,
    "KL of the moment-matched Gaussians": lambda a, b, *_: _gaussian_kl(a, b),
    "KL by nearest neighbours": lambda a, b, within_a, _, across: _neighbour_kl(
        within_a, across, a.shape[1]
    ),
}
