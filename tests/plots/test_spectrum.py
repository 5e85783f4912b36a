"""The spectrum and the counts over seeds: what the artists hold."""

import numpy as np
import pytest
from matplotlib.colors import same_color

from vaeteach import plots
from vaeteach.plots.style import COLOURS


@pytest.fixture
def ax():
    return plots.new_figure(8, 4)[1]


def test_bars_are_eigenvalues_coloured_by_what_lives(ax):
    values = np.array([2.0, 0.5, 0.2, 0.1])
    artists = plots.draw_spectrum(ax, values, variance=0.3, latents=3)
    bars, line = artists
    assert [bar.get_y() + bar.get_height() for bar in bars] == pytest.approx(values)
    expected = [COLOURS["q"], COLOURS["q"], COLOURS["prior"], "0.88"]
    assert all(same_color(bar.get_facecolor(), c) for bar, c in zip(bars, expected))
    assert line.get_ydata()[0] == 0.3
    plots.move_spectrum(artists, values, variance=0.15, latents=4)
    assert same_color(bars[2].get_facecolor(), COLOURS["q"]) and line.get_ydata()[0] == 0.15
    assert same_color(bars[3].get_facecolor(), COLOURS["prior"])


def test_stairs_count_the_eigenvalues_above(ax):
    line = plots.draw_staircase(ax, [2.0, 0.5, 0.2], 2, [0.1, 0.3, 0.6, 3.0])
    assert line.get_ydata().tolist() == [2, 2, 1, 0]


def test_counts_show_the_mean_and_the_whole_range(ax):
    dots = plots.draw_counts(ax, [0.1, 1.0], [[1, 2, 3], [5, 5, 5]], "runs", index=1)
    line, _, (bars,) = dots.lines
    assert line.get_xydata().tolist() == [[0.1, 2], [1.0, 5]]
    assert [segment[:, 1].tolist() for segment in bars.get_segments()] == [[1, 3], [5, 5]]
