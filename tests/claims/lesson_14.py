"""Claims of notebook 14, whose models are trained for 20 epochs."""

import functools

import torch
from register import claim, digits
from sklearn.linear_model import LogisticRegression

import vaeteach as vt
from vaeteach import models
from vaeteach.widgets import TwoLevels


@functools.cache
def trial(name, seed):
    return vt.kept_trial(name, digits(), seed=seed, epochs=20)


@functools.cache
def levels(way, seed):
    """What the lower and the upper level cost, and log p(x): means over test pictures."""
    model = models.build_two_levels(digits(), vt.HierarchicalPrior(2, seed=seed), way, seed=seed)
    options = dict(epochs=20, batch_size=64, lr=8e-3, seed=seed, progress=False)
    vt.fit(model, digits().train, objective=models.two_level_elbo, **options)
    model.requires_grad_(False)
    parts = [model.levels(digits().test, seed=s) for s in range(5)]
    lower, upper = (torch.stack(part).mean() for part in list(zip(*parts))[1:])
    return lower, upper, vt.log_marginal(model, digits().test, 91, box=(-9, 9)).mean()


@functools.cache
def of_labels(seed):
    """Log p(x|c) + log p(c) of test pictures, (B, C)."""
    model, columns = trial("conditional, with labels", seed), []
    for digit in range(10):
        own = vt.LearnedNormal(2)
        own.load_state_dict({"mu": model.prior.mu[digit], "logvar": model.prior.logvar[digit]})
        one = vt.VAE(model.encoder, model.decoder, own)
        columns.append(vt.log_marginal(one, digits().test, 91, box=(-8, 8)))
    return torch.stack(columns, 1) + model.prior.logits.log_softmax(0)


@functools.cache
def plain():
    """A classifier of pixels."""
    return LogisticRegression(max_iter=1000).fit(digits().train, digits().train_labels)


def accuracy(scores):
    return float((scores.argmax(1) == digits().test_labels).float().mean())


@claim("14", "prior-only-read", "The price falls as the marginal KL does; test pictures gain.")
def a_learned_prior_wins_the_marginal_kl(seed):
    start = trial("standard normal", seed)
    fitted = vt.VAE(start.encoder, start.decoder, vt.HierarchicalPrior(2))
    options = dict(epochs=15, batch_size=64, lr=1e-2, seed=seed, progress=False)
    vt.fit(fitted, digits().train, **options)
    fitted.requires_grad_(False)
    before, after = (vt.surgery(m, digits().train) for m in (start, fitted))
    gain = [vt.log_marginal(m, digits().test, 91, box=(-9, 9)).mean() for m in (start, fitted)]
    fall = before.mean_kl - after.mean_kl
    noise = before.marginal_kl_error + after.sum_error
    agree = abs(fall - before.marginal_kl + after.marginal_kl) < 4 * noise
    return agree and fall > 0.02 and gain[1] > gain[0]


@claim("14", "two-ways-read", "From below the upper level is nearly dead.")
def from_below_the_upper_level_is_nearly_dead(seed):
    lower, upper, _ = levels(models.BottomUp, seed)
    return upper < 0.15 * lower


@claim("14", "two-ways-read", "An upper level in use, from above, is no sign of a better model.")
def the_ladder_is_not_clearly_the_better_model(seed):
    from_below, from_above = (levels(way, seed)[2] for way in (models.BottomUp, models.TopDown))
    return bool(from_above < from_below + 0.3)


@claim("14", "fall-read", "The fall is close to I(z;c), which stays below the labels' entropy.")
def the_label_saves_what_the_code_tells_about_it(seed):
    model, c = trial("conditional, with labels", seed), digits().train_labels
    q = model.encode(digits().train)
    z = vt.draw(q, (2,), seed=seed)
    log_class = torch.empty(z.shape[:2])
    for digit in range(10):
        of_digit = vt.AggregatePosterior(model, digits().train[c == digit])
        log_class[:, c == digit] = of_digit.log_prob(z[:, c == digit])
    information = (log_class - vt.AggregatePosterior.of(q).log_prob(z)).mean()
    fall = (vt.kl(q, model.prior(), z).mean(0) - vt.kl(q, model.prior.given(c))).mean()
    return abs(fall - information) < 0.4 and information < 2.302


@claim("14", "bayes-read", "Better than chance by far, worse than a plain classifier.")
def bayes_is_between_chance_and_a_plain_classifier(seed):
    score = plain().score(digits().test, digits().test_labels)
    return 0.5 < accuracy(of_labels(seed)) < score - 0.03


@functools.cache
def view(seed):
    labelled = trial("conditional, with labels", seed)
    return TwoLevels(trial("hierarchical, a plane above", seed), labelled, digits())


@functools.cache
def edge():
    """Places of the upper plane at distance 3 from the middle, (24, 2)."""
    turns = torch.arange(24) * torch.pi / 12
    return 3 * torch.stack([turns.cos(), turns.sin()], 1)


@claim(
    "14", "view-try", "From the middle to the edge the ellipse moves, and turns narrow somewhere."
)
def ellipses_are_narrower_at_the_edge(seed):
    middle, far = (view(seed).model.prior.given(u) for u in (torch.zeros(2), edge()))
    moved = (far.mean - middle.mean).norm(dim=1).max()
    return moved > 1 and far.stddev.min() < 0.75 * middle.stddev.min()


@claim("14", "view-try", "Where no dot lies above, there is hardly a hole below.")
def no_dot_above_is_hardly_a_hole_below(seed):
    model = view(seed).model
    average = vt.AggregatePosterior(model, digits().train)
    rare = average.log_prob(vt.draw(average, (2000,), seed=seed)).quantile(0.05)
    _, above = view(seed)._codes(model)
    empty = edge()[torch.cdist(edge(), torch.as_tensor(above).float()).min(1).values > 0.3]
    z = vt.draw(model.prior.given(empty), (20,), seed=seed)
    return len(empty) > 5 and (average.log_prob(z) > rare).float().mean() > 0.6
