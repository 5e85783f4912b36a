"""What a dashboard of a training shows, as arrays that a figure and a view can draw."""

import copy

import torch

from ..codes import moments_of
from ..distributions import draw, kl_standard_normal
from ..models import elbo


def dashboard(model, data, history, pictures=12):
    """Everything that `plots.draw_dashboard` draws, as a dict of arrays; no verdict is in it.

    epochs and terms: the recorded log-likelihood, kl and value of the test images (M,). codes: one
    draw for each training image in the two latents whose means vary most (N, 2), their numbers in
    `latents`; within, between, kl: (D,), of the training images. gradients: norm at each weight
    matrix of the encoder before training. images and
    rebuilt: (pictures, P). A model that ran away has infinities here.
    """
    with torch.no_grad():
        q = model.encode(data.train)
        m = moments_of(q)
        order = torch.nan_to_num(m.between, nan=0.0).argsort(descending=True)[:2]
        latents = sorted(order.tolist()) if len(order) == 2 else order.tolist() * 2
        images = data.test[:pictures]
        rebuilt = model.decode(model.encode(images).mean).mean
        divergence = kl_standard_normal(q.mean, getattr(q, "logvar", q.variance.log())).mean(0)
        codes = draw(q)[:, latents]
    frame = history.frame()
    frame = frame[frame["split"] == "test"].pivot(index="epoch", columns="quantity", values="nats")
    return {
        "epochs": frame.index.to_numpy(),
        "terms": {name: frame[name].to_numpy() for name in ("log_likelihood", "kl", "value")},
        "codes": codes.numpy(),
        "latents": latents,
        "within": m.within.numpy(),
        "between": m.between.numpy(),
        "kl": divergence.numpy(),
        "gradients": _gradients(model, data, history),
        "images": images.numpy(),
        "rebuilt": rebuilt.numpy(),
    }


def _gradients(model, data, history):
    start = copy.deepcopy(model).requires_grad_(True)
    start.load_state_dict(history.snapshots[0].state)
    weights = [p for p in start.encoder.parameters() if p.ndim > 1]
    bound = elbo(start, data.train[:500]).value.mean()
    return [float(g.norm()) for g in torch.autograd.grad(bound, weights)]
