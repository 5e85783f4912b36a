"""A Gaussian for each class: what is left without the label, and the label from a code."""

import pytest
import torch
from families import MODULES
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

import vaeteach as v


@pytest.fixture(scope="module")
def prior():
    return MODULES["conditional"][2]().requires_grad_(False)


@pytest.fixture(scope="module")
def z():
    return 2 * torch.randn(6, 2, generator=torch.Generator().manual_seed(0)).double()


def test_without_the_label_it_is_the_mixture_of_its_classes(prior, z):
    p = MixtureSameFamily(
        Categorical(logits=prior.logits), Independent(Normal(prior.mu, (prior.logvar / 2).exp()), 1)
    )
    assert torch.allclose(prior().log_prob(z), p.log_prob(z))
    assert torch.allclose(prior.log_joint(z).logsumexp(-1), p.log_prob(z))


def test_a_label_picks_its_gaussian(prior, z):
    labels = torch.tensor([3, 0, 0, 2, 1, 3])
    by_hand = [
        Normal(prior.mu[c], (prior.logvar[c] / 2).exp()).log_prob(point).sum()
        for c, point in zip(labels, z)
    ]
    assert torch.allclose(prior.given(labels).log_prob(z), torch.stack(by_hand))


def test_the_label_from_a_code_is_bayes_rule(prior, z):
    joint = prior.log_joint(z)
    assert joint.shape == (6, 4)
    share = prior.logits.softmax(0)
    for c in range(4):
        one = prior.given(torch.full((6,), c)).log_prob(z).exp() * share[c]
        assert torch.allclose(joint.softmax(-1)[:, c], one / prior().log_prob(z).exp())


def test_it_starts_at_the_standard_normal_for_every_class(z):
    start = v.ConditionalPrior(2, 10).double()
    assert torch.allclose(start().log_prob(z), v.StandardNormal(2).double()().log_prob(z))


def test_matching_gives_each_class_the_moments_of_its_codes():
    """Beside draws of the codes; an unknown label counts nowhere."""
    g = torch.Generator().manual_seed(1)
    labels = torch.arange(300) % 3 - 1  # a third is not known
    mu = torch.randn(300, 2, generator=g) + labels[:, None]
    q = v.gaussian(mu, torch.full((300, 2), -1.0))
    prior = v.ConditionalPrior(2, 2).match(q, labels).requires_grad_(False)
    z = v.draw(q, (400,), seed=2)
    for c in range(2):
        own = z[:, labels == c].reshape(-1, 2)
        assert torch.allclose(prior.mu[c], own.mean(0), atol=0.02)
        assert torch.allclose(prior.logvar[c].exp(), own.var(0), rtol=0.03)
    assert torch.allclose(prior.logits.softmax(0), torch.tensor([0.5, 0.5]))
