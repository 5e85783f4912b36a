"""The view: its maps are the exact posterior, and hiding pixels returns the prior."""

import numpy as np
import pytest
import torch
from shown import shown

from vaeteach import build_vae, fit, load, log_marginal, posterior_grid
from vaeteach.widgets import PriorTimesLikelihood


@pytest.fixture(scope="module")
def trained():
    data = load("digits").binarized()
    model = build_vae(data, hidden=(64,))
    fit(model, data, epochs=8, progress=False)
    return model, data


@pytest.fixture
def bench(trained):
    return PriorTimesLikelihood(*trained)


def test_posterior_is_the_exact_one(bench, trained):
    model, data = trained
    for row in (0, 7):
        bench.digit.value = row
        x = data.test[row : row + 1]
        exact = posterior_grid(model, x, 301)
        assert bench.evidence == pytest.approx(log_marginal(model, x).item(), abs=1e-3)
        assert torch.allclose(bench.posterior @ bench.nodes, exact.mean[0], atol=1e-3)
        assert torch.allclose(bench.spread, exact.stddev[0], atol=1e-3)


def test_nothing_observed_gives_back_the_prior(bench):
    bench.observed.value = 0
    assert bench.spread.numpy() == pytest.approx([1, 1], abs=1e-5)
    assert bench.evidence == pytest.approx(0, abs=1e-5)
    likelihood = bench._artists["likelihood"].get_array()
    assert np.ptp(np.asarray(likelihood)) < 1e-6


def test_less_seen_means_wider_on_average(trained):
    bench, widths = PriorTimesLikelihood(*trained), []
    for percent in (0, 20, 60, 100):
        bench.observed.value = percent
        spreads = []
        for row in range(12):
            bench.digit.value = row
            spreads.append(bench.spread.log().mean().item())
        widths.append(np.mean(spreads))
    assert np.all(np.diff(widths) < 0)


def test_the_map_points_the_right_way(bench, trained):
    """The brightest pixel of the posterior's image lies where the grid says, with z_2 upwards."""
    image = bench._artists["posterior"]
    array = np.asarray(image.get_array())
    row, column = np.unravel_index(array.argmax(), array.shape)
    left, right, bottom, top = image.get_extent()
    z_1 = left + (column + 0.5) / array.shape[1] * (right - left)
    z_2 = bottom + (row + 0.5) / array.shape[0] * (top - bottom)
    peak = bench.nodes[bench.posterior.argmax()]
    assert (z_1, z_2) == pytest.approx(tuple(peak.tolist()), abs=1e-6)


def test_prior_times_likelihood_is_the_posterior_on_the_screen(bench):
    maps = [
        np.asarray(bench._artists[name].get_array())
        for name in ("prior", "likelihood", "posterior")
    ]
    product = maps[0] * maps[1]
    assert product / product.max() == pytest.approx(maps[2], abs=1e-6)


def test_controls_move_picture_mask_and_alt_text(bench):
    before = shown(bench).tobytes()
    bench.digit.value = 3
    assert shown(bench).tobytes() != before and "digit 3" in bench.image.alt
    before = shown(bench).tobytes()
    bench.observed.value = 50
    assert shown(bench).tobytes() != before and "50 percent" in bench.image.alt
    hidden = np.asarray(bench._artists["hidden"].get_array())
    assert hidden.sum() == 32
    bench.observed.value = 100
    before = shown(bench).tobytes()
    bench.smooth.value = False
    assert shown(bench).tobytes() != before


def test_seen_pixels_stay_seen(bench):
    masks = []
    for percent in (20, 40, 80):
        bench.observed.value = percent
        masks.append(~np.asarray(bench._artists["hidden"].get_array()).astype(bool))
    assert (masks[0] <= masks[1]).all() and (masks[1] <= masks[2]).all()


def test_needs_two_latents(trained):
    with pytest.raises(ValueError, match="latent_dim=2"):
        PriorTimesLikelihood(build_vae(trained[1], latent_dim=1, hidden=(8,)), trained[1])
