"""The view of two levels without a browser: what it sends to the page, and what Python can set."""

import numpy as np
import pytest
import torch
from page_networks import run_in_numpy

import vaeteach as vt
from vaeteach.models import LabelledVAE
from vaeteach.widgets import TwoLevels


@pytest.fixture(scope="module")
def view():
    data = vt.load("digits").binarized().subset(120, 10)
    model = vt.build_vae(data, prior=vt.HierarchicalPrior(2), hidden=(8,))
    plain = vt.build_vae(data, hidden=(8,), seed=1)
    conditional = LabelledVAE(plain.encoder, plain.decoder, vt.ConditionalPrior(2, 10))
    noise = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in conditional.prior.parameters():
            parameter += torch.randn(parameter.shape, generator=noise)
    return TwoLevels(model, conditional, data)


def test_the_weights_in_the_page_are_the_prior_and_the_decoders(view):
    view.labelled, view.u = False, [0.7, -1.2]
    numbers = run_in_numpy(view.above["prior_layers"], view.above_prior, view.u)
    assert np.allclose(numbers[:2], view.given.mean, atol=1e-5)
    variance = np.exp(numbers[2:]) + np.exp(view.above["log_floor"])
    assert np.allclose(variance, view.given.variance, atol=1e-5)
    for name, model in (("above", view.model), ("labels", view.conditional)):
        layers = getattr(view, name)["decoder_layers"]
        logits = run_in_numpy(layers, getattr(view, f"{name}_decoder"), [0.3, 0.4])
        mean = model.decode(torch.tensor([0.3, 0.4])).mean.detach()
        assert np.allclose(1 / (1 + np.exp(-logits)), mean, atol=1e-5)


def test_with_labels_the_nearest_place_of_the_ring_is_asked_for(view):
    view.labelled = True
    for u, label in (([0.1, 2.0], 0), ([3.0, 0.9], 2), ([0.0, -1.0], 5), ([-2.0, 3.0], 9)):
        view.u = u
        assert view.label == label
        row = np.frombuffer(view.labels_prior, "<f4").reshape(10, 4)[label]
        assert np.allclose(row[:2], view.given.mean)
        assert np.allclose(np.exp(row[2:] / 2), view.given.stddev, atol=1e-5)


def test_the_upper_place_of_a_code_is_the_mean_of_its_exact_posterior(view):
    view.labelled = False
    codes = torch.as_tensor(view.state()["codes"])[:4]
    prior = view.model.prior
    u = torch.randn(100_000, 2, generator=torch.Generator().manual_seed(1))
    weight = prior.given(u).log_prob(codes[:, None]).softmax(1)
    shown = np.frombuffer(view.above_upper, "<f4").reshape(-1, 2)[:4]
    assert np.allclose((weight @ u).detach(), shown, atol=0.03)


def test_the_drawing_follows(view):
    view.labelled, view.u = False, [1.5, 0.5]
    figure = TwoLevels.drawn(view.model, view.conditional, view.data, u=(1.5, 0.5))
    cross = figure.axes[0].lines[-1]
    assert (cross.get_xdata()[0], cross.get_ydata()[0]) == (1.5, 0.5)
    assert np.allclose(figure.axes[1].patches[-1].center, view.given.mean, atol=1e-6)
    assert len(figure.axes[1].lines[-1].get_xdata()) == view.draws
    assert view.still().startswith(b"\x89PNG")


def test_planes_need_two_dimensions(view):
    deep = vt.build_vae(view.data, latent_dim=3, prior=vt.HierarchicalPrior(3), hidden=(8,))
    with pytest.raises(ValueError, match="latent_dim=2, not 3"):
        TwoLevels(deep, view.conditional, view.data)
