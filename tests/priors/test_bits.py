"""The prior over bits, against the product of its probabilities."""

import itertools

import pytest
import torch

from vaeteach import BernoulliPrior


def test_it_starts_as_fair_coins_and_adds_up_to_one_when_it_has_learned():
    states = torch.tensor(list(itertools.product([0.0, 1.0], repeat=3)))
    prior = BernoulliPrior(3)
    assert torch.allclose(prior().log_prob(states).exp(), torch.full((8,), 1 / 8))
    with torch.no_grad():
        prior.logits.copy_(torch.tensor([0.5, -1.0, 2.0]))
    share = 1 / (1 + (-prior.logits.detach()).exp())
    expected = torch.where(states == 1, share, 1 - share).prod(1)
    assert torch.allclose(prior().log_prob(states).exp(), expected)
    assert float(expected.sum()) == pytest.approx(1)


def test_learning_can_be_switched_off():
    assert not [p for p in BernoulliPrior(2, learn=False).parameters() if p.requires_grad]
    with pytest.raises(ValueError, match="latent_dim must be a whole number"):
        BernoulliPrior(0)
