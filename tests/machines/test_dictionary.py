"""A VQ-VAE: what is nearest, which gradient goes where, what the KL is, and dead words."""

import functools
import math

import pytest
import torch
from torch.nn.functional import mse_loss

from vaeteach.data import load
from vaeteach.distributions import draw
from vaeteach.machines import (
    build_vq_vae,
    encode_words,
    exact_codes,
    perplexity,
    revive_words,
    straight_through,
    word_shares,
)
from vaeteach.models import elbo
from vaeteach.training import fit

IMAGES = (torch.rand(7, 6, generator=torch.Generator().manual_seed(0)) > 0.5).double()


@pytest.fixture
def small():
    return build_vq_vae(IMAGES.float(), positions=2, words=5, dims=3, hidden=(4,)).double()


def test_the_nearest_word_is_found_by_a_loop(small):
    vectors, words = small.encoder.vectors(IMAGES), small.encoder.codebook.words
    for row, codes in zip(vectors, encode_words(small, IMAGES)):
        for vector, code in zip(row, codes):
            distances = [float((vector - word).norm().detach()) for word in words]
            assert distances.index(min(distances)) == int(code)


def test_the_kl_from_the_uniform_prior_is_the_same_for_every_image(small):
    bound = elbo(small, IMAGES)
    assert torch.allclose(bound.kl, torch.full((7,), 2 * math.log(5), dtype=torch.float64))
    assert torch.equal(draw(small.encode(IMAGES)), encode_words(small, IMAGES))


def test_the_value_is_the_bound_itself(small):
    value, bound = straight_through(small, IMAGES).value, elbo(small, IMAGES).value
    assert torch.allclose(value, bound, atol=1e-12)
    assert torch.allclose(exact_codes(small, IMAGES).elbo, bound, atol=1e-12)


def test_gradients_are_those_of_the_three_terms(small):
    """Encoder: the decoder's gradient at the word, handed over, and the commitment. Words: the pull
    to the vectors, and nothing of the likelihood.
    """
    vectors = small.encoder.vectors(IMAGES)
    words = small.encoder.codebook(encode_words(small, IMAGES)).detach().requires_grad_()
    likelihood = small.decoder.of_vectors(words.flatten(-2)).log_prob(IMAGES)
    (at_the_word,) = torch.autograd.grad(likelihood.sum(), words)
    step = at_the_word - 2 * 0.25 * (vectors - words).detach()
    encoder = list(small.encoder.net.parameters())
    expected = torch.autograd.grad(vectors, encoder, step)
    book = small.encoder.codebook.words
    (pull,) = torch.autograd.grad(
        -mse_loss(book[encode_words(small, IMAGES)], vectors.detach(), reduction="sum"), book
    )
    value = straight_through(small, IMAGES, commitment=0.25).value.sum()
    found = torch.autograd.grad(value, [*encoder, book])
    assert all(torch.allclose(a, b) for a, b in zip(found, [*expected, pull]))


def test_without_the_trick_the_encoder_feels_nothing(small):
    gradients = torch.autograd.grad(
        elbo(small, IMAGES).value.sum(), list(small.encoder.net.parameters()), allow_unused=True
    )
    assert gradients == (None,) * 4


def test_perplexity_counts_words_that_are_used_equally():
    shares = word_shares(torch.tensor([[0, 1], [1, 3], [3, 0]]), 5)
    assert shares.tolist() == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3, 0])
    assert float(perplexity(shares)) == pytest.approx(3)


def test_dead_words_are_put_where_vectors_are(small):
    with torch.no_grad():
        small.encoder.codebook.words[1:] += 1e3
    kept = small.encoder.codebook.words[0].clone()
    assert revive_words(small, IMAGES) == 4
    words, vectors = small.encoder.codebook.words, small.encoder.vectors(IMAGES).flatten(0, 1)
    assert torch.equal(words[0], kept)
    # two of the four may have been given the same vector
    assert all(float((vectors - word).norm(dim=1).min().detach()) == 0 for word in words[1:])
    assert revive_words(small, IMAGES) <= 2


def test_digits_train_and_without_commitment_the_dictionary_falls_out_of_use():
    digits, used, bounds = load("digits").binarized(), [], []
    for weight in (1.0, 0.0):
        model = build_vq_vae(digits)
        objective = functools.partial(straight_through, commitment=weight)
        fit(model, digits, epochs=4, objective=objective, progress=False)
        used.append(float(perplexity(word_shares(encode_words(model, digits.train), 16))))
        bounds.append(float(elbo(model, digits.test).value.mean().detach()))
    assert used[0] > 14 and used[1] < 8 and bounds[0] > bounds[1] + 1 and bounds[0] > -24


def test_bad_input_gets_a_sentence():
    with pytest.raises(ValueError, match="positions must be a whole number"):
        build_vq_vae(IMAGES, positions=0)
    with pytest.raises(ValueError, match="dims must be a whole number"):
        build_vq_vae(IMAGES, dims=0)
