"""Priors over words: the battery of a density, with a sum over all codes as its integral."""

import pytest
import torch
from scipy import stats

from vaeteach.distributions import Words, draw, kl
from vaeteach.machines import all_codes
from vaeteach.priors import AutoregressiveWords, IndependentWords

CODES = all_codes(3, 4)


def moved(prior, seed=0):
    """The prior in float64, its parameters moved off their start, as training would."""
    noise = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in prior.double().parameters():
            p += 0.7 * torch.randn(p.shape, generator=noise, dtype=torch.float64)
    return prior


@pytest.fixture(params=[IndependentWords, AutoregressiveWords])
def prior(request):
    return moved(request.param(3, 4))


def test_it_adds_up_to_one(prior):
    assert prior().log_prob(CODES).exp().sum().item() == pytest.approx(1, abs=1e-12)


def test_samples_follow_it_code_by_code(prior):
    expected = 20_000 * prior().log_prob(CODES).exp().detach().numpy()
    codes = draw(prior(), (20_000,)).long()
    observed = torch.bincount(codes @ torch.tensor([16, 4, 1]), minlength=64).numpy()
    few = expected < 5  # chi-square wants five a cell: pool the rest
    if few.any():
        observed = [*observed[~few], observed[few].sum()]
        expected = [*expected[~few], expected[few].sum()]
    assert stats.chisquare(observed, expected).pvalue > 1e-3


def test_the_kl_agrees_with_samples(prior):
    q = Words(torch.linspace(-1, 1, 12, dtype=torch.float64).reshape(1, 3, 4))
    log_q, log_p = q.log_prob(CODES), prior().log_prob(CODES)
    exact = float((log_q.exp() * (log_q - log_p)).sum().detach())
    terms = q.log_prob(z := draw(q, (4000,))) - prior().log_prob(z)
    error = terms.std().item() / len(terms) ** 0.5
    assert abs(terms.mean().item() - exact) < 4 * error
    # closed where torch knows the pair, else an estimate from one draw: right on average
    found = kl(q, prior(), z)
    assert found.mean().item() == pytest.approx(exact, abs=4 * error)


def test_gradients_agree_with_finite_differences(prior):
    parameters = list(prior.parameters())
    value = prior().log_prob(CODES[::5]).sum()
    for p, gradient in zip(parameters, torch.autograd.grad(value, parameters)):
        place, step = (0,) * p.ndim, 1e-6
        values = []
        for sign in (1, -1):
            with torch.no_grad():
                p[place] += sign * step
                values.append(float(prior().log_prob(CODES[::5]).sum()))
                p[place] -= sign * step
        slope = (values[0] - values[1]) / (2 * step)
        assert float(gradient[place]) == pytest.approx(slope, abs=1e-6)


def test_both_start_uniform_and_the_first_can_stay_so():
    for start in (IndependentWords(3, 4), AutoregressiveWords(3, 4)):
        assert torch.allclose(start().log_prob(CODES).exp(), torch.full((64,), 1 / 64))
    assert not [p for p in IndependentWords(3, 4, learn=False).parameters() if p.requires_grad]


def test_a_word_depends_on_the_words_before_it_and_on_no_other():
    prior = moved(AutoregressiveWords(3, 4))
    one, other = torch.tensor([1, 2, 3]), torch.tensor([1, 0, 3])
    same = (prior.logits_of(one) == prior.logits_of(other)).all(-1)
    assert same.tolist() == [True, True, False]
    assert not torch.allclose(prior.logits_of(one)[1], prior.logits_of(torch.tensor([0, 2, 3]))[1])


def test_independent_words_are_the_marginals_when_fitted():
    """Where the mean log-probability of codes is highest, each position has their shares."""
    codes = torch.tensor([[0, 1, 1], [0, 2, 3], [3, 1, 1], [0, 1, 0]])
    prior = IndependentWords(3, 4).double()
    with torch.no_grad():
        counts = torch.stack([torch.bincount(codes[:, m], minlength=4) for m in range(3)])
        prior.logits.copy_((counts / 4).clamp(min=1e-12).log())
    prior().log_prob(codes).mean().backward()
    assert prior.logits.grad.abs().max() < 1e-8


def test_bad_input_gets_a_sentence():
    with pytest.raises(ValueError, match="positions must be a whole number"):
        IndependentWords(0, 4)
    with pytest.raises(ValueError, match="words must be a whole number"):
        AutoregressiveWords(3, 0)
    with pytest.raises(ValueError, match="over 3 positions"):
        AutoregressiveWords(3, 4)().log_prob(torch.zeros(5, 2))
