"""The course of the rate, and its height by the size of the model."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from vaeteach.models import build_vae
from vaeteach.training.optimiser import peak_rate, usual_batch, warm_up_then_cosine, width


@given(st.integers(1, 3000), st.floats(1e-5, 1.0))
def test_the_rate_rises_to_its_peak_and_falls_to_zero(steps, peak):
    rate = warm_up_then_cosine(peak, steps)
    course = [rate(step) for step in range(steps)]
    top = max(1, steps // 20)
    assert max(course) == pytest.approx(peak) and min(course) > 0
    assert course[:top] == sorted(course[:top])
    assert course[top:] == sorted(course[top:], reverse=True)
    assert rate(steps) == pytest.approx(0, abs=1e-12) or steps == 1


@pytest.mark.parametrize(
    ("hidden", "latent_dim", "wide", "batch", "activation"),
    [
        ((128, 64), 2, 128, 64, nn.Tanh),
        ((128, 64), 10, 128, 64, nn.Tanh),
        ((255,), 20, 255, 64, nn.Tanh),
        ((256,), 20, 256, 100, nn.SiLU),
        ((400,), 2, 400, 100, nn.Tanh),
        ((400,), 3, 400, 100, nn.SiLU),
    ],
)
def test_the_size_of_a_model_sets_batch_rate_and_activation(
    hidden, latent_dim, wide, batch, activation
):
    model = build_vae(torch.zeros(4, 784), latent_dim, hidden=hidden)
    assert (width(model), usual_batch(model)) == (wide, batch)
    assert peak_rate(model) == 0.012
    assert isinstance(model.encoder.net[1], activation)
    assert isinstance(model.decoder.net[1], activation)


def test_beyond_width_400_the_rate_falls_as_one_over_the_width():
    model = build_vae(torch.zeros(4, 900), 2, hidden=(800,))
    assert peak_rate(model) == pytest.approx(0.006)
