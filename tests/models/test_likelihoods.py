"""Likelihoods of pixels, by hand."""

import pytest
import torch

from vaeteach import build_vae, elbo, load


def test_bernoulli_log_likelihood_by_hand():
    model = build_vae(torch.zeros(1, 2), latent_dim=1, hidden=())
    with torch.no_grad():
        model.decoder.net[0].weight.zero_()
        # probabilities 1/2 and 1, from logits
        model.decoder.net[0].bias.copy_(torch.tensor([0.0, 200.0]))
        log_prob = model.decode(torch.zeros(1, 1)).log_prob(torch.tensor([[1.0, 0.0]]))
    # log(1/2) - 200: no probability rounds to 1
    assert log_prob.item() == pytest.approx(-0.693147 - 200.0, rel=1e-6)


def test_grey_and_broken_pixels_are_refused_under_a_bernoulli(digits):
    model = build_vae(digits)
    with pytest.raises(ValueError, match="grey.*binarise"):
        elbo(model, load("digits").test)
    broken = digits.test.clone()
    broken[3, 5] = torch.nan
    with pytest.raises(ValueError, match="NaN"):
        elbo(model, broken)
