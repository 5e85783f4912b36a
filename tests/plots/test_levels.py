"""The drawing of two levels: the artists hold the numbers that were given."""

import numpy as np

from vaeteach.plots import COLOURS, draw_two_levels, new_figure


def test_the_ellipse_the_draws_and_the_pictures_are_those_of_the_state():
    noise = np.random.default_rng(0)
    state = {
        "upper": noise.normal(size=(20, 2)),
        "codes": noise.normal(size=(20, 2)),
        "here": (0.5, -1.0),
        "label": "p(z|u)",
        "mean": np.array([1.0, 2.0]),
        "stddev": np.array([0.5, 0.25]),
        "draws": noise.normal(size=(7, 2)),
        "pictures": noise.uniform(size=(8, 16)),
        "limit": 4.0,
    }
    figure, axes = new_figure(9, 3, columns=3)
    ellipse = draw_two_levels(axes, state, np.arange(20) % 10, (4, 4))
    assert ellipse.center == (1.0, 2.0) and (ellipse.width, ellipse.height) == (2.0, 1.0)
    assert np.allclose(ellipse.get_facecolor()[:3], _rgb(COLOURS["prior"]), atol=1e-6)
    assert np.allclose(axes[1].lines[-1].get_xydata(), state["draws"])
    assert np.allclose(axes[0].lines[-1].get_xydata(), [state["here"]])
    assert np.allclose(axes[1].collections[0].get_offsets(), state["codes"])
    assert axes[2].images[0].get_array().shape == (11, 21)  # two rows of four, gaps of one


def _rgb(colour):
    from matplotlib.colors import to_rgb

    return to_rgb(colour)
