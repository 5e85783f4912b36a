"""Experiments on a suspect.

Train it again with one thing changed, and see by how much the test bound rises.

Evidence of this kind needs no theory of what went wrong. Each run has the same number of epochs;
the control changes nothing but starts afresh with the usual initial weights and the plain ELBO.
"""

import copy

from ..distributions import POSTERIORS, borrowed_rng
from ..models import LIKELIHOODS, VAE, Decoder, Encoder, elbo
from ..priors import StandardNormal
from ..training import NonFiniteBound, fit

AMPLE = (256, 128)  # widths that are more than enough for images of a few hundred pixels
MORE_LATENTS = 8


def retrained_bounds(model, data, variants, epochs=25, seed=0):
    """{variant: test ELBO in nats} after training the model again from the start.

    Once for each name in `variants`.

    "again": the same architecture. "encoder", "decoder": that part replaced by one of widths 256
    and 128.
    "both": both parts. "latents": both parts, and eight more latents under a standard normal.
    A run that meets a non-finite bound counts as minus infinity.
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
        posterior, likelihood = _families(model)
        if name in ("encoder", "both", "latents"):
            fresh.encoder = Encoder(pixels, latents, AMPLE, posterior)
        if name in ("decoder", "both", "latents"):
            fresh.decoder = Decoder(latents, pixels, AMPLE[::-1], likelihood)
    return fresh


def _families(model):
    """Names of the posterior and likelihood of the model, where they are of the catalogue.

    Else the usual ones.
    """

    def name(table, part, usual):
        return next((key for key, kind in table.items() if type(part) is kind), usual)

    return (
        name(POSTERIORS, getattr(model.encoder, "family", None), "gaussian"),
        name(LIKELIHOODS, getattr(model.decoder, "likelihood", None), "bernoulli"),
    )


def _reset(model, seed):
    """A copy of the model with the usual initial weights, where its layers can draw them."""
    fresh = copy.deepcopy(model)
    with borrowed_rng(seed):
        for module in fresh.modules():
            if hasattr(module, "reset_parameters"):
                module.reset_parameters()
    return fresh.requires_grad_(True)


def _train(model: VAE, data, epochs, seed):
    rate = 8e-3 * min(1.0, (64 / data.train.shape[1]) ** 0.5)
    try:
        fit(
            model,
            data,
            epochs=epochs,
            batch_size=64,
            lr=rate,
            objective=elbo,
            seed=seed + 1,
            progress=False,
        )
    except NonFiniteBound:
        return float("-inf")
    values = [float(elbo(model, data.test, seed=draw).value.mean().detach()) for draw in range(8)]
    return sum(values) / len(values)
