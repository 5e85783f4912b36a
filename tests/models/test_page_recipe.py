"""What a network says of itself to a page: the layers, or why there are none."""

import numpy as np
import pytest
import torch
from torch import nn

from vaeteach import build_vae, load
from vaeteach.models import Decoder, Encoder, page_recipe


def by_hand(recipe, values):
    """The recipe's arithmetic in numpy, for Tanh."""
    numbers, at, h = np.frombuffer(recipe.weights, "<f4").astype(float), 0, np.asarray(values)
    for layer in recipe.layers:
        n_in, n_out = layer["inputs"], layer["outputs"]
        matrix = numbers[at : at + n_in * n_out].reshape(n_out, n_in)
        at += n_in * n_out
        h = matrix @ h + numbers[at : at + n_out]
        h = np.tanh(h) if layer["activation"] == "Tanh" else h
        at += n_out
    assert at == len(numbers)
    return h


def test_the_recipe_computes_what_the_network_computes():
    decoder, z = Decoder(2, 64, (16, 32)), torch.tensor([0.3, -1.2])
    logits = decoder.net(z).detach()
    assert np.allclose(by_hand(decoder.page_recipe(), z), logits, atol=1e-5)


@pytest.mark.parametrize("name", ["bernoulli", "continuous_bernoulli", "gaussian"])
def test_a_likelihood_says_what_it_is(name):
    decoder = Decoder(2, 4, likelihood=name)
    if name == "gaussian":
        nn.init.constant_(decoder.likelihood.logvar, -1.5)
    said = decoder.page_recipe().output
    assert said == {"family": name} | ({"logvar": -1.5} if name == "gaussian" else {})


@pytest.mark.parametrize("activation", [nn.Tanh, nn.GELU, nn.SiLU, nn.ReLU, nn.Softplus])
def test_known_activations(activation):
    recipe = Encoder(4, 2, activation=activation).page_recipe()
    assert [layer["activation"] for layer in recipe.layers] == [activation.__name__, ""]


@pytest.mark.parametrize(
    "activation", [lambda: nn.GELU("tanh"), nn.ELU, lambda: nn.Softplus(beta=2), nn.Dropout]
)
def test_unknown_ones_are_named(activation):
    recipe = Encoder(4, 2, activation=activation).page_recipe()
    assert recipe.layers == [] and "a page cannot compute" in recipe.reason


def test_a_posterior_that_a_page_does_not_know():
    recipe = Encoder(4, 2, posterior="beta").page_recipe()
    assert recipe.layers == [] and "last layer" in recipe.reason


def test_a_subclass_with_another_forward_is_not_taken_for_its_parent():
    class Shifted(Decoder):
        def forward(self, z):
            return super().forward(z + 1)

    class Named(Decoder):
        """The same computation under another name."""

    assert Shifted(2, 4).page_recipe().layers == [] and Named(2, 4).page_recipe().layers


def test_a_module_that_says_nothing():
    recipe = page_recipe(nn.Linear(2, 4))
    assert recipe.layers == [] and "Linear has no page_recipe()" in recipe.reason


def test_both_parts_of_a_built_model():
    model = build_vae(load("digits").binarized())
    assert page_recipe(model.encoder).output == {"family": "gaussian"}
    assert page_recipe(model.decoder).output == {"family": "bernoulli"}
