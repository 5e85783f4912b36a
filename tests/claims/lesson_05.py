"""Claims of notebook 05, whose models see 40,000 pictures: 28 epochs of the digits."""

import functools
import itertools

import torch
from register import claim, digits

import vaeteach as vt
from vaeteach.widgets import Traversal


@functools.cache
def trained(seed, latent_dim):
    model = vt.build_vae(digits(), latent_dim=latent_dim, seed=seed)
    vt.fit(model, digits(), epochs=28, seed=seed, progress=False)
    return model.requires_grad_(False)


@claim("05", "cloud-read", "The samples look more like a draw of the prior than the means do.")
def samples_match_better_than_means(seed):
    q, p = trained(seed, 2).encode(digits().train), vt.StandardNormal(2)()
    prior = vt.draw(p, (len(q.mean),), seed=seed).double().numpy()
    far = [
        vt.codes.two_sample_statistics(codes.double().numpy(), prior)["KL by nearest neighbours"]
        for codes in (q.mean, vt.draw(q, seed=seed))
    ]
    return far[0] > 1.5 * far[1]


@claim("05", "ellipses-read", "Ellipses are small against the prior, and few contain the centre.")
def ellipses_are_small_and_off_the_centre(seed):
    q = trained(seed, 2).encode(digits().train[:1500])
    holds = (q.mean / q.stddev).square().sum(1) < 4
    return q.stddev.mean() < 0.4 and holds.float().mean() < 0.2


@claim("05", "quantile-read", "In the outskirts the digits look firmer than in the middle.")
def digits_are_firmer_far_out(seed):
    steps = torch.linspace(-3, 3, 13)
    z = torch.cartesian_prod(steps, steps)
    undecided = trained(seed, 2).decode(z).base_dist.entropy().mean(1)
    far = z.norm(dim=1) > 2
    return undecided[far].mean() < undecided[~far].mean()


@claim("05", "norms-read", "Every dimension gives the shell about 1; in idle ones it is noise.")
def the_shell_is_half_noise(seed):
    q = trained(seed, 10).encode(digits().train)
    nats = vt.kl_standard_normal(q.mean, q.variance.log()).mean(0)
    squares, noise = vt.draw(q, seed=seed).square().mean(0), q.variance.mean(0)
    idle = nats < 0.1
    each = bool(((squares > 0.8) & (squares < 1.25)).all())
    return each and bool((noise[idle] > 0.75 * squares[idle]).all())


@claim("05", "clouds-read", "MNIST: on the shell with 20 latents, beyond it with 2, less noise.")
def large_pictures_lie_on_the_same_shell(seed):
    table = vt.results.read("clouds")
    rows = table[table.seed == seed].set_index(["pictures", "latents"])
    small, large = rows.loc[("digits", 20)], rows.loc[("mnist", 20)]
    shell = all(abs(row["radius"] / 20**0.5 - 1) < 0.05 for row in (small, large))
    return (
        shell
        and large["used"] > small["used"]
        and large["radius of means"] > 1.2 * small["radius of means"]
        and rows.loc[("mnist", 2), "radius"] > 1.2 * rows.loc[("digits", 2), "radius"]
    )


@claim("05", "interpolate-read", "Half way the straight line has lost a factor of about sqrt 2.")
def the_straight_line_loses_norm(seed):
    a, b = vt.draw(vt.StandardNormal(10)(), (2, 500), seed=seed)
    return abs(float(((a + b) / 2).norm(dim=1).mean() / a.norm(dim=1).mean()) - 0.5**0.5) < 0.03


@claim("05", "angles-read", "Each factor lies close to an axis in most seeds, but not in all.")
def an_axis_is_a_habit_and_no_promise(seed):
    angles = vt.results.read("glyph_axes")[["slant from axis", "thickness from axis"]].max(axis=1)
    return (angles < 10).mean() > 0.5 and angles.max() > 20


@functools.cache
def moved(seed):
    """Change of the picture along the first and the last slider; how alike the first's changes are.

    And the share of codes with a lower density than the likeliest place with three sliders at ends.
    """
    model = trained(seed, 10)
    view, q = Traversal(model, digits()), model.encode(digits().train)

    def change(slider):
        before, ends = slider.value, []
        for end in (slider.min, slider.max):
            slider.value = end
            ends.append(view.picture)
        slider.value = before
        return ends[1] - ends[0]

    size = [float(change(view.sliders[i]).abs().mean()) for i in (0, -1)]
    corners, first = [], []
    for image in range(8):
        view.start_at.value = image
        first.append(change(view.sliders[0]))
    alike = torch.corrcoef(torch.stack(first))[~torch.eye(8, dtype=torch.bool)].median()
    view.start_at.value = 0
    for ends in itertools.product(("min", "max"), repeat=3):
        for slider, end in zip(view.sliders, ends):
            slider.value = getattr(slider, end)
        corners.append(view.z)
    average = vt.AggregatePosterior.of(q)
    usual = average.log_prob(vt.draw(q, seed=seed))
    return size, alike, (usual < average.log_prob(torch.stack(corners)).max()).float().mean()


@claim("05", "traverse-try", "The last slider, of almost no nats, hardly changes the picture.")
def an_idle_latent_changes_nothing(seed):
    first, last = moved(seed)[0]
    return last < 0.1 * first


@claim(
    "05", "traverse-try", "From other pictures the first latent does nearly the same, not quite."
)
def a_latent_does_nearly_the_same_elsewhere(seed):
    return 0.6 < moved(seed)[1] < 0.97


@claim("05", "traverse-try", "Hardly any code lies near three ends at once.")
def three_ends_at_once_are_rare(seed):
    return moved(seed)[2] < 0.02
