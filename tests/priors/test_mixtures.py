"""The VampPrior: the encoder's own posteriors."""

import copy
import math

import pytest
import torch
from families import model_with, small_data

import vaeteach as v
from vaeteach.distributions import draw


def test_vamp_wants_a_function():
    with pytest.raises(TypeError, match="a function such as model.encode"):
        v.VampPrior(None, torch.rand(3, 5))


def test_vamp_uses_the_encoder_and_does_not_own_it():
    model = model_with("vamp")
    assert [n for n, _ in model.prior.named_parameters()] == ["pixel_logits"]
    x = small_data()[:5]
    at_the_start = model.encode(x.clamp(0.02, 0.98))
    z = draw(model.prior(), (6,), 0)
    by_hand = at_the_start.log_prob(z.unsqueeze(1)).logsumexp(-1) - math.log(5)
    assert torch.allclose(model.prior().log_prob(z), by_hand, atol=1e-5)
    v.elbo(model, x).value.sum().backward()
    assert float(model.prior.pixel_logits.grad.abs().max()) > 0
    twin = copy.deepcopy(model)
    with torch.no_grad():
        twin.encoder.net[0].weight.zero_()
    assert not torch.equal(twin.prior().log_prob(z), model.prior().log_prob(z))
