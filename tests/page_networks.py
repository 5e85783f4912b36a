"""The arithmetic of a page, written anew."""

import numpy as np


def run_in_numpy(layers, weights, values):
    """The page's arithmetic, written anew: the layers over the flat weights."""
    numbers, at, h = np.frombuffer(weights, "<f4").astype(float), 0, np.asarray(values, float)
    for layer in layers:
        n_in, n_out = layer["inputs"], layer["outputs"]
        matrix = numbers[at : at + n_in * n_out].reshape(n_out, n_in)
        h = matrix @ h + numbers[at + n_in * n_out : at + n_in * n_out + n_out]
        h = {"Tanh": np.tanh, "": lambda v: v}[layer["activation"]](h)
        at += n_in * n_out + n_out
    assert at == len(numbers)
    return h
