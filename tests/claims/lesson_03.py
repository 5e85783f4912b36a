"""Claims of notebook 03: the wrong sign, idle dimensions, the two directions, samples."""

import functools

import numpy as np
import torch
from register import claim, digits, trained
from torch.distributions import Normal

import vaeteach as vt
from vaeteach.widgets.kl_of_two_gaussians import compare


def wrong_sign(model, x, seed=0):
    bound = vt.elbo(model, x, seed=seed)
    return bound._replace(value=bound.log_likelihood + bound.kl)


@claim(
    "03", "sign-read", "With the wrong sign the variance runs away and the total turns positive."
)
def the_variance_runs_away(seed):
    model = vt.build_vae(digits(), latent_dim=8, seed=seed)
    history = vt.fit(
        model, digits(), epochs=8, lr=8e-3, objective=wrong_sign, seed=seed, progress=False
    )
    return history.snapshots[-1].stddev.max() > 100 and history.last() > 0


@claim(
    "03", "sign-read", "With a very large step the objective stops being finite, and fit says so."
)
def a_large_step_is_stopped(seed):
    model = vt.build_vae(digits(), latent_dim=8, seed=seed)
    try:
        vt.fit(model, digits(), epochs=8, lr=10.0, objective=wrong_sign, seed=seed, progress=False)
    except vt.NonFiniteBound as stopped:
        return stopped.step < 20
    return False


@functools.cache
def price(seed):
    """Mean KL of each of eight latents on test digits."""
    model, _ = trained(seed, epochs=20, latent_dim=8)
    q = model.encode(digits().test)
    return vt.kl_standard_normal(q.mu, q.logvar).mean(0)


@claim("03", "spring-read", "Of eight dimensions some are used and some cost almost nothing.")
def some_dimensions_are_idle(seed):
    return (price(seed) > 0.5).sum() >= 2 and (price(seed) < 0.1).sum() >= 1


def noise(seed):
    return np.random.default_rng(seed).standard_normal(10_000)


@claim("03", "bench-try", "A narrow q: KL(p || q) is more than ten times KL(q || p).")
def a_narrow_q_is_dear_in_one_direction(seed):
    forward, back = (
        compare((0.0, -2.0), (0.0, 0.0), noise(seed), reverse)["truth"] for reverse in (False, True)
    )
    return back > 10 * forward


@claim("03", "bench-try", "As p moves away the error grows, but not as a share of the KL.")
def a_distant_p_is_estimated_to_a_smaller_share(seed):
    near, far = (compare((0.0, 0.0), (m, 0.0), noise(seed)) for m in (0.5, 3.0))
    errors = [state["stderr"][-1] for state in (near, far)]
    shares = [state["stderr"][-1] / state["truth"] for state in (near, far)]
    return errors[1] > errors[0] and shares[1] < shares[0]


@claim("03", "bench-try", "A narrower p makes the estimate harder: its error grows tenfold.")
def a_narrow_p_is_hard(seed):
    wide, narrow = (compare((0.0, 0.0), (0.5, s), noise(seed)) for s in (0.0, -2.0))
    return narrow["stderr"][-1] > 10 * wide["stderr"][-1]


@claim(
    "03", "samples-read", "One sample may be negative: it is so in more than a tenth of the draws."
)
def a_single_sample_may_be_negative(seed):
    q, heavy = vt.gaussian(torch.tensor([1.2]), torch.tensor([-1.0])), vt.StudentT(1, df=3.0)()
    terms = vt.kl(q, heavy, vt.draw(q, (5000,), seed=seed))
    return (terms < 0).float().mean() > 0.1


@claim("03", "directions-read", "With the humps at 1.5 the best q of KL(q || p) covers both.")
def close_humps_are_covered(seed):
    z = torch.linspace(-6, 6, 601)
    target = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(torch.tensor([0.4, 0.6])),
        Normal(torch.tensor([-1.5, 1.5]), torch.tensor([0.5, 0.7])),
    )
    grid = torch.cartesian_prod(torch.linspace(-3, 3, 121), torch.linspace(0.2, 3, 113))
    log_q = Normal(grid[:, :1], grid[:, 1:]).log_prob(z)
    mean, _ = grid[(torch.softmax(log_q, 1) * (log_q - target.log_prob(z))).sum(1).argmin()]
    return abs(mean) < 1.0


@claim("03", "bench-try", "A wide q: the integrand is negative near the middle, the area is not.")
def the_integrand_may_be_negative_the_area_not(seed):
    found = [compare((0.0, s), (0.0, 0.0), noise(seed)) for s in (0.3, 0.6, 1.0)]
    negative = all(state["integrand"][np.abs(state["z"]) < 0.5].max() < 0 for state in found)
    areas = [state["integrand"].sum() * (state["z"][1] - state["z"][0]) for state in found]
    return negative and 0 < areas[0] < areas[1] < areas[2]
