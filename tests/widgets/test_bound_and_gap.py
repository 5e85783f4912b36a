"""The view of bound and gap: its numbers are those of the exact module, and its ascent climbs."""

import numpy as np
import pytest
import torch
from shown import shown

from vaeteach import bound_gap, build_vae, expected_elbo, fit, load, log_marginal
from vaeteach.exact import best_gaussian, posterior_grid, two_humped
from vaeteach.widgets import BoundAndGap


@pytest.fixture(scope="module")
def trained():
    data = load("digits").binarized()
    model = build_vae(data, latent_dim=1)
    fit(model, data, epochs=20, progress=False)
    return model, data


@pytest.fixture
def bench(trained):
    return BoundAndGap(*trained)


def test_starts_where_the_encoder_is_and_agrees_with_the_exact_module(bench, trained):
    model, data = trained
    for _, row in bench.digit.options:
        bench.digit.value = row
        x = data.test[row : row + 1]
        assert bench.evidence == pytest.approx(log_marginal(model, x, 801).item(), abs=1e-4)
        assert bench.gap == pytest.approx(bound_gap(model, x, 801).item(), abs=1e-3)
        assert bench.elbo == pytest.approx(expected_elbo(model, x, 801).value.item(), abs=1e-3)


def test_elbo_and_gap_always_add_up(bench):
    for mu in (-3.9, -1.0, 0.3, 4.0):
        for log_sigma in (-3.0, -1.0, 0.7):
            bench.mu.value, bench.log_sigma.value = mu, log_sigma
            assert bench.elbo + bench.gap == pytest.approx(bench.evidence, abs=1e-9)
            assert bench.gap > 0


def test_a_slider_set_from_python_moves_picture_bar_and_alt_text(bench):
    before, height = shown(bench).tobytes(), bench._bar["elbo"].get_height()
    bench.mu.value += 0.5
    assert shown(bench).tobytes() != before and bench._bar["elbo"].get_height() != height
    assert f"{bench.elbo:.2f}" in bench.image.alt and f"{bench.evidence:.2f}" in bench.image.alt


def test_bar_stands_still_at_the_top(bench):
    for mu in (-2.0, 0.0, 2.0):
        bench.mu.value = mu
        gap = bench._bar["gap"]
        assert gap.get_y() + gap.get_height() == pytest.approx(bench.evidence)
        assert bench._bar["line"].get_ydata()[0] == pytest.approx(bench.evidence)


def test_climbing_never_descends_and_ends_at_the_best_q(bench, trained):
    model, data = trained
    bench.digit.value = bench.digit.options[1][1]
    row, heights = bench.digit.value, [bench.elbo]
    for tick in range(1, 120):
        bench.climb.value = tick
        heights.append(bench.elbo)
    assert np.diff(heights).min() > -1e-6 and heights[-1] > heights[0]
    best = best_gaussian(model, data.test[row : row + 1], points=401, steps=300)
    assert bench.mu.value == pytest.approx(best.mean.item(), abs=0.02)
    assert np.exp(bench.log_sigma.value) == pytest.approx(best.stddev.item(), abs=0.02)


def test_pause_then_stop(bench):
    start = bench.mu.value, bench.log_sigma.value
    for tick in (1, 2, 3):
        bench.climb.value = tick
    paused = bench.mu.value
    assert paused != start[0]
    bench.mu.value = paused + 0.3  # a pause leaves the sliders to the reader
    assert bench.mu.value == pytest.approx(paused + 0.3)
    bench.climb.value = 0
    assert (bench.mu.value, bench.log_sigma.value) == start


def test_the_first_digit_has_two_humps(bench, trained):
    model, data = trained
    density = posterior_grid(model, data.test).density[bench.digit.options[0][1]].numpy()
    peaks = (
        (density[1:-1] > density[:-2])
        & (density[1:-1] > density[2:])
        & (density[1:-1] > 0.1 * density.max())
    )
    assert peaks.sum() >= 2
    assert bench.digit.value == two_humped(posterior_grid(model, data.test))


def test_two_humped_finds_the_even_split():
    class Grid:
        z = torch.linspace(-4, 4, 401)
        normal = torch.distributions.Normal
        density = torch.stack(
            [
                normal(0.0, 1.0).log_prob(z).exp(),
                0.9 * normal(-2.0, 0.5).log_prob(z).exp()
                + 0.1 * normal(2.0, 0.5).log_prob(z).exp(),
                0.5 * normal(-2.0, 0.5).log_prob(z).exp()
                + 0.5 * normal(2.0, 0.5).log_prob(z).exp(),
                0.5 * normal(-0.6, 0.5).log_prob(z).exp()
                + 0.5 * normal(0.6, 0.5).log_prob(z).exp(),
            ]
        )

    assert two_humped(Grid) == 2
    Grid.density = Grid.density[:2]
    assert two_humped(Grid) is None


def test_without_two_humps_the_bench_offers_the_labels_only(trained):
    bench = BoundAndGap(build_vae(trained[1], latent_dim=1, hidden=(8,)), trained[1])
    assert [label for label, _ in bench.digit.options] == list("0123456789")


def test_works_in_double_precision_and_refuses_two_latents(trained):
    model, data = trained
    bench = BoundAndGap(model.double(), data)
    model.float()
    assert bench.elbo + bench.gap == pytest.approx(bench.evidence, abs=1e-9)
    with pytest.raises(ValueError, match="latent_dim=1"):
        BoundAndGap(build_vae(data, hidden=(8,)), data)


def test_at_most_four_controls(bench):
    assert (
        len(
            [
                c
                for row in bench.children[1:-1]
                for c in row.children
                if hasattr(c, "value") and hasattr(c, "min")
            ]
        )
        <= 3
    )
