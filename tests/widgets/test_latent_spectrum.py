"""The view of the spectrum: what lives, the exact log p(x), and pictures, without a browser."""

import math

import numpy as np
import pytest
import torch
from shown import shown

from vaeteach import best_linear_vae, load, principal_axes
from vaeteach.plots.style import COLOURS
from vaeteach.widgets import LatentSpectrum


@pytest.fixture(scope="module")
def data():
    return load("digits").subset(300, 60)


@pytest.fixture(scope="module")
def view(data):
    return LatentSpectrum(data)


@pytest.fixture(autouse=True)
def as_it_opens(view):
    view.level.value, view.latents.value, view.noise.value = -1.0, 8, False


def test_what_lives_is_what_stands_above_the_line(view, data):
    values, _ = principal_axes(data)
    before = shown(view).tobytes()
    view.level.value = math.log10(0.3)
    alive = int((values[:8] > 0.3).sum())
    assert 0 < alive < 8 and f"{alive} of 8 latents live" in view.alt
    bars, line = view._artists["spectrum"]
    colours = [bar.get_facecolor()[:3] for bar in bars]
    blue = tuple(int(COLOURS["q"][i : i + 2], 16) / 255 for i in (1, 3, 5))
    assert [np.allclose(c, blue) for c in colours] == [True] * alive + [False] * (32 - alive)
    assert line.get_ydata()[0] == pytest.approx(0.3)
    assert shown(view).tobytes() != before


def test_the_curves_are_those_of_the_solved_model(view, data):
    view.level.value, view.latents.value = -0.7, 5
    state, variance = view.state(), 10**-0.7
    model = best_linear_vae(data, 5, variance)
    for name, images in (("train", data.train), ("test", data.test)):
        at = np.interp(-0.7, np.log10(state["variances"]), state[name])
        assert at == pytest.approx(float(model.log_marginal(images).mean()), abs=0.1)
    best = best_linear_vae(data, 5)
    top = float(best.log_marginal(data.train).mean())
    assert state["best"] == pytest.approx((best.variance, top))
    assert view._artists["curves"][1].get_xdata()[0] == pytest.approx(best.variance)
    assert view.log_marginal < top


def test_pictures_are_test_digits_their_means_and_samples(view, data):
    view.level.value = 0.4  # everything is dead
    pictures = view.state()["pictures"].reshape(3, -1, 64)
    np.testing.assert_allclose(pictures[0], data.test[: pictures.shape[1]], rtol=1e-6)
    mean = data.train.mean(0).expand(*pictures[1].shape)
    np.testing.assert_allclose(pictures[1], mean, atol=1e-6)
    np.testing.assert_allclose(pictures[2], mean, atol=1e-6)
    view.noise.value = True
    noisy = view.state()["pictures"].reshape(3, -1, 64)
    assert np.abs(noisy[2] - pictures[2]).mean() > 0.2
    np.testing.assert_array_equal(noisy[:2], pictures[:2])


def test_the_figure_alone_is_the_drawing_as_it_opens(view, data):
    figure = LatentSpectrum.drawn(data)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == [view._artists["text"].get_text()] and "live" in figure.alt


def test_pictures_that_never_vary_are_refused(data):
    flat = data.__class__(
        torch.full((4, 64), 0.5), torch.zeros(4).long(), data.test, data.test_labels, data.shape
    )
    with pytest.raises(ValueError, match="nothing varies"):
        LatentSpectrum(flat)
