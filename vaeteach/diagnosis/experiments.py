"""Experiments on a suspect.

Train it again with one thing changed, and see by how much the test bound rises. Evidence of this
kind needs no theory of what went wrong. Each run has the same number of epochs; the control changes
nothing but starts afresh, as `build_vae` starts a model, and climbs the plain ELBO.
"""

import copy

from torch import nn

from ..distributions import borrowed_rng
from ..models import VAE, Decoder, Encoder, elbo, start_from_mean, wake_hidden_units
from ..priors import StandardNormal
from ..training import NonFiniteBound, fit
from .faults import EPOCHS, RATE

AMPLE = (256, 128)  # widths that are more than enough for images of a few hundred pixels
MORE_LATENTS = 8


def retrained_bounds(model, data, variants, epochs=EPOCHS, seed=0):
    """{variant: test ELBO in nats} after training the model again from the start.

    Once for each name in `variants`. "again": the same architecture. "encoder", "decoder": that
    part replaced by one of widths 256 and 128. "both": both parts. "latents": both parts, and eight
    more latents under a standard normal. A run that meets a non-finite bound counts as minus
    infinity.
    """
    return {
        name: _train(_variant(model, data, name, seed), data, epochs, seed) for name in variants
    }


def _variant(model, data, name, seed):
    pixels, latents = data.train.shape[1], model.prior().event_shape.numel()
    fresh = _reset(model, seed)
    if name == "latents":
        latents += MORE_LATENTS
        fresh.prior = StandardNormal(latents)
    with borrowed_rng(seed + 1):
        # the families are the model's own; networks that name none get the usual ones
        if name in ("encoder", "both", "latents"):
            posterior = getattr(fresh.encoder, "family", "gaussian")
            fresh.encoder = Encoder(pixels, latents, AMPLE, posterior)
        if name in ("decoder", "both", "latents"):
            likelihood = getattr(fresh.decoder, "likelihood", "bernoulli")
            fresh.decoder = Decoder(latents, pixels, AMPLE[::-1], likelihood)
    return _started(fresh, data)


def _started(model, data):
    """The model with the start that `build_vae` gives, as far as its networks are of that kind."""
    for part in (model.encoder, model.decoder):
        if isinstance(getattr(part, "net", None), nn.Sequential):
            wake_hidden_units(part.net)
    try:
        return start_from_mean(model, data)
    except ValueError:  # a decoder of another kind keeps its own start
        return model


def _reset(model, seed):
    """A copy of the model with the usual initial weights, where its layers can draw them."""
    fresh = copy.deepcopy(model)
    with borrowed_rng(seed + 1000):  # under its own seed the patient would get its own start again
        for module in fresh.modules():
            if hasattr(module, "reset_parameters"):
                module.reset_parameters()
    return fresh.requires_grad_(True)


def _train(model: VAE, data, epochs, seed):
    rate = RATE * min(1.0, (64 / data.train.shape[1]) ** 0.5)
    try:
        settings = dict(batch_size=64, lr=rate, objective=elbo, seed=seed + 1, progress=False)
        fit(model, data, epochs=epochs, **settings)
    except NonFiniteBound:
        return float("-inf")
    values = [float(elbo(model, data.test, seed=draw).value.mean().detach()) for draw in range(8)]
    return sum(values) / len(values)
