"""Frechet distance, precision and recall, copies: against other ways to compute them."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg
from sklearn.neighbors import NearestNeighbors

from vaeteach import load
from vaeteach.codes import DigitFeatures, copying, frechet_distance, precision_recall


def test_frechet_by_hand_and_against_scipys_square_root():
    a, b = np.array([[-1.0], [1.0]]), np.array([[1.0], [5.0]])  # means 0 and 3, variances 2 and 8
    assert frechet_distance(a, b) == pytest.approx(9 + (math.sqrt(8) - math.sqrt(2)) ** 2)
    rng = np.random.default_rng(0)
    a, b = (
        rng.normal(size=(50, 6)) @ rng.normal(size=(6, 6)),
        rng.normal(size=(80, 6)) @ rng.normal(size=(6, 6)) + 1,
    )
    ca, cb = np.cov(a.T), np.cov(b.T)
    theirs = np.square(a.mean(0) - b.mean(0)).sum() + np.trace(
        ca + cb - 2 * linalg.sqrtm(ca @ cb).real
    )
    assert frechet_distance(a, b) == pytest.approx(theirs, rel=1e-8)
    assert frechet_distance(torch.as_tensor(b), torch.as_tensor(a)) == pytest.approx(
        theirs, rel=1e-8
    )


def test_frechet_of_gaussians_is_the_optimal_transport_cost():
    """For diagonal Gaussians it is the sum over axes of one-dimensional transport costs, by scipy's
    exact matching.
    """
    rng = np.random.default_rng(1)
    a, b = rng.normal(0, 1, (20_000, 2)), rng.normal([1, 0], [2, 0.5], (20_000, 2))
    cost = sum(np.square(np.sort(a[:, i]) - np.sort(b[:, i])).mean() for i in range(2))
    assert frechet_distance(a, b) == pytest.approx(cost, rel=0.02)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 12), st.integers(2, 12), st.integers(1, 8), st.integers(0, 10**6))
def test_frechet_properties(n, m, features, seed):
    """Zero to itself, symmetric, unmoved by a shift or rotation of both; also with fewer rows than
    features.
    """
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n, features)), 3 * rng.normal(size=(m, features))
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    turn = np.linalg.qr(rng.normal(size=(features, features)))[0]
    d = frechet_distance(a, b)
    assert frechet_distance(b, a) == pytest.approx(d, rel=1e-7, abs=1e-7)
    assert frechet_distance(a @ turn + 5, b @ turn + 5) == pytest.approx(d, rel=1e-6, abs=1e-6)


def test_precision_and_recall_against_a_loop_and_in_cases_that_are_known():
    rng = np.random.default_rng(2)
    real, generated = rng.normal(size=(70, 3)), rng.normal(0.7, 0.6, size=(90, 3))
    got = precision_recall(real, generated, k=4)

    def share(points, by):
        reach = NearestNeighbors(n_neighbors=5).fit(by).kneighbors(by)[0][:, 4]
        return np.mean([any(np.linalg.norm(p - c) <= r for c, r in zip(by, reach)) for p in points])

    assert got == pytest.approx((share(generated, real), share(real, generated)))
    assert got.precision > got.recall  # a narrower cloud inside: precise, and it covers less
    assert precision_recall(real, real + 1000) == (0.0, 0.0)
    assert precision_recall(real, real) == (1.0, 1.0)


def test_copying_sees_copies_and_nothing_else():
    rng = np.random.default_rng(3)
    train, test, fresh = (rng.normal(size=(200, 8)) for _ in range(3))
    nothing = copying(fresh, train, test)
    assert abs(nothing.share - 0.5) < 0.1 and nothing.p_value > 0.01
    copied = copying(train[:50] + 0.01, train, test)
    assert copied.share == 1.0 and copied.p_value < 1e-20
    assert copied.nearest.tolist() == list(range(50))
    np.testing.assert_allclose(copied.distance, 0.01 * math.sqrt(8))
    pairs = copied.test_distance[None] > nothing.distance[:, None]
    assert nothing.share == pytest.approx(pairs.mean())  # no ties between these


def test_digit_features_classify_and_are_the_networks_own():
    data = load("digits").binarized()
    features = DigitFeatures(data, hidden=12)
    assert features.accuracy > 0.9
    h = features(data.test)
    assert h.shape == (360, 12) and np.abs(h).max() <= 1
    logits = h @ features._net.coefs_[-1] + features._net.intercepts_[-1]
    assert (logits.argmax(1) == features.predict(data.test)).all()
    again = DigitFeatures(data, hidden=12)
    np.testing.assert_array_equal(again(data.test), h)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: frechet_distance(np.zeros((1, 3)), np.zeros((5, 3))), "at least two rows"),
        (lambda: frechet_distance(np.zeros((5, 3)), np.zeros((5, 2))), "3 features against 2"),
        (lambda: frechet_distance(np.zeros(5), np.zeros((5, 2))), r"expected a table \(N, F\)"),
        (
            lambda: frechet_distance(np.full((5, 2), np.nan), np.zeros((5, 2))),
            "5 of 5 rows are NaN",
        ),
        (
            lambda: precision_recall(np.zeros((5, 2)), np.zeros((3, 2)), k=3),
            "k = 3 needs more than k rows",
        ),
        (lambda: precision_recall(np.zeros((5, 2)), np.zeros((5, 3))), "2 features against 3"),
        (
            lambda: copying(np.zeros((5, 2)), np.zeros((5, 3)), np.zeros((5, 2))),
            "images of 2, 3 and 2 pixels",
        ),
    ],
)
def test_quality_refuses_with_a_reason(call, words):
    with pytest.raises(ValueError, match=words):
        call()
