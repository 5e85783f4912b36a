"""Teaching a diffusion prior: the score is learned, the density follows, the bound is a bound."""

import pytest
import torch

import vaeteach as vt


@pytest.fixture(scope="module")
def q():
    mu = torch.tensor([[1.5, 0.0], [-1.5, 0.5], [0.0, -1.5]]).repeat_interleave(20, 0)
    return vt.gaussian(mu, torch.full_like(mu, -2.0))


@pytest.fixture(scope="module")
def prior(q):
    made = vt.DiffusionPrior(2, hidden=(32,), steps=12)
    return vt.match_scores(made, q, steps=1500, lr=1e-2, progress=False).requires_grad_(False)


def test_the_score_of_the_codes_is_learned(q, prior):
    for t in (0.05, 0.3, 0.8):
        at_t = vt.noised(q, t)
        z = vt.draw(vt.AggregatePosterior.of(at_t), (500,), seed=1)
        exact = vt.mixture_score(at_t, z)
        left = (prior.score(z, t) - exact).square().sum(1).mean()
        assert left < 0.25 * (exact + z).square().sum(1).mean()


def test_what_it_says_of_codes_is_better_than_the_noise_and_worse_than_perfect(q, prior):
    codes = vt.AggregatePosterior.of(q)
    z = vt.draw(codes, (500,), seed=2)
    learned, perfect = prior().log_prob(z).mean(), codes.log_prob(z).mean()
    assert vt.StandardNormal(2)().log_prob(z).mean() + 0.5 < learned < perfect


def test_the_same_seed_learns_the_same(q):
    first, again, other = (
        vt.match_scores(vt.DiffusionPrior(2, hidden=(8,)), q, 5, seed=seed, progress=False)
        for seed in (1, 1, 2)
    )
    z = q.mu[::20]
    assert torch.equal(first.pull(z, 0.3), again.pull(z, 0.3))
    assert not torch.equal(first.pull(z, 0.3), other.pull(z, 0.3))


def test_the_bound_reaches_encoder_decoder_and_score():
    x = (torch.rand(40, 12, generator=torch.Generator().manual_seed(0)) > 0.5).float()
    model = vt.build_vae(x, prior=vt.DiffusionPrior(2, hidden=(8,)), hidden=(16,))
    bound = vt.diffusion_elbo(model, x, seed=3)
    assert torch.equal(bound.value, bound.log_likelihood - bound.kl) and bound.kl.shape == (40,)
    before = [p.detach().clone() for p in model.parameters()]
    vt.fit(model, x, epochs=2, objective=vt.diffusion_elbo, progress=False)
    assert not any(torch.equal(*pair) for pair in zip(before, model.parameters()))


def test_what_was_matched_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("VAETEACH_CACHE", str(tmp_path))
    x = (torch.rand(40, 12, generator=torch.Generator().manual_seed(0)) > 0.5).float()
    model = vt.build_vae(x, hidden=(16,))
    first, again = (vt.kept_diffusion(model, x, steps=3, hidden=(8,)) for _ in range(2))
    assert len(list(tmp_path.glob("diffusion-prior-*.pt"))) == 1
    assert all(torch.equal(*pair) for pair in zip(first.parameters(), again.parameters()))
