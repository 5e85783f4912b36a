"""Moving an affine map of the latents between the prior and the layers beside it.

Write the same model in new latents u, with z = shift + scale * u: the encoder's last layer and the
decoder's first layer are linear, so they can take the map over, and what the decoder sees stays the
same. Everything here is that. Checked by hand in one dimension. Prior N(3, 2^2), posterior N(5, 1),
decoder's first layer h = 4 z + 1. With z = 3 + 2 u: prior N(0, 1), posterior N((5 - 3) / 2, 1 /
2^2) = N(1, 1/4), h = 4 (3 + 2 u) + 1 = 8 u + 13. KL before: 1/2 [(1 + (5 - 3)^2) / 4 - 1 - log
1/4]; after: 1/2 [1/4 + 1^2 - 1 - log 1/4]. Both are 0.818147 nats.
"""

import copy

import torch
from torch import nn

from ..distributions import POSTERIORS, Gaussian
from ..models import VAE
from ..priors import StandardNormal
from .moments import moments


def absorb_prior(model: VAE) -> VAE:
    """The same VAE with prior N(0, I).

    A learned N(m, diag s^2) moves into the layers beside the latents. z = m + s u. Encoder's last
    layer: mean (mu - m) / s, log-variance minus 2 log s. Decoder's first layer W z + c: weight W
    diag(s), bias c + W m. Every image keeps its ELBO, its reconstruction and its log p(x), because
    the KL divergence does not change when both of its arguments go through one invertible map.
    model: a VAE whose posterior and prior are Gaussians with independent dimensions; it is not
    changed. Raises TypeError for another posterior or prior, or where the layers beside the latents
    are not linear.
    """
    prior = gaussian_prior(model, "absorb_prior")
    return affine_latents(
        model, prior.mu, (prior.logvar / 2).exp(), StandardNormal(len(prior.mu)).to(prior.mu)
    )


def affine_latents(model: VAE, shift, scale, prior: nn.Module | None = None) -> VAE:
    """A copy with the same encoder and decoder, written in latents u with z = shift + scale * u.

    shift, scale: (D,) or numbers; scale finite and not 0. prior: a module for p(u). Without one the
    old prior module is kept, now over u: decoder(encoder(x)) is still the same function, but the KL
    is not. Raises TypeError as absorb_prior does, ValueError for a map that cannot be undone.
    """
    moved = copy.deepcopy(model)
    _affine_(moved, shift, scale)
    if prior is not None:
        moved.prior = prior
    return moved


def standardize_latents(model: VAE, x: torch.Tensor) -> VAE:
    """A copy whose codes of the images x have the prior's mean and variance in each dimension.

    With m and v the aggregate's moments, v = mean of sigma^2 + variance of mu over x (divided by
    N), and m_0, v_0 the prior's: z = m + sqrt(v / v_0) (u - m_0), taken over by the adjacent
    layers; the prior stays. The reconstruction term of each image does not change. For a Gaussian
    prior the mean KL over x falls by exactly KL(N(m, v) || N(m_0, v_0)) nats, summed over
    dimensions. x: images, (N, P). Raises TypeError as absorb_prior does, ValueError where a moment
    is not finite (a Student-t prior with 2 degrees of freedom or fewer) or where the prior does not
    live on all of R^D.
    """
    return standardize_latents_(copy.deepcopy(model), x)


@torch.no_grad()
def standardize_latents_(model: VAE, x: torch.Tensor) -> VAE:
    """`standardize_latents` in place, for use during training (`on_step`); the model itself."""
    linear_layers(model)
    prior, aggregate = model.prior(), moments(model, x)
    mean, variance = aggregate.mean, aggregate.variance
    try:
        target_mean, target_variance = prior.mean, prior.variance
    except NotImplementedError:
        raise TypeError(
            f"standardize_latents: {_name(prior)} does not know its mean and variance."
        ) from None
    if _bounded(prior):
        raise ValueError(
            f"standardize_latents: the prior {_name(prior)} does not live on all of R^D, and a"
            " shift would push codes out of its support. Use it with priors such as the normal,"
            " Student-t, Laplace or a Gaussian mixture."
        )
    table = torch.stack(
        [mean, variance, target_mean.expand_as(mean), target_variance.expand_as(mean)]
    )
    if not torch.isfinite(table).all() or (table[[1, 3]] <= 0).any():
        raise ValueError(
            "standardize_latents: every mean must be finite and every variance positive; the"
            f" aggregate posterior has mean {mean.tolist()} and variance {variance.tolist()}, the"
            f" prior {target_mean.tolist()} and {target_variance.tolist()}."
        )
    scale = (variance / target_variance).sqrt()
    _affine_(model, mean - scale * target_mean, scale)
    return model


@torch.no_grad()
def _affine_(model, shift, scale):
    """Rewrite the layers beside the latents for z = shift + scale * u, in place."""
    encoder, decoder = linear_layers(model)
    latent_dim = decoder.in_features
    shift, scale = (
        torch.as_tensor(t).to(decoder.weight).expand(latent_dim) for t in (shift, scale)
    )
    if not (torch.isfinite(shift).all() and torch.isfinite(scale).all() and (scale != 0).all()):
        raise ValueError(
            "affine_latents: z = shift + scale * u must be a map that can be undone, with finite"
            f" numbers and no scale of 0; got shift {shift.tolist()} and scale {scale.tolist()}."
        )
    encoder.weight[:latent_dim] /= scale.unsqueeze(-1)
    encoder.bias[:latent_dim] = (encoder.bias[:latent_dim] - shift) / scale
    # variances divide by scale^2; no weight of this head changes
    encoder.bias[latent_dim:] -= 2 * scale.abs().log()
    decoder.bias += decoder.weight @ shift  # before the weight, which it needs as it was
    decoder.weight *= scale


def linear_layers(model):
    """(encoder's last layer, decoder's first); ValueError where the map cannot be moved."""
    family = getattr(model.encoder, "family", None)
    if not isinstance(family, POSTERIORS["gaussian"]):
        raise TypeError(
            "The posterior must be a Gaussian with independent dimensions, which an affine map of"
            " each dimension keeps in its family; this encoder's is"
            f" {type(family or model.encoder).__name__}."
        )
    layers = list(model.encoder.net)[-1], list(model.decoder.net)[0]
    for layer, where in zip(layers, ("encoder's last", "decoder's first")):
        if not isinstance(layer, nn.Linear) or layer.bias is None:
            raise TypeError(
                f"The {where} layer must be an nn.Linear with a bias, which can take an affine map"
                f" over; it is {type(layer).__name__}."
            )
    return layers


def gaussian_prior(model, name):
    """The model's prior; a TypeError in the words of the function `name` if it is no Gaussian."""
    if not hasattr(model, "prior"):
        raise TypeError(
            f"{name} wants a model, such as build_vae makes; got {type(model).__name__}."
        )
    prior = model.prior()
    if not isinstance(prior, Gaussian):
        raise TypeError(
            f"{name}: the prior must be a Gaussian with independent dimensions (StandardNormal or"
            f" LearnedNormal), got {_name(prior)}. No other prior becomes N(0, I) by an affine map."
        )
    return prior


def _bounded(distribution):
    support = distribution.support
    while hasattr(support, "base_constraint"):
        support = support.base_constraint
    return support not in (
        torch.distributions.constraints.real,
        torch.distributions.constraints.real_vector,
    )


def _name(distribution):
    return type(getattr(distribution, "base_dist", distribution)).__name__
