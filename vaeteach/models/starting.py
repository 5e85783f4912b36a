"""A better start than random weights: the mean picture, and hidden units that are awake."""

import torch
from torch import nn

from .images import images_of


def start_from_mean(model, data):
    """Set the decoder's last biases so that the untrained model draws the mean picture.

    `build_vae` does this by itself; it is for models of one's own. The bias of a pixel becomes the
    parameter at which the likelihood has the mean m of that pixel, kept within [0.01, 0.99]:
    `model.decoder.likelihood.parameter_of_mean(m)`. Otherwise the first steps go into learning just
    this, and on pictures of many pixels the codes can die meanwhile.
    data: ImageData or images (N, P). Returns the model. Raises ValueError where the decoder does
    not end in a linear layer over the pixels, or its likelihood does not know such a parameter.
    """
    train, _ = images_of(data)
    last = getattr(model.decoder, "net", [None])[-1]
    if not isinstance(last, nn.Linear) or last.out_features != train.shape[1] or last.bias is None:
        raise ValueError(
            "start_from_mean needs a decoder whose `net` ends in a linear layer with a bias a"
            " pixel."
        )
    likelihood = getattr(model.decoder, "likelihood", None)
    if not hasattr(likelihood, "parameter_of_mean"):
        raise ValueError(
            "start_from_mean needs a likelihood that has parameter_of_mean(m), as those of"
            f" build_vae have; this decoder has a {type(likelihood).__name__}."
        )
    with torch.no_grad():
        last.bias.copy_(likelihood.parameter_of_mean(train.mean(0).clamp(0.01, 0.99)))
    return model


@torch.no_grad()
def wake_hidden_units(net):
    """Multiply the first weights and biases of the hidden layers by 2, in wide nets by 2.5.

    torch draws them with variance 1/(3n) for n inputs, at which Tanh units are nearly linear and a
    signal halves in each layer; doubled, it is 4/(3n), near the 1/n that keeps its size (LeCun et
    al. 1998, section 4.6), and with 2.5 near the 2/n of He et al. 2015 (equation 10).
    """
    hidden = [layer for layer in net if isinstance(layer, nn.Linear)][:-1]
    factor = 2.5 if any(layer.out_features >= 256 for layer in hidden) else 2.0
    for layer in hidden:
        layer.weight *= factor
        layer.bias *= factor


@torch.no_grad()
def start_standardised(decoder, p):
    """Change the first layer so that the decoder starts as if latents were standardised.

    As if they had mean 0 and variance 1 under the prior. The codes of a box or a sphere differ by
    less than 1; left as they are, the decoder takes long to notice them.
    """
    first = decoder.net[0]
    if p.event_shape != (first.in_features,):
        raise ValueError(
            f"The prior has {p.event_shape.numel()} dimensions and the model {first.in_features}."
        )
    first.weight /= p.stddev
    first.bias -= first.weight @ p.mean
