"""Claims of notebook 13: linear VAEs trained anew, other halves of the digits, the kept sweep."""

import functools
import math

import numpy as np
import torch
from register import claim, generator

import vaeteach as vt
from vaeteach.widgets import LatentSpectrum


@functools.cache
def grey():
    return vt.load("digits")


@functools.cache
def spectrum():
    return vt.principal_axes(grey())[0]


def trained(seed, variance=None):
    """The linear VAE of the lesson under another seed; sigma^2 is learned where none is given."""
    vae = vt.build_vae(grey(), 8, likelihood="gaussian", hidden=(), seed=seed)
    if variance is not None:
        vae.decoder.likelihood.logvar.requires_grad_(False).fill_(math.log(variance))
    vt.fit(vae, grey(), epochs=60, seed=seed, progress=False)
    return vt.exact.LinearVAE.of(vae)


@functools.cache
def half(seed):
    """Half of the training digits, drawn anew, and the other half."""
    order = torch.randperm(len(grey().train), generator=generator(seed))
    return grey().train[order].double().chunk(2)


def kept(seed, data, variance, decoder="nonlinear", way="plain"):
    """The row of the kept sweep."""
    runs = vt.results.read("noise")
    rows = runs[(runs["data"] == data) & (runs["variance"] == variance) & (runs["seed"] == seed)]
    (row,) = rows[(rows["decoder"] == decoder) & (rows["way"] == way)].to_dict("records")
    return row


ALL_WAYS = ("linear", "plain"), ("nonlinear", "plain"), ("nonlinear", "warm-up")


@claim("13", "gradient-read", "Dots sit near the top of tall bars, and on the line over low ones.")
def training_meets_the_steps(seed):
    learned = trained(seed, 0.4)
    own = torch.linalg.svdvals(learned.weight) ** 2 + 0.4
    steps = spectrum()[:8].clamp(min=0.4)
    return bool((own / steps - 1).abs().max() < 0.15)


@claim("13", "best-noise-read", "Gradient training finds the best noise, and no latent dies.")
def the_noise_is_learned_and_nothing_dies(seed):
    learned, best = trained(seed), vt.best_linear_vae(grey(), 8)
    shortest = torch.linalg.svdvals(learned.weight)[-1] ** 2
    return abs(learned.variance / best.variance - 1) < 0.05 and shortest > 0.5 * (
        spectrum()[7] - best.variance
    )


@claim("13", "best-noise-read", "More latents: training rises, the worst new digit falls deep.")
def too_many_latents_bet_on_still_pixels(seed):
    ours, others = half(seed)
    some, many = (vt.best_linear_vae(ours, d) for d in (16, 52))
    rises = many.log_marginal(ours).mean() > some.log_marginal(ours).mean()
    return rises and many.log_marginal(others).min() < some.log_marginal(others).min() - 50


@claim("13", "average-read", "The marginal KL of the digits grows as the noise falls.")
def less_noise_shows_more_shape(seed):
    images = half(seed)[0][:400]
    axis = torch.linspace(-6, 6, 81, dtype=torch.float64)
    points, cell = torch.cartesian_prod(axis, axis), (axis[1] - axis[0]) ** 2
    found = []
    for variance in (0.5, 0.2, 0.05, 0.01):
        model = vt.best_linear_vae(images, 2, variance)
        log_q = vt.AggregatePosterior(model, images).log_prob(points)
        found.append(float((log_q.exp() * (log_q - model.prior().log_prob(points))).sum() * cell))
    return found == sorted(found)


@claim("13", "sweep-read", "Above the largest eigenvalue nothing lives, in no model and no way.")
def nothing_lives_above_the_spectrum(seed):
    rows = [kept(seed, "digits", v, *way) for v in (0.8, 1.0) for way in ALL_WAYS]
    return all(row["active"] == 0 and row["gain"] < 0 for row in rows)


@claim("13", "sweep-read", "At 0.25 the nonlinear decoder has fewer latents and a higher bound.")
def a_curved_decoder_packs_more_into_fewer(seed):
    linear = kept(seed, "digits", 0.25, "linear")
    curved = kept(seed, "digits", 0.25)
    count = int((spectrum()[:8] > 0.25).sum())
    return curved["active"] < count and curved["gain"] > linear["gain"] + 0.3


@claim("13", "sweep-read", "A warm-up gains a little at 0.4 and loses a little at 0.25 and below.")
def warm_up_is_no_general_gain(seed):
    def gain(variance):
        warm = kept(seed, "digits", variance, way="warm-up")["gain"]
        return warm - kept(seed, "digits", variance)["gain"]

    return 0 < gain(0.4) < 0.1 and all(-1 < gain(v) < 0 for v in (0.25, 0.1, 0.05, 0.025))


@claim("13", "ten-read", "At 0.14 plain training stays dead; a warm-up ends alive and higher.")
def warm_up_finds_what_lives_beyond(seed):
    plain = kept(seed, "ten pictures", 0.14)
    warm = kept(seed, "ten pictures", 0.14, way="warm-up")
    linear = kept(seed, "ten pictures", 0.14, "linear")
    return plain["active"] == 0 and warm["gain"] > 0.1 and max(plain["gain"], linear["gain"]) < 0.01


@functools.cache
def view(seed):
    """Of other pictures: half of the digits are the training set, the other half the test set."""
    train, test = (images.float() for images in half(seed))
    labels = torch.zeros(len(train), dtype=torch.long), torch.zeros(len(test), dtype=torch.long)
    return LatentSpectrum(vt.ImageData(train, labels[0], test, labels[1], grey().shape))


@claim("13", "view-try", "From -1 to 0 one latent after another dies, and at 0 none lives.")
def latents_die_one_after_another(seed):
    alive = []
    for tenth in range(-10, 1):
        view(seed).level.value = tenth / 10
        alive.append(view(seed).alive)
    return alive[0] > 5 and alive == sorted(alive, reverse=True) and alive[-1] == 0


@claim("13", "view-try", "With more latents the star moves left; it is below the last bar's top.")
def the_star_stays_below_the_last_living_bar(seed):
    stars = []
    for latents in (2, 5, 8, 15, 25):
        view(seed).latents.value = latents
        stars.append((view(seed).best, view(seed).state()["eigenvalues"][latents - 1]))
    best = [star for star, _ in stars]
    return best == sorted(best, reverse=True) and all(star < bar for star, bar in stars)


@claim("13", "view-try", "Left of the star the test curve falls faster than the training curve.")
def the_test_curve_falls_faster(seed):
    view(seed).latents.value = 8
    state = view(seed).state()
    train, test = (
        np.interp([0.2 * view(seed).best, view(seed).best], state["variances"], state[part])
        for part in ("train", "test")
    )
    return train[0] < train[1] and test[0] - test[1] < train[0] - train[1]
