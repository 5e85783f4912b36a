"""One colour a meaning: what the drawings' artists wear."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import same_color, to_rgb

from vaeteach import plots
from vaeteach.plots.style import COLOURS, SERIES, SHADES
from vaeteach.support import glossary


@pytest.fixture
def ax():
    return plots.new_figure()[1]


def terms():
    rows = [(e, "test", q, -1.0) for e in (1, 2) for q in ("log_likelihood", "kl", "value")]
    return pd.DataFrame(rows, columns=["epoch", "split", "quantity", "nats"])


def dashboard(latents=(0, 1)):
    random = np.random.default_rng(0)
    return {
        "epochs": [1, 2],
        "terms": {"log_likelihood": [-5.0, -4.0], "kl": [1.0, 2.0], "value": [-6.0, -6.0]},
        "codes": random.normal(size=(30, 2))[:, list(latents)],
        "latents": list(latents),
        "within": np.full(2, 0.4),
        "between": np.full(2, 0.5),
        "kl": np.array([1.0, 0.5]),
        "gradients": np.array([1.0, 0.1]),
        "images": np.zeros((4, 16)),
        "rebuilt": np.zeros((4, 16)),
    }


def draw_dashboard(**options):
    figure, only = plots.new_figure(13, 7)
    only.remove()
    axes = figure.subplot_mosaic(plots.diagnosis.PLACES)
    labels = np.arange(30) % 10
    return plots.draw_dashboard(axes, dashboard(**options), labels, (4, 4)), labels


def test_terms_of_the_loss_wear_the_same_in_every_lesson():
    _, axes = plots.new_figure(columns=3)
    expected = [COLOURS["likelihood"], COLOURS["kl"], COLOURS["q"]]
    assert [line.get_color() for line in plots.draw_loss_terms(axes, terms())] == expected
    panels, _ = draw_dashboard()
    assert [line.get_color() for line in panels["terms"].lines] == expected
    assert all(same_color(bar.get_facecolor(), COLOURS["kl"]) for bar in panels["kl"].patches)


def test_alarm_stays_away_where_all_is_well(ax):
    panels, _ = draw_dashboard()
    _, axes = plots.new_figure(columns=3)
    plots.draw_loss_terms(axes, terms())
    plots.draw_bound(ax, -25.0, -24.0)
    dots, _ = plots.draw_price(ax, [0.1], [[0.3, 0.2]], ([0.1, 0.5], [0.4, 0.0]))
    plots.draw_kl_split(ax, [0, 1], [0.0, 1.0], [0.1, 0.2])
    plots.draw_running_means(ax, {name: np.ones(3) for name in "abcd"}, 1.0)
    worn = [line.get_color() for panel in (*panels.values(), *axes, ax) for line in panel.lines]
    worn += [patch.get_facecolor() for panel in (*panels.values(), ax) for patch in panel.patches]
    worn += [area.get_facecolor()[0] for area in ax.collections]
    assert len(worn) > 20 and same_color(dots.get_color(), COLOURS["kl"])
    assert not any(same_color(to_rgb(colour), COLOURS["alarm"]) for colour in worn)


def test_what_is_exact_is_orange(ax):
    artists = plots.draw_bound(ax, -25.0, -24.0)
    assert artists["line"].get_color() == COLOURS["posterior"]
    assert same_color(artists["elbo"].get_facecolor(), COLOURS["q"])
    assert same_color(artists["gap"].get_facecolor(), SHADES["marginal KL"])
    points, exact, low = plots.draw_bounds_by_samples(ax, [1, 10], [-25, -24], [0.1, 0.1], -25, -24)
    assert exact.get_color() == COLOURS["posterior"]
    assert points.lines[0].get_color() == low.get_color() == COLOURS["q"]
    _, ax = plots.new_figure()
    curves = plots.draw_line_posterior(ax, np.arange(3), *np.ones((3, 3)))
    for name in ("prior", "posterior", "q"):
        assert curves[name][0].get_color() == COLOURS[name]
    colours = {concept.key: concept.colour for concept in glossary.CONCEPTS}
    assert colours["evidence"] == colours["posterior"] == "posterior"
    assert {colours[key] for key in ("kl", "gap", "information", "marginal")} == {"kl"}
    assert "alarm" not in colours.values()


def test_parts_of_a_kl_are_shades_of_its_colour(ax):
    areas = plots.draw_kl_split(ax, [0, 1, 2], [0.0, 1.0, 2.0], [0.1, -0.01, 0.3])
    for area, name in zip(areas, ("information", "marginal KL")):
        # opaque, or the swatch in the legend would take the colour of what lies behind it
        assert same_color(area.get_facecolor()[0], SHADES[name]) and area.get_alpha() is None
    assert areas[1].get_paths()[0].vertices[:, 1].max() == pytest.approx(2.3)
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["information", "marginal KL"] and ax.get_ylim()[1] > 2.8
    z = np.linspace(-1, 1, 5)
    _, above, below = plots.draw_integrand(ax, z, z)
    assert same_color(above.get_facecolor()[0][:3], SHADES["information"])
    assert same_color(below.get_facecolor()[0][:3], SHADES["marginal KL"])


def test_gap_parts_stack_in_the_order_of_their_sum(ax):
    first, second = [0.3, 0.1, 0.2], [0.3, 0.1, 0.0]
    low, high = plots.draw_gap_parts(ax, first, second)
    assert [bar.get_height() for bar in low] == pytest.approx([0.1, 0.2, 0.3])
    assert [bar.get_y() for bar in high] == pytest.approx([0.1, 0.2, 0.3])
    assert [bar.get_height() for bar in high] == pytest.approx([0.1, 0.0, 0.3])
    assert same_color(low[0].get_facecolor(), COLOURS["kl"])
    three = plots.draw_gap_parts(ax, first, second, second, names=("a", "b", "c"))
    assert three[2][2].get_y() == pytest.approx(0.6)
    with pytest.raises(ValueError, match="3 parts need as many names"):
        plots.draw_gap_parts(ax, first, second, second)


def test_estimators_have_no_meaning_of_their_own(ax):
    lines = plots.draw_running_means(ax, {name: np.ones(4) for name in "abc"}, exact=1.0)
    assert [line.get_color() for line in lines] == list(SERIES[:3])
    assert len({line.get_linestyle() for line in lines}) == 3
    [exact] = [line for line in ax.lines if line not in lines]
    assert exact.get_color() == COLOURS["posterior"]
    assert exact.get_zorder() < min(line.get_zorder() for line in lines)


def test_two_densities_can_share_a_scale(ax):
    grid = np.linspace(-1, 1, 5)
    image = plots.draw_plane_density(ax, grid, np.zeros((5, 5)), COLOURS["prior"], top=2.0)
    assert image.get_clim() == (0, 2) and (image.get_array() == 1).all()
    assert same_color(image.get_cmap()(1.0), COLOURS["prior"])


def test_a_single_latent_is_not_drawn_against_itself():
    panels, labels = draw_dashboard(latents=(0, 0))
    codes = np.asarray(panels["codes"].collections[0].get_offsets())
    np.testing.assert_allclose(codes[:, 0], dashboard(latents=(0, 0))["codes"][:, 0])
    assert np.abs(codes[:, 1] - labels).max() < 0.5  # a row a digit
    assert panels["codes"].get_ylabel() == "digit"
    panels, _ = draw_dashboard()
    assert panels["codes"].get_ylabel() == "$z_{2}$"
