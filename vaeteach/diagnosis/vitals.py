"""Vital signs of a trained model, in nats a test image, or shares."""

import copy
import math

import torch
from torch import nn

from ..codes import active_units, surgery_of
from ..distributions import POSTERIORS, draw, encode, generator, kl
from ..models import elbo, iwae_bound, log_prob_of_pixels
from ..support.adam import descend

IMAGES = 200  # test images for what is slow: the tighter bound, and the refit of single posteriors
DRAWS = 8


def vital_signs(model, data, history=None, seed=0):
    """All statistics that `diagnose` judges by, as {name: float}; NaN where one cannot be had.

    data: ImageData; test images for the bound and its parts, training images for q(z). history:
    what `fit` returned; without it the signs `recorded_*`, `kl_weight` and `growth` are NaN, and
    `first_gradient` is that of the model as it is now and not at the start of its training. `TELLS`
    says what each sign is.
    """
    signs = dict.fromkeys(TELLS, math.nan)
    finite = all(bool(torch.isfinite(p).all()) for p in model.parameters())
    stopped = history is not None and "not finite" in str(history.stopped)
    signs["finite"] = float(finite and not stopped)
    signs["latents"] = float(model.prior().event_shape.numel())
    if finite:
        for measure in (_bound, _baselines, _codes, _gradient, _hidden_units, _room_for_q):
            try:
                signs.update(measure(model, data, history, generator(seed)))
            # a model that ran away has no finite codes: the sign stays NaN
            except (ValueError, ArithmeticError):
                pass
    if history is not None:
        signs.update(_recorded(history, signs))
        signs["growth"] = _growth(model, history)
    return signs


TELLS = {
    "finite": "1 if every parameter is finite and training never met an infinite or NaN bound",
    "bound": "ELBO, mean over the test images",
    "log_likelihood": "its first part, log p(x|z)",
    "kl": "its second part, KL(q(z|x) || p(z))",
    "coin_flip": "a decoder that gives every pixel 1/2: -P log 2",
    "mean_image": "the best decoder that ignores z and treats pixels as independent",
    "code_use": "log-likelihood lost when each image is decoded from another image's code",
    "explained": "share of the pixels' variance that decoding the mean of q(z|x) explains",
    "explained_by_pca": "the same for principal components, as many as latents",
    "latents": "D",
    "active": "latents whose posterior mean varies over the images (variance above 0.01)",
    "information": "mutual information of code and image",
    "marginal_kl": "KL(q(z) || p(z))",
    "logvar_low": "smallest log-variance of a q(z|x)",
    "logvar_high": "largest log-variance of a q(z|x)",
    "first_gradient": "norm of the bound's gradient at the encoder's first layer, before training",
    "dead": "share of units in the first hidden layers that never change, over the images",
    "gap": "importance-weighted bound minus ELBO: what q(z|x) loses at least",
    "room_for_q": "ELBO gained by fitting q to single images, starting from the encoder's",
    "kl_weight": "weight of the KL in the recorded objective",
    "recorded_ratio": "recorded log-likelihood over the one measured here",
    "growth": "size of the weights (root mean square) over their size before training",
}


@torch.no_grad()
def _bound(model, data, history, seed):
    terms = [[float(t.mean()) for t in elbo(model, data.test, seed=seed)] for _ in range(DRAWS)]
    log_likelihood, divergence, value = torch.tensor(terms).mean(0).tolist()
    q = model.encode(data.test)
    other = torch.randperm(len(data.test), generator=seed)
    z = draw(q, (DRAWS,), seed)
    swapped = log_prob_of_pixels(model.decode(z[:, other]), data.test).mean()
    # the variance of a model that ran away underflows
    logvar = getattr(q, "logvar", q.variance.log())
    return {
        "bound": value,
        "log_likelihood": log_likelihood,
        "kl": divergence,
        "code_use": log_likelihood - float(swapped),
        "logvar_low": float(logvar.min()),
        "logvar_high": float(logvar.max()),
    }


@torch.no_grad()
def _baselines(model, data, history, seed):
    train, test = data.train, data.test
    signs = {}
    if bool(((train == 0) | (train == 1)).all()):
        on = train.double().mean(0).clamp(0.5 / len(train), 1 - 0.5 / len(train))
        mean_image = (test * on.log() + (1 - test) * torch.log1p(-on)).sum(1).mean()
        signs = {"coin_flip": -train.shape[1] * math.log(2), "mean_image": float(mean_image)}
    spread = (test - train.mean(0)).square().sum()
    rebuilt = model.decode(model.encode(test).mean).mean
    components = min(int(model.prior().event_shape.numel()), *train.shape)
    _, directions = torch.linalg.eigh(torch.cov(train.T))  # the variances ascend
    directions = directions[:, -components:]
    projected = train.mean(0) + (test - train.mean(0)) @ directions @ directions.T
    for name, guess in (("explained", rebuilt), ("explained_by_pca", projected)):
        signs[name] = float(1 - (test - guess).square().sum() / spread)
    return signs


def _codes(model, data, history, seed):
    split = surgery_of(encode(model, data.train), model.prior(), seed, n_samples=3000)
    active = active_units(model, data.train).sum()
    return {
        "active": float(active),
        "information": split.mutual_information,
        "marginal_kl": split.marginal_kl,
    }


def _gradient(model, data, history, seed):
    start = copy.deepcopy(model).requires_grad_(True)
    if history is not None and history.snapshots:
        start.load_state_dict(history.snapshots[0].state)
    first = next((p for p in start.encoder.parameters() if p.ndim > 1), None)
    if first is None:
        return {}
    bound = elbo(start, data.train[:500], seed=seed).value.mean()
    return {"first_gradient": float(torch.autograd.grad(bound, first)[0].norm())}


@torch.no_grad()
def _hidden_units(model, data, history, seed):
    """The first hidden layer of either part, behind its linear map, while images pass."""
    seen, hooks = [], []
    for part in (model.encoder, model.decoder):
        layers = [module for module in part.modules() if not list(module.children())]
        linear = len(layers) > 2 and isinstance(layers[0], nn.Linear)
        if linear and not list(layers[1].parameters()):
            hooks.append(layers[1].register_forward_hook(lambda _, __, out: seen.append(out)))
    try:
        model.decode(draw(model.encode(data.train[:1000]), seed=seed))
    finally:
        for hook in hooks:
            hook.remove()
    seen = [out.flatten(0, -2) for out in seen if torch.is_tensor(out)]
    unchanging = torch.cat([out.var(0) < 1e-8 for out in seen]) if seen else None
    return {} if unchanging is None else {"dead": float(unchanging.float().mean())}


def _room_for_q(model, data, history, seed, steps=100):
    """The gap by many samples, and what a q of its own gains an image.

    Adam on the numbers that the encoder's network hands to its family.
    """
    x = data.test[:IMAGES]
    with torch.no_grad():
        q, prior = model.encode(x), model.prior()
        if not torch.isfinite(q.variance.log()).all() or q.variance.max() > 1e8:
            return {}
        gap = (iwae_bound(model, x, 200, seed) - elbo_of(model, q, prior, x, 64, 1)).mean()
        if hasattr(q, "logvar"):  # whatever the encoder is
            numbers, family = torch.cat([q.mu, q.logvar], -1), POSTERIORS["gaussian"]()
        elif hasattr(model.encoder, "net") and hasattr(model.encoder, "family"):
            numbers, family = model.encoder.net(x), model.encoder.family
        else:
            return {"gap": float(gap)}
    decoder = copy.deepcopy(model).requires_grad_(False)
    numbers = numbers.clone().requires_grad_()
    loss = lambda: -elbo_of(decoder, family(numbers), prior, x, 4, seed).sum()  # noqa: E731
    descend([numbers], loss, steps, 0.1)
    with torch.no_grad():
        gain = elbo_of(model, family(numbers), prior, x, 64, 1) - elbo_of(model, q, prior, x, 64, 1)
    return {"gap": float(gap), "room_for_q": float(gain.mean())}


def elbo_of(model, q, prior, x, draws, seed):
    """The bound (B,) under posteriors q that need not be the encoder's, mean over `draws`."""
    z = draw(q, (draws,), seed)
    divergence = kl(q, prior, z)
    divergence = divergence if divergence.ndim == 1 else divergence.mean(0)
    return log_prob_of_pixels(model.decode(z), x).mean(0) - divergence


def _recorded(history, signs):
    frame = history.frame()
    if not len(frame):
        return {}
    split = "test" if (frame["split"] == "test").any() else "train"
    rows = frame[frame["split"] == split]
    table = rows.pivot(index="epoch", columns="quantity", values="nats").dropna()
    if not len(table) or not (table["kl"] > 0).any():  # an objective that came without named parts
        return {}
    price, divergence = table["log_likelihood"] - table["value"], table["kl"]
    # one row: where the KL is largest the division loses fewest digits
    likeliest = divergence.abs().idxmax()
    ratio = math.nan
    if math.isfinite(signs["log_likelihood"]) and signs["finite"]:
        ratio = float(table["log_likelihood"].iloc[-1]) / signs["log_likelihood"]
    return {"kl_weight": float(price[likeliest] / divergence[likeliest]), "recorded_ratio": ratio}


def _growth(model, history):
    if not history.snapshots:
        return math.nan
    start = history.snapshots[0].state
    weights = {n: p.detach() for n, p in model.named_parameters() if p.ndim > 1 and n in start}
    now = sum(float(p.double().square().sum()) for p in weights.values())
    then = sum(float(start[name].double().square().sum()) for name in weights)
    return (now / then) ** 0.5 if then > 0 else math.nan
