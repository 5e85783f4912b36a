"""Pairs of pictures and labels: the bound, its missing labels, and the exact numbers it bounds."""

import math

import pytest
import torch
from families import jiggled, small_data

import vaeteach as v
from vaeteach.models import LabelledVAE, labelled_elbo, with_labels

LABELS = torch.arange(64) % 3


@pytest.fixture(scope="module")
def model():
    plain = v.build_vae(small_data(), hidden=(16,)).double()
    prior = jiggled(v.ConditionalPrior(2, 3), 0.6)
    return LabelledVAE(plain.encoder, plain.decoder, prior).requires_grad_(False)


@pytest.fixture(scope="module")
def x():
    return small_data().double()[:24]


def exact(model, x, label):
    """log p(x, c) on a grid of our own."""
    axis = torch.linspace(-8, 8, 161, dtype=torch.float64)
    z = torch.cartesian_prod(axis, axis)
    p = v.gaussian(model.prior.mu[label], model.prior.logvar[label])
    log_p = p.log_prob(z) + model.prior.logits.log_softmax(0)[label]
    joint = model.decode(z).log_prob(x.unsqueeze(1)) + log_p
    return joint.logsumexp(1) + 2 * torch.log(axis[1] - axis[0])


def mean_bound(model, pairs):
    return torch.stack([labelled_elbo(model, pairs, seed=s).value for s in range(400)])


def test_log_p_of_x_is_the_sum_over_labels(model, x):
    each = torch.stack([exact(model, x, c) for c in range(3)])
    assert torch.allclose(each.logsumexp(0), v.log_marginal(model, x), atol=1e-6)


def test_it_bounds_the_pair_and_without_labels_the_picture(model, x):
    labels = LABELS[: len(x)]
    bounds = mean_bound(model, with_labels(x, labels, 3))
    slack = 4 * bounds.std(0) / math.sqrt(len(bounds))
    joint = torch.stack([exact(model, x, c) for c in range(3)])
    gap = joint[labels, torch.arange(len(x))] - bounds.mean(0)
    assert bool((gap > -slack).all())
    # the gap is KL(q(z|x) || p(z|x, c)), by quadrature
    own = v.VAE(model.encoder, model.decoder, v.LearnedNormal(2).double())
    for row in range(3):
        own.prior.mu.data.copy_(model.prior.mu[labels[row]])
        own.prior.logvar.data.copy_(model.prior.logvar[labels[row]])
        known = float(v.bound_gap(own, x[row : row + 1])[0].detach())
        assert abs(float(gap[row]) - known) < float(slack[row]) + 1e-3
    without = mean_bound(model, with_labels(x, torch.full((len(x),), -1), 3)).mean(0)
    plain = torch.stack([v.elbo(model, x, seed=s).value for s in range(400)]).mean(0)
    assert torch.allclose(without, plain, atol=1e-9)
    assert bool((without < v.log_marginal(model, x) + slack).all())


def test_its_parts_add_up(model, x):
    bound = labelled_elbo(model, with_labels(x, LABELS[: len(x)], 3), beta=2.0)
    assert torch.allclose(bound.value, bound.log_likelihood - 2 * bound.kl)


def test_encoding_looks_at_the_picture_alone(model, x):
    pairs = with_labels(x, LABELS[: len(x)], 3)
    assert torch.equal(model.encode(pairs).mean, model.encode(x).mean)
    assert model.pixels == 12 and pairs.shape == (24, 15)


def test_it_trains_and_labels_that_are_missing_stay_missing(x):
    plain = v.build_vae(small_data(), hidden=(16,))
    model = LabelledVAE(plain.encoder, plain.decoder, v.ConditionalPrior(2, 3))
    labels = torch.where(LABELS == 2, -1, LABELS)  # nobody ever says "2"
    pairs = with_labels(small_data(), labels, 3)
    assert int(pairs[:, 12:].sum()) == int((LABELS != 2).sum())
    v.fit(model, pairs, epochs=2, objective=labelled_elbo, progress=False)
    moved = model.prior.mu.detach().norm(dim=1)
    assert bool((moved[:2] > 0).all())


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (torch.tensor([0, 1]), "24 whole numbers"),
        (torch.zeros(24), "float32"),
        (torch.full((24,), 3), "0 to 2"),
        (torch.full((24,), -2), "or -1 where none is known"),
    ],
)
def test_labels_that_do_not_fit_get_a_sentence(x, labels, words):
    with pytest.raises(ValueError, match=words):
        with_labels(x, labels, 3)
