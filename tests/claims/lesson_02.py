"""Claims of notebook 02: the bound, its gap, and what closes it; small models, 20 epochs."""

import functools

import numpy as np
import torch
from register import claim, digits, generator, trained

import vaeteach as vt
from vaeteach.widgets import BoundAndGap


def line(seed):
    return trained(seed, epochs=20, latent_dim=1)[0]


def plane(seed):
    return trained(seed, epochs=20)[0]


@claim("02", "setup-read", "Two latents explain test digits better than one.")
def plane_beats_line(seed):
    one, two = (vt.log_marginal(model(seed), digits().test).mean() for model in (line, plane))
    return two > one + 0.5


def climb(view):
    """Press play until q comes to rest: the place and the height."""
    with view.changed.together():  # one picture for all steps
        for _ in range(200):
            before = view.mu.value, view.log_sigma.value
            view.climb.value = view._tick + 1
            if max(abs(view.mu.value - before[0]), abs(view.log_sigma.value - before[1])) < 1e-4:
                break
    return view.mu.value, view.elbo


@functools.cache
def climbed(seed):
    """The view's first digit: ELBO at rest, with sigma as wide as the prior, and log p(x)."""
    view = BoundAndGap(line(seed), digits())
    _, top = climb(view)
    view.log_sigma.value = 0.0
    return top, view.elbo, view.evidence


@functools.cache
def hills(seed):
    """For each digit of the view: its gap after the climb, and where climbs from its humps end."""
    view, found = BoundAndGap(line(seed), digits()), []
    for _, digit in view.digit.options:
        view.digit.value = digit
        climb(view)
        gap, p = view.gap, np.exp(view.log_posterior[digit])
        (humps,) = np.nonzero((p[1:-1] > p[:-2]) & (p[1:-1] >= p[2:]) & (p[1:-1] > 0.01 * p.max()))
        ends = []
        for mu in view.z[humps + 1]:
            with view.changed.together():
                view.mu.value, view.log_sigma.value = float(mu), -1.5
            ends.append(climb(view)[1])
        found.append((gap, ends))
    return found


@claim("02", "bench-try", "From the best q, a width like the prior's costs more than half a nat.")
def widening_the_best_q_costs(seed):
    top, wide, evidence = climbed(seed)
    return top - wide > 0.5 and top < evidence


@claim("02", "bench-try", "From either hump of the first digit q ends at about the same height.")
def equal_humps_end_at_one_height(seed):
    _, ends = hills(seed)[0]
    return len(ends) > 1 and max(ends) - min(ends) < 0.1


@claim("02", "bench-try", "There is a digit for which one hill of the bound is lower.")
def a_bound_can_have_hills_of_different_height(seed):
    return max(max(ends) - min(ends) for _, ends in hills(seed)) > 0.2


@claim("02", "bench-try", "With one clean hump the gap at rest is small, but never zero.")
def one_hump_leaves_a_small_gap(seed):
    gaps = [gap for gap, ends in hills(seed) if len(ends) == 1]
    return len(gaps) > 3 and 1e-4 < min(gaps) and max(gaps) < 0.3


@functools.cache
def parts(seed, split):
    """(Not Gaussian, not diagonal, the encoder's), mean nats of 50 digits."""
    model, x = plane(seed), getattr(digits(), split)[:50]
    posterior = vt.posterior_grid(model, x)
    gap = posterior.kl_from(model.encode(x))
    diagonal = posterior.kl_from(vt.best_gaussian(model, x))
    full = posterior.kl_from(vt.best_gaussian(model, x, full=True))
    return tuple(v.mean().item() for v in (full, diagonal - full, gap - diagonal))


@claim("02", "gap-read", "On test digits the encoder's part of the gap is the largest.")
def the_encoder_loses_most(seed):
    not_gaussian, not_diagonal, encoder = parts(seed, "test")
    return encoder > not_gaussian + not_diagonal


@claim("02", "gap-read", "A full covariance wins back a tenth or more of the family's part.")
def a_full_covariance_helps(seed):
    not_gaussian, not_diagonal, _ = parts(seed, "test")
    return not_diagonal > 0.1 * (not_gaussian + not_diagonal)


@claim("02", "gap-read", "The encoder's part is smaller on digits that it was trained on.")
def the_encoder_knows_its_training_digits(seed):
    gaps = []
    for x in (digits().test, digits().train[:360]):
        model = plane(seed)
        gaps.append((vt.log_marginal(model, x, 121) - vt.expected_elbo(model, x, 121).value).mean())
    return gaps[0] > gaps[1]


@claim(
    "02", "gap-read", "Few digits lose most: a tenth of them has more than a quarter of the gap."
)
def few_lose_a_lot(seed):
    model, x = plane(seed), digits().test[:100]
    gap = vt.posterior_grid(model, x, 121).kl_from(model.encode(x)).sort().values
    return gap[-10:].sum() > 0.25 * gap.sum()


@claim("02", "iwae-read", "Ten samples close more than half of the gap.")
def ten_samples_close_half(seed):
    model, x = plane(seed), digits().test
    high = vt.log_marginal(model, x, 121).mean()
    low = vt.expected_elbo(model, x, 121).value.mean()
    noise = generator(seed)
    with torch.no_grad():
        runs = [vt.iwae_bound(model, x, 10, seed=noise).mean() for _ in range(4)]
    return torch.stack(runs).mean() > (low + high) / 2


def likelihood_times_prior(model, x):
    z = model.encode(x).mean
    log_likelihood, log_prior = model.decode(z).log_prob(x), model.prior().log_prob(z)
    return vt.Elbo(log_likelihood, -log_prior, log_likelihood + log_prior)


@claim(
    "02", "point-read", "Likelihood times prior: the codes contract, the decoder's weights grow."
)
def points_contract(seed):
    model, _ = trained(seed, epochs=20, objective=likelihood_times_prior)
    with torch.no_grad():
        spread = [m.encode(digits().train).mean.var(0).mean() for m in (model, plane(seed))]
    norm = [m.decoder.net[0].weight.norm() for m in (model, plane(seed))]
    return spread[0] < 0.4 < 0.8 < spread[1] and norm[0] > norm[1]


@claim("02", "point-read", "Likelihood times prior: the likelihood at the code does not suffer.")
def points_explain_as_well(seed):
    model, _ = trained(seed, epochs=20, objective=likelihood_times_prior)
    x = digits().train
    with torch.no_grad():
        fit = [m.decode(m.encode(x).mean).log_prob(x).mean() for m in (model, plane(seed))]
    return fit[0] > fit[1]
