"""How a page without Python can compute a network: its layers as numbers, or why it cannot."""

from typing import NamedTuple

import numpy as np
from torch import nn

_IN_PAGE = {nn.Tanh, nn.ReLU, nn.SiLU, nn.Sigmoid, nn.Softplus, nn.GELU}


class PageRecipe(NamedTuple):
    """layers: of {"inputs", "outputs", "activation"}, [] where a page cannot run the network.

    weights: all matrices (row by row) and biases in order, little-endian float32. output: what the
    last layer means, {"family": …} and its fixed parameters. reason: why there are no layers.
    """

    layers: list
    weights: bytes
    output: dict
    reason: str = ""


def mlp_recipe(net, output):
    """The PageRecipe of linear layers with activations between them; `output` as there."""
    if not output:
        return _impossible("a page does not know what its last layer means")
    layers, numbers = [], []
    for part in net:
        if type(part) is nn.Linear and part.bias is not None:
            sizes = {"inputs": part.in_features, "outputs": part.out_features, "activation": ""}
            layers.append(sizes)
            numbers += [part.weight.detach().numpy().ravel(), part.bias.detach().numpy()]
        elif layers and not layers[-1]["activation"] and _known(part):
            layers[-1]["activation"] = type(part).__name__
        else:
            return _impossible(f"a page cannot compute {part}")
    return PageRecipe(layers, np.concatenate(numbers).astype("<f4").tobytes(), output)


def page_recipe(module):
    """What `module.page_recipe()` says, or that it says nothing. PageRecipe."""
    ask = getattr(module, "page_recipe", None)
    return ask() if ask else _impossible(f"{type(module).__name__} has no page_recipe()")


def _impossible(reason):
    return PageRecipe([], b"", {}, reason)


def _known(activation):
    """The page has each activation in its usual form only."""
    usual = getattr(activation, "approximate", "none") == "none"
    return type(activation) in _IN_PAGE and usual and getattr(activation, "beta", 1) == 1
