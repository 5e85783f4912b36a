"""The two networks, by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from vaeteach.distributions import gaussian
from vaeteach.models import LIKELIHOODS, Decoder, Encoder, build_vae, mlp


def by_hand(network, x, activation):
    """The network as matrix products in numpy."""
    layers = [layer for layer in network if isinstance(layer, nn.Linear)]
    for i, layer in enumerate(layers):
        x = x @ layer.weight.detach().numpy().T + layer.bias.detach().numpy()
        x = activation(x) if i + 1 < len(layers) else x
    return x


@pytest.mark.parametrize(
    ("module", "function"), [(nn.Tanh, np.tanh), (nn.ReLU, lambda v: v * (v > 0))]
)
def test_a_network_is_its_matrix_products(module, function):
    x = torch.randn(5, 7, generator=torch.Generator().manual_seed(0))
    network = mlp([7, 6, 4, 3], module)
    np.testing.assert_allclose(
        network(x).detach().numpy(), by_hand(network, x.numpy(), function), atol=1e-6
    )


def test_an_encoder_returns_the_moments_that_its_network_puts_out():
    encoder = Encoder(7, 2, hidden=(5,))
    x = torch.rand(4, 7, generator=torch.Generator().manual_seed(1))
    mu, logvar = np.split(by_hand(encoder.net, x.numpy(), np.tanh), 2, axis=1)
    np.testing.assert_allclose(encoder(x).mean.detach(), mu, atol=1e-6)
    np.testing.assert_allclose(encoder(x).variance.detach(), np.exp(logvar), rtol=1e-5)


def test_a_decoder_returns_the_probabilities_that_its_logits_mean():
    decoder = Decoder(2, 7, hidden=(5,))
    z = torch.randn(4, 2, generator=torch.Generator().manual_seed(2))
    expected = 1 / (1 + np.exp(-by_hand(decoder.net, z.numpy(), np.tanh)))
    np.testing.assert_allclose(decoder(z).mean.detach(), expected, atol=1e-6)
    assert decoder(z).batch_shape == (4,) and decoder(z).event_shape == (7,)


def test_families_of_ones_own_are_taken_as_they_are():
    class Wide:
        def n_parameters(self, latent_dim):
            return latent_dim

        def __call__(self, h):
            return gaussian(h, torch.full_like(h, 2.0))

    family, likelihood = Wide(), LIKELIHOODS["gaussian"]()
    encoder, decoder = Encoder(7, 3, posterior=family), Decoder(3, 7, likelihood=likelihood)
    assert encoder.family is family and decoder.likelihood is likelihood
    assert torch.equal(encoder(torch.zeros(2, 7)).logvar, torch.full((2, 3), 2.0))
    model = build_vae(torch.zeros(4, 7), 3, posterior=family, likelihood=likelihood)
    assert model.encoder.family is family and model.decoder.likelihood is likelihood


def test_unknown_families_get_a_sentence():
    with pytest.raises(ValueError, match="posterior 'cauchy' is not known; choose one of 'gauss"):
        Encoder(7, 2, posterior="cauchy")
    with pytest.raises(ValueError, match="likelihood 'poisson' is not known; choose one of 'bern"):
        Decoder(2, 7, likelihood="poisson")
