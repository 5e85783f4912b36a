"""Claims of notebook 08, whose models are trained for 30 epochs."""

import copy
import functools

import numpy as np
import torch
from register import claim, digits

import vaeteach as vt
from vaeteach.codes import affine_latents, rotate_latents
from vaeteach.widgets import AbsorbedPrior


@functools.cache
def weighted(seed, beta):
    """The lesson's model under another weight of the KL term."""
    model = vt.build_vae(digits(), latent_dim=2, seed=seed)

    def objective(model, x, seed):
        return vt.elbo(model, x, beta=beta, seed=seed)

    vt.fit(model, digits(), epochs=30, objective=objective, seed=seed, progress=False)
    return model.requires_grad_(False)


@functools.cache
def learned(seed):
    """The lesson's model with a learned mean and width of the prior."""
    model = vt.build_vae(digits(), latent_dim=2, prior=vt.LearnedNormal(2), seed=seed)
    vt.fit(model, digits(), epochs=30, seed=seed, progress=False)
    return model.requires_grad_(False)


@functools.cache
def race(seed, change, from_zero, steps=40):
    """Test ELBO and the codes' largest variance after so many steps at rate 0.001."""
    data, model = digits(), vt.build_vae(digits(), latent_dim=2, seed=seed)
    if from_zero:
        torch.nn.init.zeros_(model.decoder.net[-1].bias)

    def watch(step):
        if change == "standardised" and step % 10 == 0:
            vt.standardize_latents_(model, data.train)
        if change == "centred" and step % 10 == 0:
            mean = vt.moments(model, data.train).mean
            model.load_state_dict(affine_latents(model, mean, 1.0).state_dict())
        return step >= steps

    vt.fit(model, data, epochs=40, lr=1e-3, seed=seed, progress=False, on_step=watch)
    model.requires_grad_(False)
    widest = vt.moments(model, data.train).variance.max()
    return float(vt.elbo(model, data.test, seed=0).value.mean()), float(widest)


def mean_elbo(model, x):
    return float(torch.stack([vt.elbo(model, x, seed=s).value.mean() for s in range(5)]).mean())


@claim("08", "regulariser-read", "Without the KL the codes spread out and shrink almost to points.")
def codes_spread_and_shrink_without_the_kl(seed):
    with_it, without = (weighted(seed, beta).encode(digits().train) for beta in (1.0, 0.0))
    return without.mu.norm(dim=1).mean() > 2 * with_it.mu.norm(dim=1).mean() and (
        without.stddev.mean() < with_it.stddev.mean() / 10
    )


@claim("08", "regulariser-read", "A quarter of the weight fits the training digits better only.")
def a_lighter_price_overfits(seed):
    heavy, light = weighted(seed, 1.0), weighted(seed, 0.25)
    data = digits()
    return mean_elbo(light, data.test) < mean_elbo(heavy, data.test) - 0.2


@claim("08", "regulariser-read", "With beta = 4 the codes say nothing, and the bound is poor.")
def too_high_a_price_silences_the_codes(seed):
    model, data = weighted(seed, 4.0), digits()
    silent = vt.surgery(model, data.train, n_samples=2000).mutual_information < 0.1
    return silent and mean_elbo(model, data.test) < mean_elbo(weighted(seed, 1.0), data.test) - 1


def gain_left(model):
    """What standardising the codes of the training digits would gain, in nats."""
    a = vt.moments(model, digits().train)
    return float(vt.kl_standard_normal(a.mean, a.variance.log()).sum())


@claim("08", "absorb-read", "Layers that disagree cost far more than a consistent mistake.")
def disagreeing_layers_cost_more(seed):
    model, x = learned(seed), digits().test
    p, right = model.prior(), vt.absorb_prior(model)
    forgotten = vt.absorb_prior(model)
    forgotten.decoder.load_state_dict(model.decoder.state_dict())
    squared = affine_latents(model, p.mean, p.variance, prior=vt.StandardNormal(2))
    far, near = (mean_elbo(right, x) - mean_elbo(wrong, x) for wrong in (forgotten, squared))
    return 0 < near < 1 < far


@claim("08", "stationary-read", "With beta = 0.25 ten times as much is left to gain as with 1.")
def a_small_weight_leaves_more(seed):
    return gain_left(weighted(seed, 0.25)) > 10 * gain_left(weighted(seed, 1.0))


@claim("08", "stationary-read", "It falls when training goes on with all pictures and small steps.")
def going_on_lowers_the_gain(seed):
    before = weighted(seed, 0.25)
    model, train = copy.deepcopy(before).requires_grad_(True), digits().train

    def objective(model, x, seed):
        return vt.elbo(model, x, beta=0.25, seed=seed)

    gently = dict(batch_size=len(train), lr=1e-3, progress=False)
    vt.fit(model, train, epochs=200, objective=objective, **gently)
    return gain_left(model.requires_grad_(False)) < 0.9 * gain_left(before)


@claim("08", "stationary-read", "A learned prior and the codes' moments end close together.")
def learned_prior_meets_the_moments(seed):
    model = learned(seed)
    a, p = vt.moments(model, digits().train), model.prior()
    return (a.mean - p.mu).abs().max() < 0.1 and (a.variance / p.variance - 1).abs().max() < 0.1


@claim("08", "turn-read", "The dashed line dips on the way and comes back at the quarter turn.")
def upright_ellipses_lose_on_the_way(seed):
    model, some = weighted(seed, 1.0), digits().train[::64]

    def bound(degrees):
        turned = rotate_latents(model, degrees * torch.pi / 180, diagonal=True)
        return float(vt.expected_elbo(turned, some).value.mean())

    start = bound(0)
    return bound(45) < start - 0.01 and abs(bound(90) - start) < 1e-3


@claim("08", "race-read", "From zero the standardised runs lead at step 40 and lag at step 160.")
def from_zero_a_lead_becomes_a_lag(seed):
    early, late = (
        race(seed, "standardised", True, steps)[0] - race(seed, "plain", True, steps)[0]
        for steps in (40, 160)
    )
    return early > 0.3 and late < -0.3


@claim("08", "race-read", "From the mean picture they do neither.")
def from_the_mean_picture_neither(seed):
    changes = [
        race(seed, "standardised", False, steps)[0] - race(seed, "plain", False, steps)[0]
        for steps in (40, 160)
    ]
    return max(map(abs, changes)) < 0.2


@claim("08", "race-read", "The better beginning gains more by step 40 than standardising.")
def the_beginning_gains_more(seed):
    return race(seed, "plain", False)[0] > race(seed, "standardised", True)[0] + 1


@claim("08", "race-read", "Centring alone gives a part of the lead, not all of it.")
def centring_is_a_part_of_the_lead(seed):
    plain = race(seed, "plain", True)[0]
    centred, standardised = (race(seed, c, True)[0] - plain for c in ("centred", "standardised"))
    return 0 < centred < standardised


@functools.cache
def dragged(seed):
    """Of the view: what three settings do to pictures, bound and the decoder's weights."""
    view, found = AbsorbedPrior(weighted(seed, 1.0), digits()), {}
    opened, bound = view.state(), view.bound
    settings = {"along": (3.0, 2.0, 40, True), "shifted": (1.5, 1.0, 0, False)}
    for name, setting in {**settings, "turned": (0.0, 1.0, 40, False)}.items():
        for control, value in zip(view.controls, setting):
            control.value = value
        state = view.state()
        pictures = np.abs(state["pictures"] - opened["pictures"]).max(1)
        price = view.bound.kl - bound.kl
        size = np.linalg.norm(state["decoder"]) / np.linalg.norm(opened["decoder"])
        found[name] = pictures[:4].max(), pictures[4:].max(), price, view.bound.value, size
    return bound.value, found


@claim("08", "bench-try", "The layers move along: weights shrink, no picture and no digit changes.")
def nothing_changes_where_the_layers_move_along(seed):
    bound, found = dragged(seed)
    rebuilt, new, _, value, size = found["along"]
    return max(rebuilt, new) < 1e-3 and abs(value - bound) < 1e-3 and size < 0.9


@claim(
    "08", "bench-try", "Only the prior moves: the KL grows, new digits change, rebuilt ones not."
)
def a_moved_prior_changes_price_and_new_digits(seed):
    rebuilt, new, price, *_ = dragged(seed)[1]["shifted"]
    return price > 0.5 and new > 0.1 and rebuilt < 1e-6


@claim("08", "bench-try", "A turn without the layers does nothing at all.")
def nothing_turns_the_prior(seed):
    bound, found = dragged(seed)
    rebuilt, new, _, value, size = found["turned"]
    return max(rebuilt, new) < 1e-6 and abs(value - bound) < 1e-6 and size == 1


@claim("08", "race-read", "From zero, at step 40, the codes are much narrower than the prior.")
def codes_are_narrow_while_the_mean_is_learned(seed):
    return race(seed, "plain", True)[1] < 0.5
