"""Our Adam against torch's own, and the course of the rate."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vaeteach.training import Adam
from vaeteach.training.optimiser import warm_up_then_cosine


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
