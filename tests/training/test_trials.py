"""One recipe for every prior: what a trial trains, and its numbers by other roads."""

import pytest
import torch

import vaeteach as vt
from vaeteach.training import TRIALS, measure_trial, train_trial


@pytest.fixture(scope="module")
def data():
    return vt.load("digits").binarized().subset(200, 40)


@pytest.fixture(scope="module")
def trained(data):
    return train_trial("learned normal", data, seed=1, epochs=6)[0]


def test_the_numbers_by_other_roads(data, trained):
    found = measure_trial(trained, data, n_samples=200)
    x = data.test
    with torch.no_grad():
        q, p = trained.encode(x), trained.prior()
        ratio = (q.logvar - p.logvar).exp()
        shift = (q.mu - p.mu).square() / p.logvar.exp()
        by_hand = 0.5 * (ratio + shift - 1 - ratio.log()).sum(1).mean()
        # a plain sum over a grid of our own, in place of the rules of `exact`
        axis = torch.linspace(-7, 7, 281, dtype=torch.float64)
        z = torch.cartesian_prod(axis, axis).float()
        logits = trained.decode(z).base_dist.logits.double()
        joint = logits @ x.T.double() - torch.nn.functional.softplus(logits).sum(1, keepdim=True)
        joint += p.log_prob(z).double()[:, None] + 2 * torch.log(axis[1] - axis[0])
    assert found["kl"] == pytest.approx(float(by_hand), rel=1e-4)
    assert found["exact"] == pytest.approx(float(joint.logsumexp(0).mean()), abs=1e-3)
    assert found["elbo"] < found["iwae"] < found["exact"] + 0.05
    assert found["marginal_kl"] >= 0


def test_the_same_seed_is_the_same_trial_and_its_prior_has_learned(data, trained):
    again, _ = train_trial("learned normal", data, seed=1, epochs=6)
    for name, value in trained.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name
    assert float(trained.prior.mu.detach().abs().min()) > 0


def test_a_trial_of_the_sphere_has_three_latents(data):
    model, seconds = train_trial("sphere, von Mises-Fisher q", data, latent_dim=2, epochs=2)
    assert model.prior().event_shape == (3,) and seconds > 0
    assert isinstance(model.prior, vt.SpherePrior)


def test_a_conditional_trial_learns_from_the_labels(data):
    """Most codes are likeliest under their own class: by chance it would be a tenth of them."""
    model, _ = train_trial("conditional, with labels", data, epochs=18)
    with torch.no_grad():
        guess = model.prior.log_joint(model.encode(data.train).mean).argmax(1)
    assert float((guess == data.train_labels).float().mean()) > 0.5


def test_an_unknown_trial_gets_a_sentence(data):
    with pytest.raises(ValueError, match="no trial 'normal'; choose one of 'standard normal'"):
        train_trial("normal", data)
    assert len(TRIALS) == 16
