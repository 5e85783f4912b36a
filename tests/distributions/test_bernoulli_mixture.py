"""A mixture of Bernoullis against the mixture that made the data, and against counting."""

import itertools

import pytest
import torch

from vaeteach.distributions import fit_bernoulli_mixture


@pytest.fixture(scope="module")
def known():
    """4000 images of six pixels: half from each of two components."""
    g = torch.Generator().manual_seed(0)
    p = torch.tensor([[0.9, 0.9, 0.9, 0.1, 0.1, 0.1], [0.1, 0.1, 0.2, 0.9, 0.9, 0.8]])
    which = torch.randint(2, (4000,), generator=g)
    return p, torch.bernoulli(p[which], generator=g)


def test_it_finds_the_components_that_made_the_data(known):
    p, x = known
    found = fit_bernoulli_mixture(x, 2).component_distribution.mean
    found = found[found[:, 0].argsort(descending=True)]
    assert torch.allclose(found, p, atol=0.04)


def test_it_normalises_over_all_images(known):
    every = torch.tensor(list(itertools.product([0.0, 1.0], repeat=6)))
    total = fit_bernoulli_mixture(known[1], 3).log_prob(every).exp().sum()
    assert total == pytest.approx(1, abs=1e-5)


def test_one_component_counts_the_pixels(known):
    x = known[1]
    expected = (x.sum(0) + 1) / (len(x) + 2)
    found = fit_bernoulli_mixture(x, 1).component_distribution.mean[0]
    assert torch.allclose(found, expected, atol=1e-5)


def test_the_seed_decides_and_bad_input_gets_a_sentence(known):
    x = known[1][:100]
    one, same = (fit_bernoulli_mixture(x, 4, seed=1).log_prob(x) for _ in range(2))
    assert torch.equal(one, same)
    with pytest.raises(ValueError, match="0 or 1"):
        fit_bernoulli_mixture(x + 0.5, 2)
    with pytest.raises(ValueError, match="n_components"):
        fit_bernoulli_mixture(x, 101)
