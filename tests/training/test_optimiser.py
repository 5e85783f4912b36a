"""Our Adam against torch's own, and the course of the rate."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from vaeteach.models import build_vae
from vaeteach.training import Adam
from vaeteach.training.optimiser import peak_rate, usual_batch, warm_up_then_cosine, width


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.lists(st.floats(1e-4, 0.5), min_size=1, max_size=12))
def test_the_steps_are_those_of_torch(seed, rates):
    """Also where a parameter has no gradient for a step, or does not learn at all."""
    noise = torch.Generator().manual_seed(seed)
    ours = [torch.randn(3, 4, generator=noise), torch.randn(5, generator=noise), torch.ones(2)]
    theirs = [p.clone() for p in ours]
    for p, q in zip(ours[:2], theirs[:2]):
        p.requires_grad_(), q.requires_grad_()
    one, other = Adam(ours), torch.optim.Adam(theirs[:2])
    for step, rate in enumerate(rates):
        one.zero_grad(), other.zero_grad()
        for p, q in list(zip(ours, theirs))[: 1 if step % 3 == 1 else 2]:
            p.grad = torch.randn(p.shape, generator=noise)
            q.grad = p.grad.clone()
        one.step(rate)
        other.param_groups[0]["lr"] = rate
        other.step()
    for p, q in zip(ours, theirs):
        assert torch.allclose(p, q, rtol=1e-4, atol=1e-6)


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
