"""Runs over seeds, differences and counts: what the artists hold."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import same_color
from scipy.stats import bootstrap, t

from vaeteach import plots
from vaeteach.plots.statistics import student_interval
from vaeteach.plots.style import COLOURS, SERIES


@pytest.fixture
def ax():
    return plots.new_figure(8, 4)[1]


@pytest.fixture
def runs():
    random = np.random.default_rng(0)
    rows = [
        (seed, epoch, way, start + 0.1 * epoch + random.normal())
        for seed in range(6)
        for epoch in (1, 2, 3)
        for way, start in (("plain", 0.0), ("standardised", 5.0))
    ]
    return pd.DataFrame(rows, columns=["seed", "epoch", "way", "gain"])


def test_the_interval_is_student_s():
    values = np.random.default_rng(1).normal(3, 2, 400)
    low, high = student_interval(values)
    by_scipy = t.interval(0.95, 399, values.mean(), values.std(ddof=1) / 20)
    assert (low, high) == pytest.approx(by_scipy)
    resampled = bootstrap((values,), np.mean, random_state=0).confidence_interval
    assert (low, high) == pytest.approx(resampled, abs=0.03)
    assert np.isnan(student_interval([1.0])).all()


def test_numbers_give_a_curve_with_a_band(ax, runs):
    assert plots.draw_over_seeds(ax, runs, "epoch", "gain", "way") is ax
    for line, band, colour, way in zip(ax.lines, ax.collections, SERIES, ("plain", "standardised")):
        by_epoch = runs[runs.way == way].groupby("epoch").gain
        np.testing.assert_allclose(line.get_ydata(), by_epoch.mean())
        assert same_color(line.get_color(), colour) and same_color(
            band.get_facecolor()[0][:3], colour
        )
        heights = band.get_paths()[0].vertices[:, 1]
        ends = np.array([student_interval(values) for _, values in by_epoch])
        assert (heights.min(), heights.max()) == pytest.approx((ends[:, 0].min(), ends[:, 1].max()))
    assert {text.get_text() for text in ax.get_legend().get_texts()} >= {"plain", "standardised"}


@pytest.mark.parametrize("aside", [False, True])
def test_names_give_a_dot_a_seed_and_the_mean_with_its_interval(ax, runs, aside):
    last = runs[runs.epoch == 3]
    plots.draw_over_seeds(ax, last, *(("gain", "way") if aside else ("way", "gain")))
    along = 0 if aside else 1
    for dots, (_, values) in zip(ax.collections, last.groupby("way").gain):
        np.testing.assert_allclose(
            np.sort(np.asarray(dots.get_offsets())[:, along]), np.sort(values)
        )
        # no jitter: it would draw from the global generator
        assert np.ptp(np.asarray(dots.get_offsets())[:, 1 - along]) == 0
    data = [line.get_xydata()[:, along] for line in ax.lines]
    for _, values in last.groupby("way").gain:
        low, high = student_interval(values)
        assert any(np.isclose(line, values.mean()).any() for line in data)
        assert any(np.isclose(line, low).any() and np.isclose(line, high).any() for line in data)


def test_seeds_by_hue_stand_side_by_side(ax, runs):
    runs = runs[runs.epoch > 1].assign(when=lambda frame: frame.epoch.map({2: "early", 3: "late"}))
    plots.draw_over_seeds(
        ax, runs, "way", "gain", "when", palette={"early": "k", "late": COLOURS["q"]}
    )
    places = {
        round(float(x), 3) for dots in ax.collections for x in np.asarray(dots.get_offsets())[:, 0]
    }
    assert places == {-0.2, 0.2, 0.8, 1.2}
    means = [line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 2]
    assert any(np.allclose(x, [-0.2, 0.8]) for x in means)


def test_the_global_generator_is_left_alone(ax, runs):
    before = np.random.get_state()[1].copy()
    plots.draw_over_seeds(ax, runs, "way", "gain")
    plots.draw_over_seeds(ax, runs, "epoch", "gain")
    assert (np.random.get_state()[1] == before).all()


def test_a_column_that_is_not_there_is_named(ax, runs):
    with pytest.raises(ValueError, match="no column 'step'"):
        plots.draw_over_seeds(ax, runs, "step", "gain")


def test_differences(ax):
    dots = plots.draw_differences(ax, ["a", "b"], [0.1, -0.2], [0.01, 0.02])
    assert dots.lines[0].get_xdata().tolist() == [0.1, -0.2]
    assert dots.lines[0].get_ydata().tolist() == [1, 0]  # the first at the top
    [ends] = [bars.get_segments() for bars in dots.lines[2]]
    assert np.allclose([end[:, 0] for end in ends], [[0.09, 0.11], [-0.22, -0.18]])


def test_confusion(ax):
    names = ["healthy", "collapsed"]
    counts = pd.DataFrame([[3, 1], [0, 0]], index=names, columns=names)
    mesh = plots.draw_confusion(ax, counts)
    np.testing.assert_allclose(np.ravel(mesh.get_array()), [0.75, 0.25, 0, 0])
    assert [text.get_text() for text in ax.texts] == ["3", "1", "", ""]
    assert [label.get_text() for label in ax.get_yticklabels()] == names
