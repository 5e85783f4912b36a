"""Claims of notebook 16: its diffusion priors, with fewer steps of training, under other seeds."""

import functools
import math

import torch
from register import claim, digits

import vaeteach as vt
from vaeteach.plots import arrow_grid
from vaeteach.widgets import DissolvingCodes


@functools.cache
def vae(seed, latents=2, beta=1.0, epochs=12):
    model = vt.build_vae(digits(), latents, seed=seed)
    objective = functools.partial(vt.elbo, beta=beta)
    vt.fit(model, digits(), epochs=epochs, objective=objective, seed=seed, progress=False)
    return model.requires_grad_(False)


@functools.cache
def learned(seed, latents=2, beta=1.0, images=None, steps=1200):
    q = vae(seed, latents, beta).encode(digits().train[:images])
    prior = vt.DiffusionPrior(latents, seed=seed)
    return vt.match_scores(prior, q, steps, seed=seed, progress=False).requires_grad_(False)


def codes(seed):
    return vae(seed).encode(digits().train)


def mean_square(difference):
    return float(difference.square().sum(-1).mean())


def under(p, z):
    return float(p.log_prob(z).mean())


@claim("16", "dissolve-read", "The information falls all the way, and at t = 1 nothing is left.")
def information_dissolves(seed):
    p = vae(seed).prior()
    splits = [vt.surgery_of(vt.noised(codes(seed), t), p) for t in (0.0, 0.03, 0.15, 0.5, 1.0)]
    left = [split.mutual_information for split in splits]
    return left == sorted(left, reverse=True) and abs(left[-1]) + abs(splits[-1][2]) < 1e-3


@claim("16", "match-read", "Most of the loss is what no network can know.")
def most_of_the_loss_is_not_error(seed):
    q, t = codes(seed), 0.1
    z = vt.draw(vt.noised(q, t), seed=seed + 4)
    single, perfect = vt.one_pull(q, z, t), vt.perfect_pull(q, z, t)
    return mean_square(perfect - single) > 5 * mean_square(learned(seed).pull(z, t) - perfect)


@claim("16", "density", "The learned density sums to one over the grid, to half a percent.")
def the_learned_density_integrates_to_one(seed):
    axis = torch.arange(-45, 46) / 10
    density = learned(seed)().log_prob(torch.cartesian_prod(axis, axis)).exp()
    return abs(float(density.sum()) * 0.01 - 1) < 5e-3


@claim("16", "table-read", "The gain is a good part of the marginal KL, and never more than it.")
def a_good_part_of_the_marginal_kl_is_gained(seed):
    z = vt.draw(codes(seed), seed=seed + 9)
    there = under(vt.AggregatePosterior.of(codes(seed)), z) - under(vae(seed).prior(), z)
    gain = under(learned(seed)(), z) - under(vae(seed).prior(), z)
    return 0.3 * there < gain < there < 0.5


@claim("16", "steps-read", "More steps are tighter, and without end the two prices are near.")
def more_steps_are_tighter(seed):
    q, prior = codes(seed), learned(seed)
    bounds = [float(vt.step_prices(q, prior.pull, n, seed).sum(0).mean()) for n in (3, 10, 50)]
    z = vt.draw(q, (4,), seed=seed + 11)
    flow = float((q.log_prob(z) - prior().log_prob(z)).mean())
    limit = float(torch.stack([prior.kl_bound(q, s).mean() for s in range(10)]).mean())
    return bounds == sorted(bounds, reverse=True) and abs(limit - flow) < 0.1


@claim("16", "copies-read", "Few codes are copied by the network, all of them are not.")
def many_codes_are_not_copied(seed):
    model, test = vae(seed, 10, 0.1), digits().test

    def rebuilt(x):
        return model.decode(vt.draw(model.encode(x), seed=seed + 5)).mean

    def nearer(images):
        seen = digits().train[:images]
        p = learned(seed, 10, 0.1, images, 1500)()
        made = vt.generate(model, p, 360, seed=seed + 4)
        return vt.copying(made, seen, rebuilt(test)).share

    return nearer(25) > 0.8 and nearer(None) < 0.55


@claim("16", "stages-read", "In two stages the prior adds more with ten latents than with two.")
def ten_latents_leave_more_to_the_second_stage(seed):
    def gain(latents):
        z = vt.draw(vae(seed, latents).encode(digits().test), (2,), seed=seed)
        return under(learned(seed, latents)(), z) - under(vae(seed, latents).prior(), z)

    return gain(10) > max(gain(2), 0) + 0.1


@claim("16", "fixed-text", "From another noise the training codes are dearer by more than a tenth.")
def the_fixed_noise_is_needed(seed):
    z, zeros = vt.draw(codes(seed), seed=seed), torch.zeros(2)
    wide = vt.gaussian(zeros, zeros + math.log(4))
    other = vt.ProbabilityFlow(learned(seed).pull, zeros, base=wide)
    return under(learned(seed)(), z) - under(other, z) > 0.1


@functools.cache
def view(seed):
    return DissolvingCodes(vae(seed), learned(seed), digits())


@claim("16", "view-try", "The arrows differ at small t and agree at 1; longest far from all codes.")
def the_scores_come_together(seed):
    grid, apart = torch.as_tensor(arrow_grid(view(seed).limit)), []
    for t in (0.03, 0.2, 0.5, 1.0):
        view(seed).t = t
        apart.append((view(seed).score("learned") - view(seed).score("exact")).norm(dim=1))
    far = torch.cdist(grid.float(), codes(seed).mean).min(1).values > 1
    total = [float(one.mean()) for one in apart]
    late = apart[2]
    return (
        total == sorted(total, reverse=True)
        and total[-1] < 1e-3
        and (late[far].mean() > 2 * late[~far].mean())
    )


def ends(which, places, seed):
    found = []
    for place in places:
        view(seed).noise = list(place)
        found.append(view(seed).path(which)[-1])
    return torch.stack(found)


@claim("16", "view-try", "In small steps of the noise no end jumps: neighbours stay neighbours.")
def ends_do_not_jump(seed):
    line = [(0.05 * i, 0.1) for i in range(-16, 17)]
    steps = [ends(which, line, seed).diff(dim=0).norm(dim=1) for which in ("learned", "exact")]
    return max(float(one.max()) for one in steps) < 0.25


@claim("16", "view-try", "From corners the learned path ends far outside, the exact mostly nearer.")
def corners_end_outside_by_the_learned_path(seed):
    side = view(seed).limit
    corners = [(a * side, b * side) for a in (-1, 1) for b in (-1, 1)]
    away = [
        torch.cdist(ends(which, corners, seed), codes(seed).mean).min(1).values
        for which in ("learned", "exact")
    ]
    return away[0].mean() > away[1].mean() and away[0].mean() > 1
