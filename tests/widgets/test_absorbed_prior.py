"""The view absorbed prior and its drawings: what the artists hold and what stands still, without
a browser.
"""

import base64

import numpy as np
import pytest
import torch
from shown import shown

from vaeteach import build_vae, draw, elbo, fit, kl, load
from vaeteach.plots.absorption import draw_band, draw_codes_and_prior, draw_weight_vectors
from vaeteach.plots.style import new_figure
from vaeteach.widgets import AbsorbedPrior


@pytest.fixture(scope="module")
def data():
    return load("digits").binarized().subset(300, 80)


@pytest.fixture(scope="module")
def model(data):
    model = build_vae(data, hidden=(16, 9))
    fit(model, data, epochs=3, progress=False)
    return model.double()


@pytest.fixture
def view(model, data):
    return AbsorbedPrior(model, data)


def test_it_opens_with_the_model_as_it_is(view, model, data):
    state = view.state()
    with torch.no_grad():
        q, bound = model.encode(data.train[:300].double()), elbo(model, data.test.double(), seed=0)
    np.testing.assert_allclose(state["codes"], q.mean)
    np.testing.assert_allclose(state["decoder"], model.decoder.net[0].weight.detach())
    np.testing.assert_allclose(state["encoder"], model.encoder.net[-1].weight[:2].T.detach())
    np.testing.assert_allclose(view.bound, [float(term.mean()) for term in bound])
    assert (
        state["encoder"].shape == (9, 2)
        and state["decoder"].shape == (9, 2)
        and state["pictures"].shape == (8, 64)
    )


def test_everything_moves_but_the_bound_and_the_pictures(view):
    before, bound, first = view.state(), view.bound, shown(view).tobytes()
    view.shift.value, view.stretch.value, view.turn.value = 1.5, 1.8, 35
    after = view.state()
    for name in ("codes", "encoder", "decoder", "prior_mean", "prior_stddev"):
        assert np.abs(after[name] - before[name]).max() > 0.1
    np.testing.assert_allclose(view.bound, bound, rtol=0, atol=1e-6)
    np.testing.assert_allclose(after["pictures"], before["pictures"], atol=1e-6)
    assert shown(view).tobytes() != first
    assert after["prior_mean"].tolist() == [1.5, 0.0]
    np.testing.assert_allclose(after["prior_stddev"], [1.8, 1.0], rtol=1e-6)


def test_without_the_layers_the_bound_falls_by_the_change_of_the_kl(view, model, data):
    before, bound = view.state(), view.bound
    view.absorb.value = False
    view.shift.value, view.stretch.value = 1.5, 1.8
    after, (written, *_) = view.state(), view.written()
    for name in ("codes", "encoder", "decoder"):
        np.testing.assert_array_equal(after[name], before[name])
    assert np.abs(after["pictures"][:4] - before["pictures"][:4]).max() < 1e-9  # rebuilt: the same
    # new: from another prior
    assert np.abs(after["pictures"][4:] - before["pictures"][4:]).max() > 0.05
    assert view.bound.log_likelihood == bound.log_likelihood
    with torch.no_grad():
        price = kl(model.encode(data.test.double()), written.prior()).mean()
    assert view.bound.kl == pytest.approx(float(price)) and view.bound.kl > bound.kl + 0.05


def test_turning_the_prior_alone_does_nothing_at_all(view):
    view.absorb.value, view.shift.value, view.stretch.value = False, 0.7, 1.6
    bound, before = view.bound, view.state()
    view.turn.value = 70
    after = view.state()
    assert view.bound == bound
    for name in before.keys() - {"bound"}:  # the new pictures stand still, too
        np.testing.assert_array_equal(after[name], before[name])


def test_the_artists_show_the_state(view):
    view.shift.value, view.stretch.value, view.turn.value = -1.0, 2.0, 90
    state, artists = view.state(), view._artists
    np.testing.assert_allclose(artists["dots"].get_offsets(), state["codes"])
    np.testing.assert_allclose(artists["encoder"].get_offsets(), state["encoder"])
    np.testing.assert_allclose(artists["decoder"].get_offsets(), state["decoder"])
    outer = artists["ellipses"][-1]
    assert tuple(outer.get_center()) == (-1.0, 0.0)
    assert outer.width == pytest.approx(2 * outer.height)  # stretched along z_1 only
    assert outer.height / 2 == pytest.approx((-2 * np.log(0.01)) ** 0.5)
    assert f"{abs(view.bound.value):.3f}" in artists["text"].get_text()
    assert "-1.0" in view.alt and "90 degrees" in view.alt


def test_a_model_with_another_number_of_latents_is_refused(data):
    with pytest.raises(ValueError, match="plane of two latents; this model has 3"):
        AbsorbedPrior(build_vae(data, latent_dim=3), data)


def test_the_drawings_hold_what_they_were_given():
    _, (left, right) = new_figure(columns=2)
    line, band = draw_band(left, [1, 2, 3], np.array([0.0, 1.0, 0.5]), np.array([0.1, 0.2, 0.3]))
    np.testing.assert_array_equal(line.get_ydata(), [0, 1, 0.5])
    assert band.get_paths()[0].vertices[:, 1].min() == pytest.approx(-0.1)
    assert band.get_paths()[0].vertices[:, 1].max() == pytest.approx(1.2)
    codes = draw(torch.distributions.Normal(torch.zeros(2), torch.ones(2)), (5,)).numpy()
    dots, ellipses = draw_codes_and_prior(right, codes, [0, 1, 2, 3, 4], (1.0, 2.0), (0.5, 1.0))
    np.testing.assert_allclose(dots.get_offsets(), codes)
    assert len(ellipses) == 3 and tuple(ellipses[0].get_center()) == (1.0, 2.0)
    encoder, decoder = draw_weight_vectors(left, codes, -codes)
    np.testing.assert_allclose(encoder.get_offsets(), -np.asarray(decoder.get_offsets()))
    assert encoder.get_facecolor()[0][2] > 0.5


def test_the_still_picture_and_the_figure_alone_show_the_same(view, model, data):
    bundle, _ = view._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    figure = AbsorbedPrior.drawn(model, data)
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert view._artists["text"].get_text() in texts
