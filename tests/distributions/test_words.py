"""Codes of words: certainty, the KL against the sum over all codes, and a code drawn in order."""

import math

import pytest
import torch
from torch.distributions import Categorical

from vaeteach.distributions import WordChain, Words, bernoulli, draw, kl
from vaeteach.machines import all_codes

CODES = all_codes(2, 3)


def some(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_log_prob_is_one_number_a_code_and_the_sum_of_its_words():
    logits = some(2, 3)
    expected = [Categorical(logits=logits[m]).log_prob(CODES[:, m]) for m in range(2)]
    words = Words(logits)
    assert torch.allclose(words.log_prob(CODES), sum(expected))
    assert words.expand((9,)).log_prob(CODES).shape == (9,)


def test_kl_is_the_sum_over_all_codes():
    q, p = Words(some(4, 2, 3)), Words(some(2, 3, seed=1))
    log_q = q.log_prob(CODES.unsqueeze(1))
    by_hand = (log_q.exp() * (log_q - p.log_prob(CODES).unsqueeze(1))).sum(0)
    assert torch.allclose(kl(q, p), by_hand)


def test_certainty_has_no_entropy_and_its_kl_is_the_price_of_the_code():
    codes = torch.tensor([[0, 2], [1, 1]])
    q, p = Words.at(codes, 3), Words(some(2, 3).float())
    assert torch.equal(q.log_prob(codes), torch.zeros(2))
    assert torch.equal(draw(q), codes)
    assert q.log_prob(codes.flip(1))[0] == -math.inf
    assert torch.allclose(kl(q, p), -p.log_prob(codes))
    assert torch.allclose(kl(q, Words(torch.zeros(2, 3))), torch.full((2,), 2 * math.log(3)))


def test_the_kl_from_certainty_has_a_finite_gradient():
    logits = some(2, 3).requires_grad_()
    q = Words.at(CODES.long(), 3)
    kl(q, Words(logits)).mean().backward()
    # all codes are equally frequent: the gradient is the prior's shares minus one third
    assert torch.allclose(logits.grad, logits.detach().softmax(-1) - 1 / 3)


def test_a_chain_draws_each_word_given_the_ones_before():
    """The second word is always the first one plus one: no draw may miss that."""

    def logits_of(codes):
        follow = torch.nn.functional.one_hot((codes[..., 0].long() + 1) % 3, 3).log()
        return torch.stack([torch.zeros(follow.shape), follow], -2)

    chain = WordChain(2, 3, logits_of)
    codes = draw(chain, (50,))
    assert torch.equal((codes[:, 0] + 1) % 3, codes[:, 1])
    assert codes[:, 0].unique().tolist() == [0, 1, 2]
    assert chain.log_prob(torch.tensor([1, 2])).item() == pytest.approx(-math.log(3))


def test_two_words_are_bits():
    q = bernoulli(torch.zeros(4, 2))
    chain = WordChain(2, 2, lambda codes: torch.zeros(*codes.shape, 2))
    z = draw(q)
    assert torch.allclose(kl(q, chain, z), torch.zeros(4), atol=1e-6)
    with pytest.raises(ValueError, match="has mass where the prior has none"):
        kl(q, Words(torch.zeros(2, 3)))
