"""Claims of notebook 11: machines of bits, each trained as there, under other seeds."""

import functools

import torch
from register import claim, digits

import vaeteach as vt
from vaeteach.machines import record, refit_recognition


@functools.cache
def film(seed):
    """The RBM of the lesson with its two sides and log p(x) after each epoch."""
    data, seen = digits(), []
    rbm = vt.RBM(data.pixels, 10, seed=seed)

    @torch.no_grad()
    def look(epoch):
        seen.append((rbm.hidden_marginal(), rbm.log_prob(data.test).mean()))

    recipe = dict(batch_size=50, lr=0.2, k=5, persistent=True, seed=seed, progress=False)
    vt.contrastive_divergence(rbm, data.train, epochs=60, on_epoch=look, **recipe)
    return rbm.requires_grad_(False), *map(torch.stack, zip(*seen))


@functools.cache
def machine(samples, learns, seed):
    model = vt.HelmholtzMachine([digits().pixels, 8], learn_prior=learns, seed=seed)
    options = dict(lr=4e-2, batch_size=128, n_samples=samples, seed=seed)
    vt.WakeSleep(model, digits().train, **options).train(20, progress=False)
    return model.requires_grad_(False)


def log_p(model):
    return float(model.exact(digits().test).log_marginal.mean())


def floor():
    on = (digits().train.sum(0) + 0.5) / (len(digits().train) + 1)
    return float(torch.distributions.Bernoulli(on).log_prob(digits().test).sum(1).mean())


@functools.cache
def aims(seed):
    """The training bound as wake-sleep left it, and fitted to dreams and to the bound."""
    train, base = digits().train, machine(1, True, seed)
    fitted = [refit_recognition(base, train, to) for to in ("dreams", "bound")]
    return [float(one.exact(train).elbo.mean()) for one in (base, *fitted)]


@claim("11", "rbm-read", "After one epoch all units stand together, and log p(x) is no better.")
def units_begin_as_one_common_bias(seed):
    _, prior, test = film(seed)
    return (
        bool(prior[1].min() > 0.6 and prior[1].max() - prior[1].min() < 0.2)
        and test[1] < floor() + 0.1
    )


@claim("11", "rbm-read", "Then most units fall back towards one half while log p(x) climbs.")
def most_units_fall_back(seed):
    _, prior, test = film(seed)
    back = (prior[-1] - 0.5).abs() < (prior[1] - 0.5).abs()
    return int(back.sum()) >= 6 and test[-1] > test[1] + 5


@claim("11", "rbm-pinned-read", "Every unit at one half costs less than a nat.")
def pinning_costs_less_than_a_nat(seed):
    rbm, *_ = film(seed)
    x, pinned = digits().test, rbm.with_hidden_marginal(0.5)
    cost = (rbm.log_prob(x) - pinned.log_prob(x)).mean()
    return 0.1 < float(cost) < 1.0


@claim("11", "rbm-pinned-read", "The pinned units hang together at least as strongly as before.")
def pinned_units_still_hang_together(seed):
    rbm, *_ = film(seed)
    return bool(rbm.with_hidden_marginal(0.5).total_correlation() > rbm.total_correlation() > 0.1)


@claim("11", "rbm-ais-read", "The three ways end within a few tenths of a nat of each other.")
def the_ways_of_training_end_close_together(seed):
    ends = []
    for way in ({}, {"k": 5}, {"k": 5, "persistent": True}):
        rbm = vt.RBM(digits().pixels, 10, seed=seed)
        options = dict(epochs=15, batch_size=50, lr=0.2, seed=seed, progress=False)
        vt.contrastive_divergence(rbm, digits().train, **options, **way)
        ends.append(float(rbm.log_prob(digits().test).mean().detach()))
    return max(ends) - min(ends) < 0.4


@claim("11", "sleep-aims-read", "Fitted to dreams, recognition ends below what it can reach.")
def dreams_end_below_the_best_bound(seed):
    _, dreams, bound = aims(seed)
    return 0.01 < bound - dreams < 0.2


@claim("11", "sleep-aims-read", "Most of what is missing at first has not converged.")
def most_that_is_missing_has_not_converged(seed):
    left, dreams, bound = aims(seed)
    return dreams - left > bound - dreams


@claim("11", "reweighted-read", "Reweighting gains about a nat.")
def reweighting_gains_about_a_nat(seed):
    return 0.6 < log_p(machine(5, True, seed)) - log_p(machine(1, True, seed)) < 2


@claim("11", "reweighted-read", "A plain machine that is trained for longer has caught up.")
def a_plain_machine_catches_up(seed):
    model = vt.HelmholtzMachine([digits().pixels, 8], seed=seed)
    trainer = vt.WakeSleep(model, digits().train, lr=4e-2, batch_size=128, seed=seed)
    for _ in range(40):
        for phase in (trainer.wake, trainer.sleep):
            for _ in range(12):
                phase()
    return log_p(model) > log_p(machine(5, True, seed)) - 0.1


@claim("11", "reweighted-read", "On these digits the frozen prior costs nothing that shows.")
def freezing_shows_no_cost_on_digits(seed):
    return abs(log_p(machine(5, True, seed)) - log_p(machine(5, False, seed))) < 0.25


@functools.cache
def recorded(seed, learns):
    """Half of the days and nights that the view plays."""
    machine = vt.HelmholtzMachine([digits().pixels, 8], learn_prior=learns, seed=seed)
    trainer = vt.WakeSleep(machine, digits().train, lr=4e-2, batch_size=128, seed=seed)
    return record(trainer, 20, digits().test, progress=False)


@claim(
    "11", "view-try", "By day the bars move towards the dots; by night the dots move, bars stand."
)
def bars_move_by_day_and_dots_by_night(seed):
    moments = recorded(seed, True)
    for start, day, night in zip(moments[0:6:2], moments[1:6:2], moments[2:7:2]):
        nearer = (day.prior - day.average).abs().mean() < (start.prior - day.average).abs().mean()
        stand = (day.average == start.average).all() and (night.prior == day.prior).all()
        if not (nearer and stand and (night.average - day.average).abs().max() > 0.02):
            return False
    return True


@claim("11", "view-try", "Frozen: the dots end nearer to one half than where the prior learns.")
def dots_gather_around_a_frozen_prior(seed):
    off = [(recorded(seed, learns)[-1].average - 0.5).abs().mean() for learns in (False, True)]
    return off[0] < 0.06 and off[0] < off[1]
