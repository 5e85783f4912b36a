"""Codes in noise without a browser: what the page is given, and what Python says of the paths."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

import vaeteach as vt
from vaeteach.widgets import DissolvingCodes


@pytest.fixture(scope="module")
def data():
    return vt.load("digits").binarized().subset(120, 20)


@pytest.fixture(scope="module")
def view(data):
    model = vt.build_vae(data, hidden=(8,))
    prior = vt.DiffusionPrior(2, hidden=(16,))
    vt.match_scores(prior, model.encode(data.train), steps=20, progress=False)
    return DissolvingCodes(model.requires_grad_(False), prior.requires_grad_(False), data)


def test_the_numbers_in_the_page_are_the_learned_pull(view):
    """The page's arithmetic, written anew, on the flat weights."""
    z, t = np.array([0.4, -1.1]), 0.3
    angle = np.arcsin(np.sqrt(t))
    phase, turns = np.array(view.ripples) @ z, np.array(view.waves) * angle
    h = np.concatenate([z, np.cos(phase), np.sin(phase), np.cos(turns), np.sin(turns)])
    numbers = np.frombuffer(view.pull_weights, "<f4").astype(float)
    for layer in view.pull_layers:
        size = layer["inputs"] * layer["outputs"]
        matrix, numbers = numbers[:size].reshape(layer["outputs"], -1), numbers[size:]
        h, numbers = matrix @ h + numbers[: layer["outputs"]], numbers[layer["outputs"] :]
        h = h / (1 + np.exp(-h)) if layer["activation"] == "SiLU" else h
    assert len(numbers) == 0
    wanted = view.prior.pull(torch.tensor(z).float(), t)
    assert np.allclose(h, wanted, atol=1e-4) and np.abs(h).max() > 1e-3


def test_the_exact_path_ends_where_the_codes_are_and_starts_at_the_noise(view):
    view.noise = [0.5, -1.0]
    path = view.path("exact")
    assert torch.equal(path[0], torch.tensor([0.5, -1.0])) and len(path) == view.steps + 1
    back = vt.ProbabilityFlow(
        lambda z, t: vt.perfect_pull(view.q, z, t), torch.zeros(2), view.steps
    ).path(path[-1:], backwards=False)
    assert torch.allclose(back[-1, 0], path[0], atol=0.02)


def test_at_the_ends_of_time_stand_the_codes_and_the_noise(view):
    assert torch.equal(view.codes_at(0.0), view._codes)
    assert torch.equal(view.codes_at(1.0), view._code_noise)
    view.t = 1.0
    grid = torch.as_tensor(vt.plots.arrow_grid(view.limit))
    assert torch.allclose(view.score("exact"), -grid, atol=1e-6)
    assert torch.allclose(view.score("learned"), -grid, atol=1e-6)


def test_the_picture_follows_time_noise_and_arrows(view):
    def seen():
        return np.asarray(Image.open(io.BytesIO(view.still())))

    view.t, before = 0.0, seen()
    view.t = 0.6
    moved = seen()
    view.arrows = ["exact"]
    fewer = seen()
    view.noise = [-1.0, 1.0]
    assert not any(np.array_equal(a, b) for a, b in ((before, moved), (moved, fewer)))
    assert not np.array_equal(fewer, seen())
    view.arrows = ["learned", "exact"]


def test_what_it_cannot_show_gets_a_sentence(view, data):
    flat = vt.build_vae(data, latent_dim=3, hidden=(8,))
    with pytest.raises(ValueError, match="needs a model with latent_dim=2; this one has 3"):
        DissolvingCodes(flat, vt.DiffusionPrior(3), data)
