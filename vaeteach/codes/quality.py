"""How good a set of images is.

Frechet distance, precision and recall, and whether training images were copied. Each compares two
samples, and each has a noise floor: the same measure between training and test images, in the same
numbers. A number without its floor says nothing.
"""

from typing import NamedTuple

import numpy as np
import torch

EPOCHS = 40  # of the classifier


class PrecisionRecall(NamedTuple):
    """Precision and recall of generated images.

    precision: share of generated images that lie where real ones are; recall: share of real ones
    covered.
    """

    precision: float
    recall: float


class Copying(NamedTuple):
    """Are samples nearer to the training images than test images are? See `copying`."""

    nearest: np.ndarray
    distance: np.ndarray
    test_distance: np.ndarray
    share: float
    p_value: float


class DigitFeatures:
    """A small classifier of the data's own classes, trained here.

    Its last hidden layer gives the features. data: ImageData. A multilayer perceptron
    pixels-64-hidden-classes (scikit-learn's), trained on the training images. `.accuracy`: on the
    test images. Calling it with images (N, P) gives features, (N, hidden), in (-1, 1).
    """

    def __init__(self, data, hidden=16, seed=0):
        from sklearn.neural_network import MLPClassifier

        self._net = MLPClassifier((64, hidden), activation="tanh", alpha=1e-2, random_state=seed)
        x, labels = data.train.numpy(), data.train_labels.numpy()
        # `fit` would warn that this is not the end; a fixed length is what is wanted
        for _ in range(EPOCHS):
            self._net.partial_fit(x, labels, classes=np.unique(labels))
        self.accuracy = float(self._net.score(data.test.numpy(), data.test_labels.numpy()))

    def __call__(self, x):
        h = _table(x, "images")
        for weight, bias in list(zip(self._net.coefs_, self._net.intercepts_))[:-1]:
            h = np.tanh(h @ weight + bias)
        return h

    def predict(self, x):
        """The class of each image, (N,)."""
        return self._net.predict(_table(x, "images"))


def frechet_distance(features_a: torch.Tensor, features_b: torch.Tensor) -> float:
    """Squared Frechet (2-Wasserstein) distance of two samples of features.

    That of the Gaussians with their moments.

    |m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^{1/2}), in squared units of the features.
    features: (N, F) and (M, F), arrays or tensors, N, M >= 2. The plug-in estimate is biased
    upwards, the more so the
    smaller the samples: compare only distances of equally many rows. Raises ValueError for tables
    that do not fit.
    Source: Dowson and Landau 1982, equation 4; Heusel et al. 2017, equation 6, for generated
    images.
    """
    (m_a, r_a), (m_b, r_b) = _mean_and_factor(features_a), _mean_and_factor(features_b)
    if m_a.shape != m_b.shape:
        raise ValueError(
            f"frechet_distance: {len(m_a)} features against {len(m_b)}; use the same feature"
            " function."
        )
    # With C = R^T R, the eigenvalues of C_a C_b are the squared singular values of R_a R_b^T.
    cross = np.linalg.svd(r_a @ r_b.T, compute_uv=False).sum()
    distance = np.square(m_a - m_b).sum() + np.square(r_a).sum() + np.square(r_b).sum() - 2 * cross
    return max(float(distance), 0.0)


def _mean_and_factor(features):
    features = _table(features, "features")
    if len(features) < 2:
        raise ValueError(
            "frechet_distance: a covariance needs at least two rows of features, got"
            f" {len(features)}."
        )
    mean = features.mean(0)
    return mean, np.linalg.qr((features - mean) / np.sqrt(len(features) - 1), mode="r")


def precision_recall(real: torch.Tensor, generated: torch.Tensor, k: int = 3) -> PrecisionRecall:
    """Precision and recall of generated against real features, by balls around each point.

    The support of a sample is the union of balls around its points, each reaching to its k-th
    nearest neighbour in the same sample. precision: share of generated points in the real support;
    recall: share of real in the generated. real: (N, F); generated: (M, F); k < N, M. Raises
    ValueError for tables that do not fit, and for k. Source: Kynkaanniemi et al. 2019, equations 1
    and 2.
    """
    real, generated = _table(real, "real"), _table(generated, "generated")
    if real.shape[1] != generated.shape[1]:
        raise ValueError(
            f"precision_recall: {real.shape[1]} features against {generated.shape[1]}."
        )
    if not 1 <= k < min(len(real), len(generated)):
        raise ValueError(
            f"precision_recall: k = {k} needs more than k rows each, got {len(real)} and"
            f" {len(generated)}."
        )
    return PrecisionRecall(_covered(generated, real, k), _covered(real, generated, k))


def _covered(points, by, k):
    """Share of points inside at least one ball around the rows of `by`."""
    from sklearn.metrics import pairwise_distances

    radius = np.sort(pairwise_distances(by), axis=1)[:, k]  # column 0 is the point itself
    return float((pairwise_distances(points, by) <= radius).any(1).mean())


def copying(samples: torch.Tensor, train: torch.Tensor, test: torch.Tensor) -> Copying:
    """Whether samples lie nearer to the training images than test images do.

    A sign of copied training images. samples, train, test: images, (S, P), (N, P), (M, P). For each
    sample and each test image the distance to its nearest training image; `share` = P(sample nearer
    than test image), ties half: 0.5 where nothing is copied, 1 where everything is. p_value:
    Mann-Whitney, one-sided. `nearest`: row of the training image nearest to each sample. Raises
    ValueError for tables that do not fit. Source: Meehan, Chaudhuri and Dasgupta 2020, section 2.
    """
    from scipy.stats import mannwhitneyu
    from sklearn.neighbors import NearestNeighbors

    samples, train, test = _table(samples, "samples"), _table(train, "train"), _table(test, "test")
    if not samples.shape[1] == train.shape[1] == test.shape[1]:
        raise ValueError(
            f"copying: images of {samples.shape[1]}, {train.shape[1]} and {test.shape[1]} pixels."
        )
    index = NearestNeighbors(n_neighbors=1).fit(train)
    (distance, nearest), (test_distance, _) = index.kneighbors(samples), index.kneighbors(test)
    result = mannwhitneyu(distance[:, 0], test_distance[:, 0], alternative="less")
    share = 1 - float(result.statistic) / (len(samples) * len(test))
    return Copying(nearest[:, 0], distance[:, 0], test_distance[:, 0], share, float(result.pvalue))


def _table(rows, name):
    """A finite (N, F) array in double precision, or a sentence."""
    rows = np.asarray(rows.detach() if torch.is_tensor(rows) else rows, dtype=float)
    if rows.ndim != 2 or rows.size == 0:
        raise ValueError(
            f"{name}: expected a table (N, F) with at least one row, got shape {rows.shape}."
        )
    if not np.isfinite(rows).all():
        raise ValueError(
            f"{name}: {int((~np.isfinite(rows)).any(1).sum())} of {len(rows)} rows are NaN or"
            " infinite."
        )
    return rows
