"""The drawings of notebooks 04 and 05: what the artists hold, not how the pixels look."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import same_color
from scipy.stats import chi, norm

from vaeteach import plots
from vaeteach.plots.style import COLOURS


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_loss_terms():
    rows = [(e, s, q, v * e) for e in (1, 2, 3) for s in ("train", "test")
            for q, v in (("log_likelihood", -5.0), ("kl", 2.0), ("value", -7.0))]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["epoch", "split", "quantity", "nats"])
    _, axes = plots.new_figure(9, 3, columns=3)
    lines = plots.draw_loss_terms(axes, frame)
    assert [line.get_ydata().tolist() for line in lines] == [
        [-5, -10, -15],
        [2, 4, 6],
        [-7, -14, -21],
    ]
    assert same_color(lines[0].get_color(), COLOURS["likelihood"]) and same_color(
        lines[1].get_color(), COLOURS["kl"]
    )
    assert [ax.get_title() for ax in axes] == ["log-likelihood", "KL", "ELBO"]
    _, axes = plots.new_figure(9, 3, columns=2)
    # as many panels as there are axes
    assert len(plots.draw_loss_terms(axes, frame, split="train")) == 2


def test_running_means(random):
    estimates = {"a": random.normal(size=50), "b": random.normal(size=20)}
    _, ax = plots.new_figure(6, 3)
    lines = plots.draw_running_means(ax, estimates, exact=0.25)
    assert lines[0].get_ydata()[-1] == pytest.approx(estimates["a"].mean())
    assert lines[1].get_ydata()[3] == pytest.approx(estimates["b"][:4].mean())
    assert ax.get_xscale() == "log" and 0.25 in [line.get_ydata()[0] for line in ax.lines]


def test_trade_off():
    _, ax = plots.new_figure(6, 4)
    line = plots.draw_trade_off(ax, [5.0, 3.0, 0.0], [-15.0, -16.0, -25.0], ["a", "b", "c"])
    assert line.get_xdata().tolist() == [5, 3, 0] and line.get_ydata().tolist() == [-15, -16, -25]
    grey = [other for other in ax.lines if other is not line]
    assert len(grey) > 3
    for other in grey:  # on each the ELBO, log-likelihood - KL, is the same everywhere
        assert np.ptp(other.get_ydata() - other.get_xdata()) < 1e-9
    assert [text.get_text() for text in ax.texts] == ["a", "b", "c"]


def test_kl_by_dimension():
    _, ax = plots.new_figure(6, 3)
    first, second = plots.draw_kl_by_dimension(ax, {"x": [0.1, 2.0, 1.0], "y": [0.5, 0.5, 0.7]})
    assert [bar.get_height() for bar in first] == [2.0, 1.0, 0.1]
    assert [bar.get_height() for bar in second] == [0.7, 0.5, 0.5]
    # side by side
    assert first[0].get_x() + first[0].get_width() == pytest.approx(second[0].get_x())


def test_latent_ranges():
    places = np.linspace(-3, 3, 7)
    density = np.array([[0, 0, 1, 2, 1, 0, 0], [0, 1, 1, 1, 1, 1, 0]]) / 4
    _, ax = plots.new_figure(6, 3)
    markers = plots.draw_latent_ranges(ax, places, density, density[::-1], ["u", "v"], [0.5, -1.0])
    assert markers.get_xdata().tolist() == [0.5, -1.0]
    assert np.diff(markers.get_ydata())[0] == -1  # the first dimension is at the top
    assert [label.get_text() for label in ax.get_yticklabels()] == ["u", "v"]


def test_pairs(random):
    codes, labels = random.normal(size=(100, 3)), random.integers(0, 10, 100)
    figure, axes = plots.new_figure(6, 6, columns=3, rows=3)
    dots = plots.draw_pairs(axes, codes, labels, ["a", "b", "c"])
    assert len(dots) == 3
    # row 2, column 0: horizontally the first dimension
    assert np.allclose(dots[1].get_offsets(), codes[:, [0, 2]])
    assert axes[2, 0].get_xlabel() == "a" and axes[2, 0].get_ylabel() == "c"
    # the diagonal: each latent's density, of mass one, beside the prior's
    outline = axes[1, 1].collections[0].get_paths()[0].vertices
    upper = outline[outline[:, 1] > 0]
    upper = upper[np.argsort(upper[:, 0])]
    assert np.trapezoid(upper[:, 1], upper[:, 0]) == pytest.approx(1, abs=0.03)
    [prior] = axes[1, 1].lines
    assert np.allclose(prior.get_ydata(), norm.pdf(prior.get_xdata()))
    # above it: contours of q over those of the prior, and no blank panel
    assert len(axes[0, 2].patches) == 3 and axes[0, 2].collections
    figure.draw_without_rendering()
    for column in axes.T:  # in line
        assert len({round(ax.get_window_extent().x0, 3) for ax in column}) == 1


def test_norms(random):
    _, ax = plots.new_figure(6, 3)
    norms = np.linalg.norm(random.normal(size=(5000, 10)), axis=1)
    (outline,) = plots.draw_norms(ax, {"samples": norms}, 10)
    steps = outline.get_paths()[0].vertices
    x, height = steps[:-1].T
    middle = (steps[:-1] + steps[1:])[:, 0] / 2
    flat = (np.diff(steps[:, 1]) == 0) & (np.diff(steps[:, 0]) != 0) & (height > 0)
    assert np.abs(height - chi.pdf(middle, 10))[flat].max() < 0.08 and flat.sum() > 20
    curve, middle = ax.lines
    assert np.allclose(curve.get_ydata(), chi.pdf(curve.get_xdata(), 10))
    assert middle.get_xdata()[0] == pytest.approx(np.sqrt(10))


def test_factor(random):
    codes, values = random.normal(size=(30, 2)), random.normal(size=30)
    figure, ax = plots.new_figure(5, 4)
    dots = plots.draw_factor(ax, codes, values, "slant")
    assert np.allclose(dots.get_offsets(), codes) and np.allclose(dots.get_array(), values)
    assert len(figure.axes) == 2  # the colour bar
