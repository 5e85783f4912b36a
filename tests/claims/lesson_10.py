"""Claims of notebook 10: four models under another seed, and what is sampled from them."""

import functools

import torch
from register import claim, digits

import vaeteach as vt
from vaeteach.widgets import WhereToSample

KINDS = ("normal", "mixture", "aggregate")


def fitted(latents, beta, seed):
    """The models after the first and after the last epoch, trained as in the lesson."""
    data = digits()

    def objective(model, x, seed):
        return vt.elbo(model, x, beta=beta, seed=seed)

    model = vt.build_vae(data, latents, seed=seed)
    recipe = dict(epochs=20, objective=objective, seed=seed, progress=False)
    past = vt.fit(model, data, **recipe)
    early = vt.build_vae(data, latents, seed=seed)
    early.load_state_dict(past.snapshots[1].state)
    return early.requires_grad_(False), model.requires_grad_(False)


@functools.cache
def models(seed):
    early, two = fitted(2, 1.0, seed)
    ten, needles = fitted(10, 1.0, seed)[1], fitted(10, 0.1, seed)[1]
    return {"two": two, "early": early, "ten": ten, "needles": needles}


@functools.cache
def places(name, seed):
    model = models(seed)[name]
    codes = {kind: vt.fit_codes(model, digits().train, kind) for kind in KINDS}
    return {"prior": model.prior(), **codes}


@functools.cache
def features():
    return vt.DigitFeatures(digits())


@functools.cache
def distance(name, kind, seed):
    size = len(digits().train)
    source = places(name, seed)[kind]
    pictures = vt.generate(models(seed)[name], source, size, seed=seed, pixels="draw")
    return vt.frechet_distance(features()(pictures), features()(digits().test))


def saved(name, kind, seed):
    return distance(name, "prior", seed) - distance(name, kind, seed)


@functools.cache
def gain(name, part, seed):
    model, x = models(seed)[name], getattr(digits(), part)
    z = vt.draw(model.encode(x), seed=0)
    new_prior = places(name, seed)["aggregate"]
    return float((new_prior.log_prob(z) - model.prior().log_prob(z)).mean())


def nearer(name, kind, seed):
    """Share of samples (or, kind "train", of rebuilt training pictures) nearer than test ones."""
    data, model = digits(), models(seed)[name]
    test, train = (
        model.decode(vt.draw(model.encode(x), seed=5)).mean for x in (data.test, data.train)
    )
    if kind == "train":
        return vt.copying(train, data.train, test).share
    made = vt.generate(model, places(name, seed)[kind], len(train), seed=4)
    return vt.copying(made, data.train, test).share


@claim("10", "gain-read", "Bound-trained: less than a nat gained; ten latents: partly memory.")
def gains_of_bound_trained_models(seed):
    small = all(gain(name, "train", seed) < 1 for name in ("two", "early", "ten"))
    same = abs(gain("two", "train", seed) - gain("two", "test", seed)) < 0.15
    return small and same and gain("ten", "train", seed) > gain("ten", "test", seed) + 0.05


@claim(
    "10", "gain-read", "With needles the new prior wins nats in training and loses more in test."
)
def needles_lose_on_test_pictures(seed):
    return gain("needles", "train", seed) > 5 and gain("needles", "test", seed) < -10


@claim("10", "distances-read", "Two latents: the aggregate is a little nearer than the prior.")
def two_latents_gain_a_little(seed):
    return 0 < saved("two", "aggregate", seed) < 0.3


@claim(
    "10",
    "distances-read",
    "After one epoch all samplers are far from the floor, and the codes no help.",
)
def early_codes_are_no_better(seed):
    nearest = min(distance("early", kind, seed) for kind in ("prior", *KINDS))
    return nearest > 0.3 and saved("early", "aggregate", seed) < 0.1


@claim("10", "distances-read", "Ten latents: aggregate and mixture are nearer than the prior.")
def ten_latents_gain(seed):
    return min(saved("ten", "aggregate", seed), saved("ten", "mixture", seed)) > 0.01


@claim("10", "distances-read", "beta = 0.1: prior, normal, mixture, aggregate in this order.")
def needles_have_a_clear_order(seed):
    prior, *others = (distance("needles", kind, seed) for kind in ("prior", *KINDS))
    return prior > others[0] > max(others[1:])


def one_picture(name, seed):
    """Precision and recall of samples of one picture's posterior."""
    model, real = models(seed)[name], digits().test
    q = vt.fit_codes(model, real[:1])
    made = vt.generate(model, q, len(real), seed=seed, pixels="draw")
    return vt.precision_recall(features()(real), features()(made))


@claim("10", "quality-read", "One picture's neighbourhood: precise, and blind to the rest.")
def one_picture_is_precise_and_blind(seed):
    few, needles = one_picture("two", seed), one_picture("needles", seed)
    return needles.precision > 0.9 and needles.recall < 0.15 < few.recall < 0.5


@claim(
    "10", "copies-read", "Trained models: the prior's samples are farther than rebuilt pictures."
)
def the_priors_samples_are_farther(seed):
    names = "two", "ten", "needles"
    return all(nearer(name, "prior", seed) < 0.48 < nearer(name, "train", seed) for name in names)


@claim("10", "copies-read", "Two latents: even rebuilt training pictures are not recognised.")
def two_latents_cannot_show_copies(seed):
    return abs(nearer("two", "train", seed) - 0.5) < 0.05


@claim("10", "copies-read", "With needles the aggregate reaches the ceiling, the mixture does not.")
def needles_are_copies(seed):
    ceiling = nearer("needles", "train", seed)
    reached = abs(nearer("needles", "aggregate", seed) - ceiling) < 0.03
    return ceiling > 0.65 and reached and nearer("needles", "mixture", seed) < 0.5


@functools.cache
def restored(seed):
    """Score of the hidden half by three guessers; share of right pixels after noise by four."""
    model, x = models(seed)["two"], digits().test
    seen = torch.arange(x.shape[1]) < x.shape[1] // 2

    def mass(grid):
        return (grid.log_density + grid.log_weight).exp().flatten(1).float()

    def score(p):
        p = p[:, ~seen].clamp(1e-3, 1 - 1e-3)
        return float(torch.where(x[:, ~seen] == 1, p, 1 - p).log().sum(1).mean())

    grid = vt.posterior_grid(model, x, points=61, observed=seen)
    nodes = grid.nodes.float()
    pi = model.decode(nodes).mean
    chain = torch.stack([vt.inpaint(model, x, seen, steps=20, seed=s) for s in range(20)]).mean(0)
    blind = digits().train.mean(0).expand_as(x)
    hidden = [score(p) for p in (blind, chain, mass(grid) @ pi)]

    flipped = torch.rand(x.shape, generator=torch.Generator().manual_seed(seed)) < 0.2
    noisy = torch.where(flipped, 1 - x, x)
    told = 0.8 * pi + 0.2 * (1 - pi)
    log_told = noisy @ told.log().T + (1 - noisy) @ (1 - told).log().T
    weights = torch.softmax(log_told + model.prior().log_prob(nodes), 1)
    untold = mass(vt.posterior_grid(model, noisy, points=61)) @ pi
    clean = model.decode(model.encode(x).mean).mean
    guesses = noisy, untold, weights @ pi, clean
    return hidden, [float(((p > 0.5) == (x > 0.5)).float().mean()) for p in guesses]


@claim("10", "measure-read", "q then p beats the pixel frequencies and stays short of the exact.")
def filling_in_has_an_order(seed):
    blind, chain, exact = restored(seed)[0]
    return blind < chain < exact


@claim(
    "10", "measure-read", "Told of the noise beats not told, and comes close to the clean picture."
)
def being_told_of_the_noise_helps(seed):
    _, untold, told, clean = restored(seed)[1]
    return untold < told < clean < told + 0.03


@functools.cache
def view(seed):
    shown = {name: models(seed)[name] for name in ("two", "needles")}
    return WhereToSample(shown, digits(), features())


@functools.cache
def seen(name, sampler, seed):
    """What the view shows: samples' distance to the nearest code, precision, recall."""
    view(seed).model.value, view(seed).sampler.value, view(seed).seed.value = name, sampler, 0
    state = view(seed).state()
    away = torch.cdist(torch.tensor(state["samples"]), torch.tensor(state["codes"])).min(1).values
    return float(away.mean()), state["precision"], state["recall"]


@claim(
    "10", "bench-try", "Needles: aggregate and mixture change places; one q(z|x) is always last."
)
def the_two_nearest_change_places(seed):
    first, last = set(), set()
    view(seed).model.value = "needles"
    for redraw in range(10):
        view(seed).seed.value = redraw
        distances = view(seed).state()["distances"]
        first.add(min(distances, key=distances.get))
        last.add(max(distances, key=distances.get))
    return first == {"mixture", "aggregate"} and last == {"one q(z|x)"}


@claim("10", "bench-try", "Samples of the prior lie farther from the codes than the aggregate's.")
def samples_of_the_prior_lie_farther_from_codes(seed):
    return all(
        seen(name, "prior", seed)[0] > seen(name, "aggregate", seed)[0]
        for name in ("two", "needles")
    )


@claim("10", "bench-try", "One q(z|x): the precision stays high and the recall collapses.")
def one_posterior_is_precise_and_recalls_little(seed):
    rows = [(seen(m, "prior", seed), seen(m, "one q(z|x)", seed)) for m in ("two", "needles")]
    return all(one[1] > 0.7 and one[2] < 0.6 * prior[2] for prior, one in rows)
