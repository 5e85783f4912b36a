"""Every prior and posterior passes the battery, trains, and says what is wrong."""

import copy
import io
import math

import battery
import pytest
import torch
from families import (
    IN_A_MODEL,
    MODULES,
    P_VALUE,
    POSTERIOR_CASES,
    STANDARD_ERRORS,
    model_with,
    posterior_case,
    small_data,
    tiny_encoder,
)
from torch import nn
from torch.func import functional_call

import vaeteach as v
from vaeteach.distributions import draw


def test_the_density_normalises(case):
    # a kink, or a thin fold, wants more points
    n = {"laplace": 2401, "flow": 1201, "diffusion": 141}.get(case.name, 401)
    assert battery.integral(case, n) == pytest.approx(1, abs=2e-5)


def test_samples_follow_the_density_cell_by_cell(case):
    assert battery.chi_square(case) > P_VALUE


def test_one_number_for_each_example(case):
    z = draw(case(), (4, 7), 0)
    assert case().log_prob(z).shape == (4, 7)
    assert z.dtype == case().log_prob(z).dtype == torch.float64


def test_the_same_seed_gives_the_same_sample_and_the_global_state_stays(case):
    before = torch.random.get_rng_state()
    first, again, other = draw(case(), (50,), 1), draw(case(), (50,), 1), draw(case(), (50,), 2)
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("name", POSTERIOR_CASES)
def test_mean_and_spread_are_those_of_the_samples(name):
    q = posterior_case(name)()
    z = draw(q, (40_000,), 3)
    error = z.std(0) / math.sqrt(len(z)) + 1e-12
    assert bool(((z.mean(0) - q.mean).abs() < STANDARD_ERRORS * error).all())
    assert torch.allclose(z.std(0), q.stddev, rtol=0.03)


@pytest.mark.parametrize(
    "name", [n for n in MODULES if any(True for _ in MODULES[n][2]().parameters())]
)
def test_gradients_of_a_learned_prior_agree_with_finite_differences(name):
    module = MODULES[name][2]()
    z = draw(module(), (6,), 4).detach()
    names = [n for n, p in module.named_parameters() if p.requires_grad]
    if not names:
        return

    def log_prob(*values):
        return functional_call(
            _LogProb(module), {f"module.{n}": x for n, x in zip(names, values)}, (z,)
        ).sum()

    assert (
        battery.gradient_errors(log_prob, [dict(module.named_parameters())[n] for n in names])
        < 1e-6
    )


class _LogProb(nn.Module):
    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, z):
        return self.module().log_prob(z)


@pytest.mark.parametrize("name", MODULES)
def test_a_prior_survives_saving_and_loading(name):
    module, fresh = MODULES[name][2](), MODULES[name][2]()
    with torch.no_grad():
        for parameter in fresh.parameters():
            parameter += 0.1
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    fresh.load_state_dict(torch.load(io.BytesIO(file.getvalue()), weights_only=True))
    z = draw(module(), (20,), 0)
    assert torch.equal(module().log_prob(z), fresh().log_prob(z))
    assert torch.equal(copy.deepcopy(module)().log_prob(z), module().log_prob(z))


def test_training_an_incompatible_pair_stops_before_it_starts():
    model = v.build_vae(torch.zeros(8, 5), prior=v.BetaPrior(2), hidden=(4,))
    with pytest.raises(ValueError, match="infinite"):
        v.fit(model, torch.zeros(8, 5), epochs=1, batch_size=4, lr=1e-3, progress=False)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: v.StudentT(2, 0.0), "df must be positive"),
        (lambda: v.StudentT(2, [1.0, 2.0, 3.0]), "one for each of 2"),
        (lambda: v.BetaPrior(2, -1.0), "a must be positive"),
        (lambda: v.BetaPrior(2, 1.0, math.nan), "b must be positive"),
        (lambda: v.GaussianMixture(2, 0), "components must be a whole number"),
        (lambda: v.LearnedNormal(0), "latent_dim must be a whole number"),
        (lambda: v.FlowPrior(2, layers=0), "layers must be a whole number"),
        (lambda: v.VampPrior(tiny_encoder(), torch.rand(5)), "pseudo_inputs must be images"),
        (lambda: v.VampPrior(tiny_encoder(), torch.rand(3, 5) + 1), r"pixels in \[0, 1\]"),
        (lambda: v.VonMisesFisher(torch.ones(2, 3), torch.ones(2)), "length 1"),
        (lambda: v.VonMisesFisher(torch.eye(3), -torch.ones(3)), "at least 0"),
        (lambda: v.VonMisesFisher(torch.eye(3), torch.ones(2)), "one concentration for each"),
        (lambda: v.VonMisesFisher(torch.eye(2), torch.ones(2)), "directions in space"),
        (
            lambda: v.build_vae(
                torch.zeros(4, 5), 2, v.SpherePrior(), posterior="von_mises_fisher"
            ),
            "latent_dim=3",
        ),
        (
            lambda: v.build_vae(torch.zeros(4, 5), 2, v.BetaPrior(3), posterior="beta"),
            "The prior has 3 dimensions",
        ),
        (
            lambda: v.build_vae(torch.zeros(4, 5), posterior="cauchy"),
            "not known; choose one of 'gaussian', 'beta'",
        ),
    ],
)
def test_bad_input_gets_a_sentence(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("name", IN_A_MODEL)
def test_every_prior_trains_samples_and_bounds(name):
    model = model_with(name)
    before = {n: p.clone() for n, p in model.named_parameters()}
    history = v.fit(model, small_data(), epochs=3, batch_size=16, lr=5e-3, progress=False)
    assert history.frame().nats.abs().max() < 1e3
    moved = [n for n, p in model.named_parameters() if not torch.equal(p, before[n])]
    assert set(moved) == {n for n, p in model.named_parameters() if p.requires_grad}
    assert model.sample(4).shape == (4, 12)
    x = small_data()[:8]
    with torch.no_grad():
        bound = torch.stack([v.elbo(model, x, seed=s).value for s in range(200)]).mean(0)
        assert bool((v.iwae_bound(model, x, 500) > bound - 0.15).all())


@pytest.mark.parametrize("name", IN_A_MODEL)
def test_nan_in_the_weights_ends_in_a_message_and_never_in_a_loop(name):
    """A rejection sampler asked for a NaN never accepts anything: training must end with
    NonFiniteBound instead.
    """
    model = model_with(name)

    def poison(step):
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.fill_(math.nan)

    with pytest.raises(v.NonFiniteBound):
        v.fit(model, small_data(), epochs=2, batch_size=16, lr=1e-3, progress=False, on_step=poison)


def test_on_the_box_the_decoder_starts_with_standardised_latents():
    box = v.build_vae(small_data(), prior=v.BetaPrior(2), posterior="beta", hidden=(16,))
    plain = v.build_vae(small_data(), hidden=(16,))
    e = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
    mean, stddev = 2 / 3, math.sqrt(1 / 18)  # of Beta(2, 1)
    assert torch.allclose(box.decode(mean + stddev * e).mean, plain.decode(e).mean, atol=1e-6)
