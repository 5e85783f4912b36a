"""Draws: a seed repeats, a generator moves on, torch's global state stays."""

import pytest
import torch
from torch.distributions import Independent, Laplace

from vaeteach.distributions import borrowed_rng, draw, gaussian, generator


@pytest.mark.parametrize(
    "family",
    [
        gaussian(torch.zeros(3, 2), torch.zeros(3, 2)),
        Independent(Laplace(torch.zeros(3, 2), torch.ones(3, 2)), 1),
    ],
)
def test_a_seed_repeats_a_generator_moves_on_and_the_global_state_stays(family):
    before = torch.get_rng_state()
    assert torch.equal(draw(family, (4,), seed=1), draw(family, (4,), seed=1))
    assert not torch.equal(draw(family, (4,), seed=1), draw(family, (4,), seed=2))
    moving = generator(5)
    assert not torch.equal(draw(family, seed=moving), draw(family, seed=moving))
    assert draw(family, (4,)).shape == (4, 3, 2)
    assert torch.equal(before, torch.get_rng_state())


def test_the_global_state_comes_back_even_after_an_error():
    before = torch.get_rng_state()
    with pytest.raises(RuntimeError), borrowed_rng(3):
        torch.randn(2)
        raise RuntimeError
    assert torch.equal(before, torch.get_rng_state())
