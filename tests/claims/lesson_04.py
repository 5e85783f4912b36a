"""Claims of notebook 04, whose models see 40,000 pictures: 28 epochs of the digits."""

import functools

import torch
from register import claim, digits
from torch.nn.functional import binary_cross_entropy_with_logits

import vaeteach as vt


def by_weight(seed):
    """Rows of one seed, by the weight of the KL."""
    table = vt.results.read("matching").query("penalty == 'KL'")
    return table[table.seed == seed].set_index("beta").sort_index()


@functools.cache
def fitted(objective, seed, epochs=28):
    """(model, history), trained for another objective."""
    model = vt.build_vae(digits(), latent_dim=2, seed=seed)
    recipe = dict(epochs=epochs, objective=objective, seed=seed, progress=False)
    history = vt.fit(model, digits(), **recipe)
    return model.requires_grad_(False), history


def cut(model, x, seed):
    q = model.encode(x)
    z = vt.draw(q, seed=seed).detach()
    return model.decode(z).log_prob(x) - vt.kl(q, model.prior())


def no_noise_no_kl(model, x):
    return model.decode(model.encode(x).mean).log_prob(x)


def noise_no_kl(model, x, seed):
    return model.decode(vt.draw(model.encode(x), seed=seed)).log_prob(x)


def kl_no_noise(model, x):
    q = model.encode(x)
    return model.decode(q.mean).log_prob(x) - vt.kl(q, model.prior())


def test_bound(model):
    draws = [vt.elbo(model, digits().test, seed=s).value.mean() for s in range(10)]
    return float(torch.stack(draws).mean())


def in_use(model):
    """Nats of each latent on the test pictures."""
    q = model.encode(digits().test)
    return vt.kl_standard_normal(q.mu, q.logvar).mean(0)


@claim(
    "04", "curves-read", "The log-likelihood climbs, the KL climbs with it, and the bound rises."
)
def both_terms_climb(seed):
    rows = fitted(vt.elbo, seed)[1].frame().query("split == 'test'")
    wide = rows.pivot(index="epoch", columns="quantity", values="nats")
    return bool((wide.iloc[-1] > wide.iloc[0] + 0.5).all())


def variances(seed):
    """Of one latent's gradient: reparameterised, score function, with baseline."""
    model, picture = fitted(vt.elbo, seed)[0], digits().test[:1]
    q = model.encode(picture)
    latent = int(vt.kl_standard_normal(q.mu, q.logvar)[0].argmax())
    z = vt.draw(q, (4000,), seed=seed)[:, 0].requires_grad_()
    value = model.decode(z).log_prob(picture)
    slope = torch.autograd.grad(value.sum(), z)[0][:, latent]
    value, score = value.detach(), ((z.detach() - q.mean) / q.variance)[:, latent]
    return slope.var(), (value * score).var(), ((value - value.mean()) * score).var()


@claim("04", "gradient-read", "The baseline helps a lot, and the reparameterisation more.")
def the_reparameterised_gradient_has_the_least_variance(seed):
    path, score, baseline = variances(seed)
    return path < baseline < score / 3


@claim("04", "cut-read", "The draw cut: KL zero, and the bound of one average picture.")
def cutting_the_draw_kills_the_codes(seed):
    model, _ = fitted(cut, seed, epochs=7)
    mean = digits().train.mean(0).clamp(1e-3, 1 - 1e-3)
    average = torch.distributions.Bernoulli(mean).log_prob(digits().test).sum(1).mean()
    return in_use(model).sum() < 0.01 and abs(test_bound(model) - float(average)) < 0.5


def without_constant(model, x, seed):
    q = model.encode(x)
    logits = model.decoder.net(vt.draw(q, seed=seed))
    entropy = binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)
    return -entropy - vt.kl(q, model.prior())


@functools.cache
def grey():
    """Training and test digits in grey, dequantised."""
    data = vt.load("digits")
    levels = len(data.train.unique())
    parts = []
    for seed, images in enumerate((data.train, data.test)):
        uniform = torch.rand(images.shape, generator=torch.Generator().manual_seed(seed))
        parts.append(((levels - 1) * images + uniform) / levels)
    return parts


def log_density(objective, seed):
    """The bound on grey test pictures: outputs as parameters, and as means."""
    train, test = grey()
    model = vt.build_vae(train, 2, likelihood="continuous_bernoulli", seed=seed)
    vt.fit(model, train, epochs=14, objective=objective, seed=seed, progress=False)
    with torch.no_grad():
        q, likelihood = model.encode(test), model.decoder.likelihood
        h = model.decoder.net(vt.draw(q, seed=0))
        mapped = likelihood.parameter_of_mean(h.sigmoid().clamp(1e-3, 1 - 1e-3))
        price = vt.kl(q, model.prior())
        return [float((likelihood(y).log_prob(test) - price).mean()) for y in (h, mapped)]


@claim(
    "04", "normaliser-verdict", "With the constant > without, as means > without, as parameters."
)
def the_constant_decides_what_outputs_mean(seed):
    full, _ = log_density(vt.elbo, seed)
    careless, mapped = log_density(without_constant, seed)
    return careless + 10 < mapped < full


@claim("04", "beta-read", "With a larger weight the code gets cheaper and says less.")
def weight_makes_codes_cheap_and_silent(seed):
    runs = by_weight(seed)
    said = runs["test bound"] + runs["test KL"]
    return runs["test KL"].is_monotonic_decreasing and said.is_monotonic_decreasing


@claim("04", "beta-read", "The smallest weight has the largest gap; beta = P collapses.")
def small_weights_learn_single_pictures(seed):
    runs = by_weight(seed)
    gap = runs["training bound"] - runs["test bound"]
    return gap.idxmax() == 0.1 and runs["test KL"][64] < 0.01


@claim("04", "beta-read", "One half and one are close, on training and on test pictures.")
def half_and_one_are_close(seed):
    bounds = by_weight(seed)[["training bound", "test bound"]]
    return bool(((bounds.loc[0.5] - bounds.loc[1.0]).abs() < 0.7).all())


@claim("04", "noise-and-kl-read", "Only noise and KL together keep the codes where the prior is.")
def noise_and_kl_keep_the_codes_together(seed):
    both, silent, free, neither = (
        vt.moments(fitted(objective, seed)[0], digits().train)
        for objective in (vt.elbo, kl_no_noise, noise_no_kl, no_noise_no_kl)
    )
    kept = bool(((both.variance > 0.75) & (both.variance < 1.35)).all())
    apart = min(free.between.mean(), neither.between.mean()) > 3
    return kept and apart and silent.between.mean() < 0.5 and silent.within.mean() > 0.9


@claim("04", "noise-and-kl-read", "With KL and no noise the decoder's first weights grow.")
def without_noise_the_weights_grow(seed):
    shrunk, usual = (
        fitted(objective, seed)[0].decoder.net[0].weight.norm()
        for objective in (kl_no_noise, vt.elbo)
    )
    return shrunk > 1.15 * usual


@claim("04", "noise-and-kl-read", "At the mean of q the three others describe pictures better.")
def good_reconstructions_say_nothing_of_the_prior(seed):
    vae, *others = (
        fitted(objective, seed)[0]
        for objective in (vt.elbo, kl_no_noise, noise_no_kl, no_noise_no_kl)
    )

    def at_the_mean(model):
        x = digits().test
        return model.decode(model.encode(x).mean).log_prob(x).mean()

    return all(at_the_mean(vae) < at_the_mean(other) for other in others)


@claim("04", "warm-up-read", "Remedies keep as many latents or more in use, for a lower bound.")
def remedies_fill_latents_and_lower_the_bound(seed):
    runs = vt.results.read("warm_up")
    runs = runs[runs.seed == seed].set_index("way")
    bound, alive, last = runs["test bound"], runs["above 0.1 nat"], runs["kl 10"]
    filled = last["plain"] < 0.1 and last["free bits"] > 0.2
    return filled and (bound["plain"] > bound.drop("plain")).all() and alive.idxmin() == "plain"


@claim("04", "live-try", "With beta = 4 the codes stay nearer to the origin.")
def a_large_weight_holds_the_codes(seed):
    heavy = fitted(functools.partial(vt.elbo, beta=4.0), seed)[0]
    far = [vt.moments(m, digits().train).between.mean() for m in (heavy, fitted(vt.elbo, seed)[0])]
    return far[0] < 0.5 * far[1]


@functools.cache
def with_settings(seed, **settings):
    model = vt.build_vae(digits(), seed=seed, **settings)
    vt.fit(model, digits(), epochs=28, seed=seed, progress=False)
    return model


@claim("04", "live-try", "Width 8, or ten latents: the log-likelihood changes most.")
def the_log_likelihood_changes_most(seed):
    def terms(model):
        return torch.stack([term.mean() for term in vt.elbo(model, digits().test, seed=0)]).detach()

    usual = terms(fitted(vt.elbo, seed)[0])
    others = with_settings(seed, hidden=8), with_settings(seed, latent_dim=10)
    return all((terms(model) - usual).abs().argmax() == 0 for model in others)
