"""Claims of notebook 01: averages of posteriors, samples that count, assumed densities."""

import dataclasses
import functools

import torch
from register import claim, digits, generator, trained
from scipy.ndimage import label
from torch.distributions import MultivariateNormal

import vaeteach as vt


def model(seed):
    return trained(seed, epochs=20)[0]


@functools.cache
def distances(seed):
    """KL to the prior of three averages: exact over own pictures, q(z), exact over real ones."""
    vae = model(seed)
    with torch.no_grad():
        own = vt.draw(vae.decode(vt.draw(vae.prior(), (1000,), seed=seed)), seed=seed + 100)
        grid, real = (
            vt.posterior_grid(vae, x, points=81, box=(-6, 6)) for x in (own, digits().train[:1000])
        )
        nodes = grid.nodes.float()
        log_prior = vae.prior().log_prob(nodes)
        aggregate = vt.AggregatePosterior(vae, digits().train).log_prob(nodes).exp()
    weight = grid.log_weight.flatten().exp()
    return [
        (weight * p * (p.clamp(min=1e-30).log() - log_prior)).sum().item()
        for p in (grid.density.mean(0).flatten(), aggregate, real.density.mean(0).flatten())
    ]


@claim(
    "01", "three-read", "Over the model's own pictures the exact posterior averages to the prior."
)
def own_pictures_give_back_the_prior(seed):
    own, aggregate, _ = distances(seed)
    return own < 0.05 and own < aggregate / 2


@claim(
    "01", "three-read", "Over real digits even the exact posterior misses the prior by much more."
)
def real_digits_do_not(seed):
    own, _, real = distances(seed)
    return real > 3 * own


@functools.cache
def seen_in_part(seed):
    """Mean spread of 60 posteriors, whole and at a fifth of the pixels; share with islands."""
    x, few = digits().test[:60], torch.zeros(digits().pixels, dtype=torch.bool)
    few[torch.randperm(len(few), generator=generator(seed))[: round(0.2 * len(few))]] = True
    whole, part = (vt.posterior_grid(model(seed), x, 101, observed=seen) for seen in (None, few))
    high = (part.density > 0.1 * part.density.amax((1, 2), keepdim=True)).numpy()
    islands = sum(label(row)[1] > 1 for row in high) / len(high)
    return whole.stddev.mean(), part.stddev.mean(), islands


@claim("01", "bayes-try", "At a fifth of the pixels the posterior is wider, and not yet the prior.")
def fewer_pixels_widen_the_posterior(seed):
    whole, part, _ = seen_in_part(seed)
    return 1.5 * whole < part < 0.9


@claim("01", "bayes-try", "It is one smear for most digits; islands are the exception.")
def islands_are_the_exception(seed):
    return seen_in_part(seed)[2] < 0.5


@functools.cache
def cost(seed, latent_dim):
    """(share of 10,000 samples that counts, KL of q)."""
    vae = vt.build_vae(digits(), latent_dim=latent_dim, hidden=(64,), seed=seed)
    vt.fit(vae, digits(), epochs=12, seed=seed, progress=False)
    vae.requires_grad_(False)
    some = digits().test[:100]
    z = vt.draw(vae.prior(), (10_000,), seed=seed)
    log_w = vt.exact.pairwise_log_prob(vae.decode(z), some)
    share = 1 / torch.softmax(log_w, 0).square().sum(0).median() / len(z)
    return share.item(), vt.kl(vae.encode(some), vae.prior()).mean().item()


@claim("01", "cost-read", "The share that counts falls steeply from one latent to five.")
def the_share_falls_steeply_at_first(seed):
    return cost(seed, 1)[0] > 10 * cost(seed, 5)[0]


@claim("01", "cost-read", "From ten dimensions to twenty it hardly changes, as the KL does.")
def then_it_follows_the_price(seed):
    (few, low), (many, high) = cost(seed, 10), cost(seed, 20)
    return 1 / 2 < few / many < 2 and abs(high - low) < 1


@claim("01", "assume-masses-read", "Independent pixels < VAE with two latents < mixture of twenty.")
def a_mixture_of_twenty_beats_the_plane(seed):
    fit, data = vt.distributions.fit_bernoulli_mixture, digits()
    pixels, twenty = (fit(data.train, k, seed=seed).log_prob(data.test).mean() for k in (1, 20))
    return pixels + 3 < vt.log_marginal(model(seed), data.test, 101).mean() < twenty


@claim("01", "assume-read", "The fitted normal has a far higher density than the small grey VAE.")
def the_fitted_normal_is_denser(seed):
    grey, g = vt.load("digits"), generator(seed)
    train, test = (
        (16 * x + torch.rand(x.shape, generator=g)) / 17 for x in (grey.train, grey.test)
    )
    smooth = dataclasses.replace(grey, train=train, test=test)
    vae = vt.build_vae(smooth, likelihood="gaussian", seed=seed)
    vt.fit(vae, smooth, epochs=40, seed=seed, progress=False)
    normal = MultivariateNormal(train.double().mean(0), torch.cov(train.double().T))
    return normal.log_prob(test.double()).mean() > vt.log_marginal(vae, test).mean() + 10


@claim("01", "bayes-try", "Whole digits: the ellipse misses half of the mass of some, not of most.")
def the_ellipse_misses_the_mass_of_some(seed):
    grid = vt.posterior_grid(model(seed), digits().test[:100], 101)
    q = model(seed).encode(digits().test[:100])
    steps = (grid.nodes.float() - q.mean[:, None]) / q.stddev[:, None]
    mass = (grid.log_density + grid.log_weight).exp().flatten(1)
    inside = (mass * (steps.square().sum(2) < 4)).sum(1)
    return 0.02 < (inside < 0.5).float().mean() < 0.3
