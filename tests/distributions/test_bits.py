"""Independent bits: the KL against the sum over states."""

import numpy as np
import pytest
import torch

from vaeteach.distributions import bernoulli, kl
from vaeteach.machines import all_states


def test_kl_of_bits_is_the_sum_over_states_and_stays_finite():
    q, p = (
        bernoulli(torch.tensor([[0.3, -2.0], [5.0, 0.0]]).double()),
        bernoulli(torch.tensor([0.5, 0.1]).double()),
    )
    states = all_states(2, torch.float64)
    log_q, log_p = q.expand((4, 2)).log_prob(states[:, None]), p.log_prob(states)[:, None]
    assert torch.allclose(kl(q, p), (log_q.exp() * (log_q - log_p)).sum(0))
    far = kl(bernoulli(torch.tensor([[-1e4, 1e4]])), bernoulli(torch.tensor([3e3, 0.0])))
    assert far.item() == pytest.approx(3e3 + np.log(2), rel=1e-4)
    assert kl(q, q).abs().max() == 0


def test_log_prob_is_that_of_torch_for_every_pair_of_code_and_image():
    logits = torch.tensor([[0.3, -2.0], [5.0, 0.0], [-90.0, 90.0]]).double()
    states = all_states(2, torch.float64)
    each = torch.distributions.Bernoulli(logits=logits.unsqueeze(1)).log_prob(states)
    assert torch.allclose(bernoulli(logits.unsqueeze(1)).log_prob(states), each.sum(-1))
