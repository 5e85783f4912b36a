"""Traversal without a browser: the picture is the decoder's, the sliders run where the codes
are.
"""

import numpy as np
import pytest
import torch
from shown import shown

from vaeteach import build_vae, draw, fit, kl_standard_normal, load
from vaeteach.widgets import Traversal


@pytest.fixture(scope="module")
def data():
    return load("digits").binarized()


@pytest.fixture(scope="module")
def model(data):
    model = build_vae(data, latent_dim=10)
    fit(model, data, epochs=8, progress=False)
    return model


@pytest.fixture
def view(model, data):
    return Traversal(model, data)


def test_starts_at_the_code_of_the_first_test_image(view, model, data):
    with torch.no_grad():
        code = model.encode(data.test[:1]).mean[0]
    inside = torch.tensor([bool(s.min < code[i] < s.max) for s, i in zip(view.sliders, view.order)])
    assert inside.sum() >= 7
    assert torch.allclose(view.z[view.order][inside], code[view.order][inside], atol=0.011)


def test_a_slider_moves_its_own_latent(view, model):
    before, picture = view.z, shown(view).tobytes()
    slider, latent = view.sliders[0], view.order[0]
    slider.value = 1.0
    moved = (view.z - before).abs() > 1e-6
    assert moved.nonzero().flatten().tolist() == [latent] and view.z[latent] == 1
    assert shown(view).tobytes() != picture
    with torch.no_grad():
        expected = model.decode(view.z[None]).mean[0]
    assert torch.equal(view.picture, expected)
    pixels = np.asarray(view._picture.get_array()).ravel()
    assert np.allclose(pixels, expected, atol=1e-6)
    assert f"{slider.description} 1.00" in view.image.alt


def test_dimensions_are_ordered_by_their_nats(view, model, data):
    with torch.no_grad():
        q = model.encode(data.train)
    nats = kl_standard_normal(q.mu, q.logvar).mean(0)[view.order]
    assert (nats[:-1] >= nats[1:] - 1e-6).all()


def test_ranges_are_those_of_the_aggregate_posterior(view, model, data):
    with torch.no_grad():
        samples = draw(model.encode(data.train), (20,), seed=9).reshape(-1, 10)
    for slider, i in zip(view.sliders, view.order):
        outside = ((samples[:, i] < slider.min) | (samples[:, i] > slider.max)).float().mean()
        assert 0.003 < outside < 0.025  # one percent, from 1,437 codes


def test_drawn_densities_are_densities(view):
    from vaeteach.widgets.traversal import _mixture, _smooth

    places = np.linspace(-6, 6, 241)
    g = torch.Generator().manual_seed(0)
    q = torch.distributions.Normal(
        torch.randn(50, 3, generator=g), torch.rand(50, 3, generator=g) + 0.1
    )
    for density in (_mixture(q, places), _smooth(torch.randn(5000, 3, generator=g), places)):
        assert density.shape == (3, 241) and np.allclose(
            np.trapezoid(density, places, axis=1), 1, atol=0.01
        )
    normal = np.exp(-(places**2) / 2) / np.sqrt(2 * np.pi)
    assert np.abs(_smooth(torch.randn(40_000, 1, generator=g), places)[0] - normal).max() < 0.02


def test_another_image_moves_all_sliders_in_one_picture(view, monkeypatch):
    painted = []
    move = view.move
    monkeypatch.setattr(view, "move", lambda: (painted.append(1), move()))
    before = view.z
    view.start_at.value = 7
    assert (view.z - before).abs().max() > 0.1 and len(painted) == 1


def test_z_can_be_set(view):
    view.z = torch.zeros(10)
    assert view.z.abs().max() < 0.011
    view.z = [100.0] * 10
    # it stays where the codes are
    assert all(slider.value == slider.max for slider in view.sliders)
    with pytest.raises(ValueError, match="10 latents"):
        view.z = [0.0, 1.0]


def test_models_it_cannot_show(data):
    with pytest.raises(ValueError, match="1 to 20 latents; this model has Gaussian with 21"):
        Traversal(build_vae(data, latent_dim=21), data)


@pytest.mark.parametrize("latents", [1, 3])
def test_few_latents(data, latents):
    view = Traversal(build_vae(data, latent_dim=latents), data)
    assert len(view.sliders) == latents and view.image.alt
