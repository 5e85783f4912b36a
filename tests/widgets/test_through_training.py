"""Through training: the slider from Python does what the mouse does, and the picture shows the
snapshot's numbers.
"""

import numpy as np
import pytest
from shown import shown

import vaeteach as vt
from vaeteach.widgets import ThroughTraining


@pytest.fixture(scope="module")
def trained():
    data = vt.load("digits").binarized()
    model = vt.build_vae(data, 2, hidden=(32,))
    return data, vt.fit(model, data, epochs=4, progress=False)


@pytest.fixture
def view(trained):
    data, history = trained
    return ThroughTraining(history, data.train_labels)


def picture(view):
    return shown(view).astype(int)


def test_it_begins_with_the_last_snapshot(view):
    assert view.epoch.value == 4
    assert "Epoch 4" in view.alt and view.image.alt == view.alt


def test_the_slider_moves_every_artist(view, trained):
    _, history = trained
    last, alt = picture(view), view.alt
    view.epoch.value = 0
    first = picture(view)
    assert first.shape == last.shape and (np.abs(first - last).max(-1) > 8).mean() > 0.01
    assert view.alt != alt and "Epoch 0" in view.alt
    m = vt.AggregatePosterior.of(
        vt.gaussian(history.snapshots[0].mean, 2 * history.snapshots[0].stddev.log())
    )
    heights = [low.get_height() + high.get_height() for low, high in zip(*view.bars)]
    np.testing.assert_allclose(heights, m.variance.numpy(), rtol=1e-5)
    view.epoch.value = 4
    assert (picture(view) == last).all()


def test_the_play_button_is_tied_to_the_slider(view):
    view.play.value = 2
    assert view.epoch.value == 2 and "Epoch 2" in view.alt


def test_the_densities_are_densities(view):
    for state in view.states:
        for density in state["marginals"]:
            assert np.trapezoid(density, dx=0.05) == pytest.approx(1, abs=0.02)


def test_the_parts_add_up_and_the_information_is_what_samples_of_it_say(view, trained):
    for state, snapshot in zip(view.states, trained[1].snapshots):
        q = vt.gaussian(snapshot.mean, 2 * snapshot.stddev.log())
        sampled = vt.surgery_of(q, vt.StandardNormal(2)(), seed=1).mutual_information
        mean_kl, information, marginal = state["split"]
        assert mean_kl == pytest.approx(information + marginal, abs=0.01)
        assert information == pytest.approx(sampled, abs=0.1)


def test_moving_the_slider_computes_nothing(view, monkeypatch):
    monkeypatch.setattr("vaeteach.widgets.through_training._state", None)
    view.epoch.value = 1
    assert "Epoch 1" in view.alt


def test_other_dimensions_get_a_sentence(trained):
    data, _ = trained
    history = vt.fit(vt.build_vae(data, 3, hidden=(8,)), data.train[:64], epochs=1, progress=False)
    with pytest.raises(ValueError, match="two latents"):
        ThroughTraining(history, data.train_labels)
    with pytest.raises(ValueError, match="two latents"):
        ThroughTraining(vt.History(), data.train_labels)


def test_there_is_a_still_picture_for_readers_without_a_kernel(view):
    bundle, _ = view._repr_mimebundle_()
    assert bundle["image/png"] and "Epoch" in bundle["text/plain"]
