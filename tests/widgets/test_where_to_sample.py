"""The view view where to sample: what the artists hold at each setting, without a browser."""

import base64

import numpy as np
import pytest
import torch
from shown import shown

from vaeteach import DigitFeatures, build_vae, draw, fit, fit_codes, frechet_distance, load
from vaeteach.widgets import WhereToSample


@pytest.fixture(scope="module")
def data():
    return load("digits").binarized().subset(400, 120)


@pytest.fixture(scope="module")
def features(data):
    return DigitFeatures(data)


@pytest.fixture(scope="module")
def models(data):
    made = {"two": build_vae(data, 2, hidden=(32,)), "five": build_vae(data, 5, hidden=(32,))}
    for model in made.values():
        fit(model, data, epochs=60, progress=False)
    return made


@pytest.fixture
def view(models, data, features):
    return WhereToSample(models, data, features)


def test_the_prior_comes_first_and_is_the_models_own(view, models, data, features):
    state = view.state()
    z = draw(models["two"].prior(), (120,), 0)
    np.testing.assert_allclose(state["samples"], z[:200, view._sources["two"][2]])
    with torch.no_grad():
        p = models["two"].decode(z)
    np.testing.assert_allclose(state["pictures"], p.mean[:32], atol=1e-6)
    by_hand = frechet_distance(features(data.test), features(draw(p, seed=0)))
    assert state["distances"]["prior"] == pytest.approx(by_hand)
    assert state["floor"] == pytest.approx(
        frechet_distance(features(data.train[:120]), features(data.test))
    )


def test_every_control_changes_picture_and_description(view):
    for control, value in (
        (view.sampler, "aggregate"),
        (view.seed, 4),
        (view.model, "five"),
        (view.pixels, "draw"),
        (view.sampler, "one q(z|x)"),
    ):
        before, alt = shown(view).tobytes(), view.alt
        control.value = value
        assert shown(view).tobytes() != before
        assert view.alt != alt or control is view.pixels


def test_each_sampler_is_what_its_name_says(view, models, data):
    for sampler in ("normal", "mixture", "aggregate"):
        view.sampler.value, view.seed.value = sampler, 7
        axes = view._sources["two"][2]
        expected = draw(fit_codes(models["two"], data.train, sampler), (120,), 7)[:, axes]
        np.testing.assert_allclose(view.state()["samples"], expected, atol=1e-5)
    codes = draw(models["two"].encode(data.train), seed=0)[:, axes]
    np.testing.assert_allclose(view.state()["codes"], codes.detach(), atol=1e-5)
    view.sampler.value = "one q(z|x)"
    q = models["two"].encode(data.test[:1])
    spread = np.abs(view.state()["samples"] - q.mean[0].detach()[axes].numpy())
    assert (spread < 5 * q.stddev[0].detach()[axes].numpy()).all()


def test_one_posterior_covers_little_and_is_far_away(view):
    view.sampler.value = "one q(z|x)"
    state = view.state()
    assert state["distances"]["one q(z|x)"] > 1.5 * state["distances"]["prior"]
    view.sampler.value = "prior"
    assert state["recall"] < view.state()["recall"]


def test_the_artists_show_the_state(view):
    view.model.value, view.sampler.value = "five", "mixture"
    state, artists = view.state(), view._artists
    np.testing.assert_allclose(artists["codes"].get_offsets(), state["codes"])
    np.testing.assert_allclose(np.stack(artists["samples"].get_data(), 1), state["samples"])
    assert artists["mark"].get_data()[1][0] == 2  # the third sampler
    assert artists["mark"].get_data()[0][0] == pytest.approx(state["distances"]["mixture"])
    assert f"{state['distances']['mixture']:.2f}" in artists["text"].get_text()
    shown = artists["pictures"].get_array()[2:10, 2:10]
    np.testing.assert_allclose(shown, state["pictures"][0].reshape(8, 8), atol=1e-6)


def test_of_many_latents_the_two_that_vary_most_are_drawn(view, models, data):
    with torch.no_grad():
        spread = models["five"].encode(data.train).mean.var(0)
    assert set(view._sources["five"][2].tolist()) == set(spread.argsort()[-2:].tolist())


def test_no_models_is_refused(data, features):
    with pytest.raises(ValueError, match="at least one model"):
        WhereToSample({}, data, features)


def test_the_still_picture_and_the_figure_alone_show_the_same(view, models, data, features):
    bundle, _ = view._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    figure = WhereToSample.drawn(models, data, features)
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert view._artists["text"].get_text() in texts
