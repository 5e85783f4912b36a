"""Our Adam against torch's own."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vaeteach.support.adam import Adam, descend


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


def test_descending_ends_at_the_bottom_of_a_bowl_and_takes_so_many_steps():
    place, calls = torch.tensor([3.0, -2.0], requires_grad=True), []

    def loss():
        calls.append(1)
        return (place - torch.tensor([1.0, 1.0])).square().sum()

    with torch.no_grad():  # as inside a function that only measures
        descend([place], loss, 300, 0.1)
    assert len(calls) == 300 and torch.allclose(place, torch.ones(2), atol=1e-3)
