"""A better start: biases that already draw the mean picture."""

import torch

from .inputs import images_of


def start_from_mean(model, data):
    """Set the decoder's last biases so that the untrained model draws the mean picture; returns the
    model.

    The bias of a pixel becomes the parameter whose likelihood has the mean m of that pixel, kept
    within [0.01, 0.99]: log(m / (1 - m)) for a Bernoulli, m for a Gaussian, found by bisection for
    a continuous Bernoulli. Otherwise the first steps go into learning just this, and on pictures of
    many pixels the codes can die meanwhile.
    data: ImageData or images (N, P). Raises ValueError where the decoder does not end in a linear
    layer over the pixels, or has a likelihood of another kind.
    """
    train, _ = images_of(data)
    last = getattr(model.decoder, "net", [None])[-1]
    if (
        not isinstance(last, torch.nn.Linear)
        or last.out_features != train.shape[1]
        or last.bias is None
    ):
        raise ValueError(
            "start_from_mean needs a decoder whose `net` ends in a linear layer with a bias a"
            " pixel."
        )
    kind, mean = type(model.decoder.likelihood).__name__, train.mean(0).clamp(0.01, 0.99)
    if kind == "BernoulliLikelihood":
        mean = torch.logit(mean)
    elif kind == "ContinuousBernoulliLikelihood":
        low, high = torch.full_like(mean, -200.0), torch.full_like(mean, 200.0)
        for _ in range(40):
            middle = (low + high) / 2
            below = model.decoder.likelihood(middle).mean < mean
            low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        mean = middle
    elif kind != "GaussianLikelihood":
        raise ValueError(
            f"start_from_mean knows the three likelihoods of build_vae; this decoder has a {kind}."
        )
    with torch.no_grad():
        last.bias.copy_(mean)
    return model
