"""The latent explorer without a browser: what it sends to the page, and what Python can set and
read.
"""

import base64
import re

import numpy as np
import pytest
import torch
import traitlets
from page_networks import run_in_numpy
from shown import brought
from torch import nn

from vaeteach import build_vae, load
from vaeteach.distributions import gaussian
from vaeteach.exact import expected_elbo, log_marginal
from vaeteach.widgets import LatentExplorer


@pytest.fixture(scope="module")
def digits():
    return load("digits").binarized()


@pytest.fixture(scope="module")
def explorer(digits):
    return LatentExplorer(build_vae(digits), digits)


def test_the_weights_in_the_page_are_the_decoder(explorer):
    logits = run_in_numpy(explorer.decoder_layers, explorer.decoder_weights, [0.7, -1.2])
    explorer.z = [0.7, -1.2]
    assert np.allclose(1 / (1 + np.exp(-logits)), explorer.picture, atol=1e-5)


def test_the_weights_in_the_page_are_the_encoder(explorer, digits):
    x = digits.test[0]
    explorer.drawing = x.tolist()
    mu, logvar = np.split(run_in_numpy(explorer.encoder_layers, explorer.encoder_weights, x), 2)
    q = explorer.posterior_of_drawing
    assert np.allclose(mu, q.mean[0], atol=1e-5) and np.allclose(
        np.exp(logvar / 2), q.stddev[0], atol=1e-5
    )
    explorer.drawing = []
    assert explorer.posterior_of_drawing is None


def test_what_python_sets_is_checked(explorer):
    with pytest.raises(traitlets.TraitError):
        explorer.z = [1.0]
    with pytest.raises(traitlets.TraitError, match="64 pixels"):
        explorer.drawing = [0.0] * 10


def test_a_plane_needs_two_dimensions(digits):
    with pytest.raises(ValueError, match="latent_dim=2; this one has 3"):
        LatentExplorer(build_vae(digits, latent_dim=3), digits)


class Residual(nn.Module):
    """A decoder that the page cannot run: its forward is not a plain multilayer perceptron's."""

    def __init__(self, model):
        super().__init__()
        self.net, self.likelihood = model.decoder.net, model.decoder.likelihood

    def forward(self, z):
        return self.likelihood(self.net(z) + z.sum(-1, keepdim=True))


@pytest.mark.parametrize(
    "activation", [nn.Tanh, nn.GELU, nn.SiLU, nn.ReLU, lambda: nn.GELU("tanh"), nn.ELU]
)
def test_only_networks_the_page_can_compute_are_sent(digits, activation):
    view = LatentExplorer(build_vae(digits, activation=activation), digits)
    in_page = activation in (nn.Tanh, nn.GELU, nn.SiLU, nn.ReLU)
    assert bool(view.decoder_layers) == bool(view.encoder_layers) == in_page


def test_other_networks_are_answered_by_the_kernel(digits):
    model = build_vae(digits)
    model.decoder = Residual(model)
    view, sent = LatentExplorer(model, digits), []
    assert view.decoder_layers == [] and view.decoder_weights == b"" and view.encoder_layers
    view.send = lambda message, buffers: sent.append((message, np.frombuffer(buffers[0], "<f4")))
    view._answer(view, {"place": "decoded", "kind": "decode", "input": [0.5, 0.5]}, [])
    x = digits.test[:1]
    view._answer(view, {"place": "drawing", "kind": "encode", "input": x[0].tolist()}, [])
    view._answer(view, {"place": "evidence", "kind": "evidence", "input": x[0].tolist()}, [])
    view._answer(view, {"kind": "something else"}, [])
    view.z = [0.5, 0.5]
    assert [m["place"] for m, _ in sent] == ["decoded", "drawing", "evidence"]
    q = model.encode(x)
    assert np.allclose(sent[0][1], view.picture)
    assert np.allclose(
        sent[1][1], torch.cat([q.mean, 2 * q.stddev.log()], 1)[0].detach(), atol=1e-5
    )
    exact = float(log_marginal(model, x)), float(expected_elbo(model, x).value)
    assert np.allclose(sent[2][1], exact, atol=1e-3)


def test_prior_contours_are_circles_that_hold_their_mass(explorer):
    radii = [np.hypot(*np.array(line).T) for line in explorer.contours]
    # P(|z| < r) = 1 - exp(-r^2 / 2) in two dimensions
    for radius, mass in zip(radii, (0.5, 0.9, 0.99)):
        assert np.allclose(radius, np.sqrt(-2 * np.log(1 - mass)), atol=0.04)


def test_contours_follow_the_prior_that_is_there(digits):
    class Narrow(nn.Module):
        def forward(self):
            return gaussian(torch.tensor([1.0, 0.0]), torch.full((2,), -2.0))

    view = LatentExplorer(build_vae(digits, prior=Narrow()), digits)
    assert np.allclose(np.mean(view.contours[0], 0), [1, 0], atol=0.1)


def test_the_output_has_a_still_picture_and_a_page_that_needs_nobody(explorer):
    bundle = explorer._repr_mimebundle_()[0]
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    page = bundle["text/html"]
    assert (
        not re.findall(r"""(?:src|href)=["']?https?:""", page) and f'alt="{explorer.alt}"' in page
    )
    data = brought(page)
    assert base64.b64decode(data["binary"]["decoder_weights"]) == explorer.decoder_weights
    assert (
        "application/vnd.jupyter.widget-view+json" in bundle
        and bundle["text/plain"] == explorer.alt
    )


def test_grey_pictures_with_another_likelihood(digits):
    grey = load("digits")
    view = LatentExplorer(build_vae(grey, likelihood="continuous_bernoulli"), grey)
    assert view.likelihood == {"family": "continuous_bernoulli"} and not view.binary
    logits = run_in_numpy(view.decoder_layers, view.decoder_weights, view.z)
    mean = np.where(
        np.abs(logits) < 1e-2, 0.5 + logits / 12, 1 / (1 - np.exp(-logits)) - 1 / logits
    )
    assert np.allclose(mean, view.picture, atol=1e-5)
