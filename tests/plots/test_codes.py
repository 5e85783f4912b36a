"""The plane of codes, pictures and the figures' own layout: what the artists hold."""

import numpy as np
import pytest
from matplotlib.colors import same_color, to_rgba_array

from vaeteach import plots
from vaeteach.plots.style import COLOURS


@pytest.fixture
def ax():
    return plots.new_figure(8, 4)[1]


def test_each_digit_s_numeral_marks_its_cloud(ax):
    codes = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 1.0], [2.0, 2.0]])
    dots = plots.draw_codes(ax, codes, [3, 3, 3, 7])
    np.testing.assert_allclose(dots.get_offsets(), codes)
    palette = plots.digit_palette()
    colours = to_rgba_array([palette[3]] * 3 + [palette[7]], 0.65)
    np.testing.assert_allclose(dots.get_facecolors(), colours)
    # the median, which a stray code does not move far
    assert [(t.get_text(), t.get_position()) for t in ax.texts] == [("3", (1, 0)), ("7", (2, 2))]
    assert [t.get_color() for t in ax.texts] == [palette[3], palette[7]]
    assert all(t.get_path_effects() for t in ax.texts)  # an outline
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["3", "7"]


def test_numerals_and_legend_can_be_left_out(ax):
    plots.draw_codes(ax, [[0.0, 0.0]], [3], legend=False, numerals=False)
    blue = plots.draw_codes(ax, [[0.0, 0.0]])
    assert not ax.texts and ax.get_legend() is None
    assert same_color(blue.get_facecolor()[0][:3], COLOURS["q"])


def test_many_ellipses_on_each_other_stay_visible(ax):
    ellipse = plots.draw_ellipse(ax, (1.0, 2.0), (0.5, 0.25))
    assert (ellipse.width, ellipse.height) == (2.0, 1.0) and tuple(ellipse.center) == (1, 2)
    assert ellipse.get_facecolor()[3] < 0.2 and ellipse.get_edgecolor()[3] == 1
    assert plots.draw_ellipse(ax, (0, 0), (1, 1), fill=False).get_facecolor()[3] == 0


def test_a_globe_s_codes_can_have_a_legend(ax):
    plots.draw_prior_codes(ax, np.eye(3), [0, 4, 9], "sphere", legend=True)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["0", "4", "9"]


def test_sheets_fit_their_figure():
    sheets = {"first": np.ones((20, 16)), "second": np.zeros((20, 16)), "third": np.ones((5, 16))}
    figure, images = plots.picture_figure(sheets, (4, 4), columns=10, across=2, alt="Three sheets.")
    assert figure.alt == "Three sheets." and len(images) == 3
    assert images[0].get_array().shape == (2 * 5 + 1, 10 * 5 + 1)
    assert images[0].get_array().sum() == 20 * 16 and images[1].get_array().sum() == 0
    titles = [ax.get_title() for ax in figure.axes]
    assert titles == ["first", "second", "third", ""] and not figure.axes[3].axison
    figure.draw_without_rendering()
    covered = sum(
        ax.get_window_extent().width * ax.get_window_extent().height for ax in figure.axes
    )
    assert covered > 0.6 * figure.bbox.width * figure.bbox.height
    with pytest.raises(ValueError, match="no sheets"):
        plots.picture_figure({}, (4, 4), columns=10)


def test_a_title_wider_than_its_axes_is_wrapped_and_no_formula_is_cut():
    figure, (left, right) = plots.new_figure(6, 3, columns=2)
    left.set_title("one two three $\\log p(x) - 3$ four five six seven eight nine ten eleven")
    right.set_title("short")
    figure._repr_png_()
    figure.draw_without_rendering()
    lines = left.get_title().split("\n")
    assert len(lines) > 1 and any("$\\log p(x) - 3$" in line for line in lines)
    assert right.get_title() == "short"
    for ax in (left, right):
        box = ax.title.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= figure.bbox.width
    assert left.title.get_window_extent().x1 < right.title.get_window_extent().x0


def test_blank_canvas_is_not_shown():
    figure, ax = plots.new_figure(8, 4)
    plots.draw_picture_grid(ax, np.zeros((20, 16)), (4, 4), columns=20)
    _, shown = figure._repr_png_()
    assert shown["height"] < 150 and shown["width"] > 700
    figure, ax = plots.new_figure(8, 4)
    ax.plot([0, 1])
    _, shown = figure._repr_png_()
    assert (shown["width"], shown["height"]) == (800, 400)
