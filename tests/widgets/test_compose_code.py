"""The view Compose a code, and its drawing: what the artists hold, without a browser."""

import math

import numpy as np
import pytest
import torch
from shown import shown

from vaeteach.data import load
from vaeteach.machines import build_vq_vae, encode_words
from vaeteach.plots import draw_dictionary, draw_promise, new_figure
from vaeteach.plots.style import COLOURS
from vaeteach.priors import AutoregressiveWords, IndependentWords
from vaeteach.widgets import ComposeCode


@pytest.fixture(scope="module")
def digits():
    return load("digits").binarized()


@pytest.fixture(scope="module")
def model(digits):
    return build_vq_vae(digits, words=5).requires_grad_(False)


@pytest.fixture
def view(model, digits):
    chain = AutoregressiveWords(3, 5)
    with torch.no_grad():
        for net in chain.later:
            net[-1].weight.normal_(generator=torch.Generator().manual_seed(0))
    return ComposeCode(model, {"uniform": IndependentWords(3, 5), "chain": chain}, digits)


def test_it_opens_at_the_code_of_the_first_training_digit(view, model, digits):
    code = encode_words(model, digits.train[:1])
    assert [control.value for control in view.words] == code[0].tolist()
    assert view.bits == pytest.approx(3 * math.log2(5), abs=1e-4)
    codes = encode_words(model, digits.train).tolist()
    assert view.uses == codes.count(code[0].tolist()) > 0


def test_every_control_changes_the_picture(view):
    for control, value in ((view.words[0], 0), (view.words[0], 3), (view.words[2], 2)):
        if control.value == value:
            continue
        before, alt = shown(view).tobytes(), view.alt
        control.value = value
        assert shown(view).tobytes() != before and view.alt != alt
    before = shown(view).tobytes()
    view.prior.value = "chain"
    assert shown(view).tobytes() != before and "chain prior" in view.alt


def test_the_artists_show_the_code(view, model, digits):
    view.prior.value = "chain"
    for control, word in zip(view.words, (1, 4, 2)):
        control.value = word
    code, prior = torch.tensor([1, 4, 2]), view.priors["chain"]
    picture = model.decode(code).mean.reshape(digits.shape)
    assert np.allclose(view._artists["picture"].get_array(), picture)
    table = prior.logits_of(code).detach().softmax(-1)
    assert np.allclose(view._artists["table"].get_array(), table)
    assert view.bits == pytest.approx(-prior().log_prob(code).item() / math.log(2), abs=1e-5)
    assert list(view._artists["rings"].get_xdata()) == [1, 4, 2]
    words = model.encoder.codebook.words
    assert np.allclose([mark.xy for mark in view._artists["marks"]], words[code])


def test_a_model_that_it_cannot_draw_gets_a_sentence(digits):
    for options in (dict(positions=4), dict(dims=3)):
        with pytest.raises(ValueError, match="at most three"):
            ComposeCode(build_vq_vae(digits, **options).requires_grad_(False), {}, digits)


def test_a_dead_word_is_a_red_cross_and_promises_are_dots():
    figure, (left, right) = new_figure(8, 4, columns=2)
    dots, (alive, dead) = draw_dictionary(left, [[0, 0], [1, 2]], [1.0, 0.0], np.ones((3, 2)))
    assert alive.get_text() == "0" and dead.get_color() == COLOURS["alarm"]
    assert len(dots.get_offsets()) == 3
    promises = draw_promise(right, [1.0, 2.0], [0.5, -1.0])
    assert promises.get_offsets().tolist() == [[1.0, 0.5], [2.0, -1.0]]
    figure.canvas.draw()
