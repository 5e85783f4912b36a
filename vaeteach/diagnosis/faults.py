"""The catalogue of faults: recipes in seconds, each with one thing wrong with a VAE."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.resources import files

from torch import nn

from ..distributions import borrowed_rng
from ..models import VAE, Decoder, Elbo, Encoder, build_vae, elbo, start_from_mean
from ..priors import StandardNormal
from ..training import NonFiniteBound, fit
from .raster import RasterDecoder

# the healthy model; each fault changes one thing
LATENTS, WIDTHS, EPOCHS, BATCH, RATE = 10, (128, 64), 12, 64, 0.012


def _standard(data, seed, latent_dim=LATENTS, **options):
    return build_vae(data, latent_dim, hidden=WIDTHS, seed=seed, **options)


@dataclass(frozen=True)
class Fault:
    """One cause: what the recipe changes, and what helps. `build(data, seed)` makes it happen.

    model(data, seed) -> an untrained VAE; objective and rate as in `fit`; freeze_after: the encoder
    learns no more after so many epochs.
    """

    name: str
    title: str
    recipe: str
    advice: str
    model: Callable = _standard
    objective: Callable = elbo
    rate: float = RATE
    freeze_after: int | None = None

    def build(self, data, seed=0):
        """Train a model with this fault: (model, history).

        data: binary ImageData; the same seed, the same model. Where training stops at a non-finite
        bound, that is the fault: the history up to there is returned.
        """
        model = self.model(data, seed)
        steps = -(-len(data.train) // BATCH)  # in an epoch

        def on_step(step):
            if self.freeze_after is not None and step == self.freeze_after * steps:
                model.encoder.requires_grad_(False)
                model.encoder.zero_grad()

        # the rates are for 64 pixels; larger images need less
        rate = self.rate * min(1.0, (64 / data.train.shape[1]) ** 0.5)
        settings = dict(epochs=EPOCHS, batch_size=BATCH, lr=rate, objective=self.objective)
        try:
            history = fit(model, data, **settings, seed=seed, progress=False, on_step=on_step)
        except NonFiniteBound as problem:
            history = problem.history
        model.encoder.requires_grad_(True)
        return model, history


def _with_parts(data, seed, encoder=None, decoder=None):
    """A healthy model with another encoder or decoder, made by a function of (pixels, latents)."""
    model, pixels = _standard(data, seed), data.train.shape[1]
    with borrowed_rng(seed + 1):
        new_encoder = encoder(pixels, LATENTS) if encoder else model.encoder
        new_decoder = decoder(LATENTS, pixels) if decoder else model.decoder
    changed = VAE(new_encoder, new_decoder, StandardNormal(LATENTS))
    # a new decoder starts from the mean picture, too, where it can
    return start_from_mean(changed, data) if isinstance(new_decoder, Decoder) else changed


def _sigmoid_encoder(pixels, latents, layers=10):
    return Encoder(pixels, latents, (64,) * layers, activation=nn.Sigmoid)


def _dead_units(data, seed):
    """ReLU layers whose biases start at -4: nearly every unit is off and has no gradient."""
    model = _standard(data, seed, activation=nn.ReLU)
    for layer in [*model.encoder.net[:-1], *model.decoder.net[:-1]]:
        if isinstance(layer, nn.Linear):
            nn.init.constant_(layer.bias, -4.0)
    return model


def _mean_over_pixels(model, x, seed=0):
    """The likelihood averaged over the pixels, not so the KL: P times too heavy a KL."""
    bound = elbo(model, x, seed=seed)
    log_likelihood = bound.log_likelihood / x.shape[1]
    return Elbo(log_likelihood, bound.kl, log_likelihood - bound.kl)


def _kl_added(model, x, seed=0):
    """Log-likelihood plus KL."""
    bound = elbo(model, x, seed=seed)
    return bound._replace(value=bound.log_likelihood + bound.kl)


def _sum_over_batch(model, x, seed=0):
    """The likelihood summed over the batch, the KL averaged: B times too light a KL."""
    bound = elbo(model, x, seed=seed)
    log_likelihood = bound.log_likelihood.sum().expand_as(bound.kl)
    return Elbo(log_likelihood, bound.kl, log_likelihood - bound.kl)


# what each changes; faults.tsv says it in words
_CHANGES = {
    "healthy": {},
    "step_size": dict(rate=1.0),
    "kl_sign": dict(objective=_kl_added),
    "vanishing_gradients": dict(model=partial(_with_parts, encoder=_sigmoid_encoder)),
    "collapse_by_objective": dict(objective=partial(elbo, beta=30.0)),
    "collapse_by_decoder": dict(model=partial(_with_parts, decoder=RasterDecoder)),
    "poor_optimum": dict(model=_dead_units),
    "small_decoder": dict(model=partial(_with_parts, decoder=partial(Decoder, hidden=()))),
    "small_encoder": dict(model=partial(_with_parts, encoder=partial(Encoder, hidden=(2,)))),
    "poor_amortisation": dict(freeze_after=2),
    "few_latents": dict(model=partial(_standard, latent_dim=1)),
    "autoencoder": dict(objective=partial(elbo, beta=1e-3)),
    "mean_reduced": dict(objective=_mean_over_pixels),
    "batch_summed": dict(objective=_sum_over_batch),
}


def _catalogue():
    lines = files(__package__).joinpath("faults.tsv").read_text("utf-8").splitlines()[1:]
    words = (line.split("\t") for line in lines)
    return {name: Fault(name, *said, **_CHANGES[name]) for name, *said in words}


FAULTS = _catalogue()
