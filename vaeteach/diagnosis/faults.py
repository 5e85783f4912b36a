"""The catalogue of faults.

Small recipes, each of which makes one thing go wrong with a VAE, on digits in seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import nn

from ..distributions import borrowed_rng
from ..models import VAE, Decoder, Elbo, Encoder, build_vae, elbo
from ..priors import StandardNormal
from ..training import NonFiniteBound, fit
from .raster import RasterDecoder

# the healthy model; each fault changes one thing
LATENTS, WIDTHS, EPOCHS, BATCH, RATE = 10, (128, 64), 25, 64, 8e-3


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
    model: Callable
    objective: Callable = elbo
    rate: float = RATE
    freeze_after: int | None = None

    def build(self, data, seed=0):
        """Train a model with this fault: (model, history).

        data: binary ImageData; the same seed, the same model. data: binary ImageData; the same
        seed, the same model.

        Where training stops at a non-finite bound, that is the fault: the history up to there is
        returned.
        """
        model = self.model(data, seed)
        freeze_at = (
            None if self.freeze_after is None else self.freeze_after * -(-len(data.train) // BATCH)
        )

        def on_step(step):
            if step == freeze_at:
                model.encoder.requires_grad_(False)
                model.encoder.zero_grad()

        # the rates are for 64 pixels; larger images need less
        smaller = min(1.0, (64 / data.train.shape[1]) ** 0.5)
        settings = dict(
            epochs=EPOCHS,
            batch_size=BATCH,
            lr=self.rate * smaller,
            objective=self.objective,
            seed=seed,
        )
        try:
            history = fit(model, data, **settings, progress=False, on_step=on_step)
        except NonFiniteBound as problem:
            history = problem.history
        model.encoder.requires_grad_(True)
        return model, history


def _standard(data, seed, latent_dim=LATENTS, **options):
    return build_vae(data, latent_dim, hidden=WIDTHS, seed=seed, **options)


def _with_parts(data, seed, encoder=None, decoder=None):
    """A healthy model with another encoder or decoder, made by a function of (pixels, latents)."""
    model, pixels = _standard(data, seed), data.train.shape[1]
    with borrowed_rng(seed + 1):
        new_encoder = encoder(pixels, LATENTS) if encoder else model.encoder
        new_decoder = decoder(LATENTS, pixels) if decoder else model.decoder
    return VAE(new_encoder, new_decoder, StandardNormal(LATENTS))


def _sigmoid_encoder(pixels, latents):
    return Encoder(pixels, latents, (64,) * 10, activation=nn.Sigmoid)


def _dead_units(data, seed):
    """ReLU layers whose biases start at -4.

    Nearly every hidden unit is off for every image, and has no gradient.
    """
    model = _standard(data, seed, activation=nn.ReLU)
    for layer in [*model.encoder.net[:-1], *model.decoder.net[:-1]]:
        if isinstance(layer, nn.Linear):
            nn.init.constant_(layer.bias, -4.0)
    return model


def _mean_over_pixels(model, x, seed=0):
    """The likelihood averaged over the pixels, the KL summed over the latents.

    P times too heavy a KL.
    """
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


_LIST = (
    Fault(
        "healthy",
        "Healthy",
        "Nothing is wrong: ten latents, two Tanh layers on either side, the bound as it should be.",
        "Nothing to mend.",
        _standard,
    ),
    Fault(
        "step_size",
        "Numerical failure: the step is too large",
        "Adam's step is 1 instead of 0.008.",
        "Lower the learning rate by a factor of ten until the bound climbs smoothly.",
        _standard,
        rate=1.0,
    ),
    Fault(
        "kl_sign",
        "Numerical failure: the KL has the wrong sign",
        "The objective adds the KL instead of subtracting it.",
        "Subtract the KL: the bound is log-likelihood minus KL, and the KL is never negative.",
        _standard,
        objective=_kl_added,
    ),
    Fault(
        "vanishing_gradients",
        "Vanishing gradients in the encoder",
        "The encoder has ten hidden layers of sigmoid units.",
        "Use fewer layers, Tanh or SiLU units, residual connections or normalisation.",
        partial(_with_parts, encoder=_sigmoid_encoder),
    ),
    Fault(
        "collapse_by_objective",
        "Posterior collapse by the objective",
        "The KL is weighted by beta = 30.",
        "Set beta to 1, or raise it slowly from 0 (warm-up), or leave the first nats free (free"
        " bits).",
        _standard,
        objective=partial(elbo, beta=30.0),
    ),
    Fault(
        "collapse_by_decoder",
        "Posterior collapse by the decoder",
        "The decoder sees the pixels before the one it predicts, and needs no code.",
        "Weaken the decoder: let it see less of its own output, or drop what it sees at random.",
        partial(_with_parts, decoder=RasterDecoder),
    ),
    Fault(
        "poor_optimum",
        "A poor local optimum",
        "ReLU units whose biases start at -4: most of them are dead, and stay so.",
        "Start again with the usual initialisation; several seeds, and keep the best.",
        _dead_units,
    ),
    Fault(
        "small_decoder",
        "The decoder is too small",
        "The decoder has no hidden layer: its logits are linear in z.",
        "Give the decoder hidden layers, or more units.",
        partial(_with_parts, decoder=partial(Decoder, hidden=())),
    ),
    Fault(
        "small_encoder",
        "The encoder is too small",
        "The encoder has one hidden layer of 2 units.",
        "Give the encoder more units or layers.",
        partial(_with_parts, encoder=partial(Encoder, hidden=(2,))),
    ),
    Fault(
        "poor_amortisation",
        "The encoder is not amortised well",
        "The encoder stops learning after four epochs; the decoder goes on.",
        "Train the encoder on, with more steps or a larger rate than the decoder.",
        _standard,
        freeze_after=4,
    ),
    Fault(
        "few_latents",
        "Too few latents",
        "One latent for all that varies.",
        "Raise the latent dimension until some units stay unused.",
        partial(_standard, latent_dim=1),
    ),
    Fault(
        "autoencoder",
        "An autoencoder: the KL hardly counts",
        "The KL is weighted by beta = 0.001.",
        "Set beta to 1.",
        _standard,
        objective=partial(elbo, beta=1e-3),
    ),
    Fault(
        "mean_reduced",
        "A mean-reduced loss",
        "The likelihood is averaged over the pixels, the KL summed over the latents.",
        "Sum over pixels and over latents; average over the batch only.",
        _standard,
        objective=_mean_over_pixels,
    ),
    Fault(
        "batch_summed",
        "A batch-summed likelihood",
        "The likelihood is summed over the batch, the KL averaged over it.",
        "Reduce both terms over the batch in the same way.",
        _standard,
        objective=_sum_over_batch,
    ),
)
FAULTS = {fault.name: fault for fault in _LIST}
