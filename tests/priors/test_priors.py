"""Every prior and posterior is put through the battery, and the battery is put through three
published mistakes.
"""

import copy
import io
import math

import battery
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from scipy import stats as scipy_stats
from torch import nn
from torch.distributions import Distribution, Independent, constraints
from torch.func import functional_call

import vaeteach as v
from vaeteach.distributions import (
    POSTERIORS,
    Beta,
    Kumaraswamy,
    StandardLaplace,
    StudentT,
    draw,
    kl,
)

P_VALUE, STANDARD_ERRORS = 1e-3, 4.0


def double(*values):
    return tuple(torch.tensor(value, dtype=torch.float64) for value in values)


def jiggled(module, amount=0.4, seed=1):
    """The module in float64, its parameters moved off their start, as training would."""
    module = module.double()
    noise = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter += amount * torch.randn(parameter.shape, generator=noise, dtype=torch.float64)
    return module


def tiny_encoder():
    layer = nn.Linear(5, 4).double()
    with torch.no_grad():
        layer.weight.copy_(
            torch.randn(4, 5, generator=torch.Generator().manual_seed(2)).double() / 2
        )
        layer.bias.copy_(torch.tensor([0.3, -0.2, -1.0, 0.2]))
    return lambda x: POSTERIORS["gaussian"]()(layer(x))


def pseudo_inputs():
    return (torch.rand(6, 5, generator=torch.Generator().manual_seed(3)) > 0.5).float()


MODULES = {  # name -> (space, reach of the quadrature, what makes the module)
    "standard normal": ("plane", 12.0, lambda: v.StandardNormal(2).double()),
    "learned normal": ("plane", 12.0, lambda: jiggled(v.LearnedNormal(2))),
    "student t, df 5": ("plane", math.inf, lambda: v.StudentT(2, 5.0).double()),
    "student t, df 1": ("plane", math.inf, lambda: v.StudentT(2, 1.0).double()),
    "student t, learned df": (
        "plane",
        math.inf,
        lambda: jiggled(v.StudentT(2, [3.0, 30.0], learn_df=True)),
    ),
    "laplace": ("plane", math.inf, lambda: v.Laplace(2).double()),
    "beta(2, 1)": ("box", 0.0, lambda: v.BetaPrior(2).double()),
    "beta(1, 1)": ("box", 0.0, lambda: v.BetaPrior(2, 1.0, 1.0).double()),
    "beta(3, 2) and (2, 5)": ("box", 0.0, lambda: v.BetaPrior(2, [3.0, 2.0], [2.0, 5.0]).double()),
    "sphere": ("sphere", 0.0, lambda: v.SpherePrior().double()),
    "mixture of 5": ("plane", 14.0, lambda: jiggled(v.GaussianMixture(2, 5))),
    "vamp of 6": ("plane", 12.0, lambda: jiggled(v.VampPrior(tiny_encoder(), pseudo_inputs()))),
    "flow": ("plane", math.inf, lambda: jiggled(v.FlowPrior(2, layers=3, hidden=(8,)), 0.2)),
}
POSTERIOR_CASES = {  # name -> (family, space, reach, the encoder's output for one image)
    "gaussian": ("gaussian", "plane", 12.0, [0.4, -0.7, -0.5, 0.6]),
    "beta, wide": ("beta", "box", 0.0, [0.3, -0.4, 1.0, 1.2]),
    "beta, narrow": ("beta", "box", 0.0, [1.0, -0.5, 3.0, 2.0]),
    "kumaraswamy, wide": ("kumaraswamy", "box", 0.0, [0.5, -0.2, 0.8, 0.7]),
    "kumaraswamy, narrow": ("kumaraswamy", "box", 0.0, [0.8, -0.5, 2.0, 1.5]),
    "vMF, uniform": ("von_mises_fisher", "sphere", 0.0, [0.0, 0.0, 0.0]),
    "vMF, wide": ("von_mises_fisher", "sphere", 0.0, [0.3, -0.4, 0.2]),
    "vMF, narrow": ("von_mises_fisher", "sphere", 0.0, [-3.0, 1.0, 2.0]),
}
COMPATIBLE = {
    "plane": ["gaussian"],
    "box": ["beta, wide", "kumaraswamy, wide"],
    "sphere": ["vMF, wide", "vMF, narrow"],
}


def prior_case(name):
    space, reach, make = MODULES[name]
    module = make()
    return battery.Case(name, space, lambda: module(), reach=reach)


def posterior_case(name):
    family, space, reach, outputs = POSTERIOR_CASES[name]
    return battery.Case(
        name, space, lambda h: POSTERIORS[family]()(h), double(outputs), reach=reach
    )


CASES = [*(("prior", name) for name in MODULES), *(("posterior", name) for name in POSTERIOR_CASES)]


@pytest.fixture(params=CASES, ids=lambda pair: f"{pair[0]}: {pair[1]}")
def case(request):
    kind, name = request.param
    return prior_case(name) if kind == "prior" else posterior_case(name)


def test_the_density_normalises(case):
    # a kink, or a thin fold, wants more points
    n = {"laplace": 2401, "flow": 1201}.get(case.name, 401)
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


PAIRS = [(p, q) for p in MODULES for q in COMPATIBLE[MODULES[p][0]]]


@pytest.mark.parametrize(("prior", "posterior"), PAIRS)
@torch.no_grad()
def test_kl_agrees_with_monte_carlo_and_with_quadrature(prior, posterior):
    q, p = posterior_case(posterior)(), prior_case(prior)()
    z = draw(q, (40_000,), 5)
    estimate = q.log_prob(z) - p.log_prob(z)
    exact = kl(q, p)
    nodes, weight = battery.nodes(MODULES[prior][0], 12.0, 1601 if prior == "laplace" else 801)
    log_q = q.log_prob(nodes)
    integrand = torch.where(log_q.exp() > 0, log_q.exp() * (log_q - p.log_prob(nodes)), 0.0)
    by_quadrature = float((integrand * weight).sum())
    tolerance = STANDARD_ERRORS * float(estimate.std()) / math.sqrt(len(z)) + 1e-9
    assert float(estimate.mean()) == pytest.approx(by_quadrature, abs=tolerance + 1e-4)
    if _closed(q, p):
        assert float(exact) == pytest.approx(by_quadrature, abs=1e-4)
        assert float(exact) == pytest.approx(float(estimate.mean()), abs=tolerance)
    else:  # a single sample: only its mean over many is the KL
        assert torch.equal(kl(q, p, z), estimate)


def _closed(q, p):
    try:
        torch.distributions.kl_divergence(q, p)
    except NotImplementedError:
        return False
    return True


def test_which_pairs_are_exact():
    closed = {(p, q) for p, q in PAIRS if _closed(posterior_case(q)(), prior_case(p)())}
    expected = {(p, "gaussian") for p in ("standard normal", "learned normal", "laplace")}
    expected |= {(p, "beta, wide") for p in MODULES if p.startswith("beta")}
    assert closed == expected | {("sphere", "vMF, wide"), ("sphere", "vMF, narrow")}


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


@pytest.mark.parametrize("name", POSTERIOR_CASES)
def test_gradients_of_a_posterior_agree_with_finite_differences(name):
    case = posterior_case(name)
    z = draw(case(), (6,), 4)
    assert (
        battery.gradient_errors(lambda h: case.build(h).log_prob(z).sum(), case.parameters) < 1e-5
    )
    for prior, posterior in PAIRS:
        if posterior == name and _closed(case(), prior_case(prior)()):
            p = prior_case(prior)()
            assert (
                battery.gradient_errors(lambda h, p=p: kl(case.build(h), p), case.parameters) < 1e-6
            )
    # a Beta's path is implicit, tested below
    if not name.startswith("beta") and name != "vMF, uniform":
        assert (
            battery.gradient_errors(
                lambda h: draw(case.build(h), (9,), 6).sin().sum(), case.parameters
            )
            < 1e-5
        )


@pytest.mark.parametrize("name", [n for n in POSTERIOR_CASES if n != "vMF, uniform"])
def test_the_gradient_through_samples_is_that_of_the_expectation(name):
    """d/dh E[f(z)] by quadrature against the mean of the pathwise gradients, in standard errors."""
    case = posterior_case(name)
    nodes, weight = battery.nodes(case.space, case.reach, 401)
    direction = torch.arange(1.0, nodes.shape[-1] + 1, dtype=torch.float64)
    f = lambda z: ((z * direction).sum(-1)).sin()  # noqa: E731
    (h,) = case.parameters
    leaf = h.clone().requires_grad_()
    (exact,) = torch.autograd.grad(
        (case.build(leaf).log_prob(nodes).exp() * f(nodes) * weight).sum(), leaf
    )
    rows = h.expand(20_000, -1).clone().requires_grad_()
    (paths,) = torch.autograd.grad(f(draw(case.build(rows), (), 7)).sum(), rows)
    error = paths.std(0) / math.sqrt(len(rows))
    assert bool(((paths.mean(0) - exact).abs() < STANDARD_ERRORS * error + 1e-9).all())


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


# ---- extremes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    "kappa", [0.0, 1e-8, 1e-4, 0.049, 0.051, 0.199, 0.201, 1.0, 50.0, 1e4, 1e6]
)
def test_von_mises_fisher_from_concentration_0_to_a_million(kappa, dtype):
    loc = torch.tensor([0.0, 0.6, -0.8], dtype=dtype)
    concentration = torch.tensor(kappa, dtype=dtype, requires_grad=True)
    q = v.VonMisesFisher(loc, concentration)
    z = draw(q, (2000,), 0)
    value = kl(q, v.SphereUniform(loc))
    (q.log_prob(z).mean() + value + z.mean()).backward()
    assert bool(torch.isfinite(concentration.grad)) and bool(torch.isfinite(q.log_prob(z)).all())
    k = max(kappa, 1e-9)  # the reference in scipy's terms, at double precision
    log_sinh = k + math.log(-math.expm1(-2 * k)) - math.log(2)
    reference = k / math.tanh(k) - 1 + math.log(k) - log_sinh if kappa > 1e-3 else k**2 / 6
    assert float(value.detach()) == pytest.approx(reference, abs=2e-6, rel=1e-6)
    z = z.detach()
    assert float((z.norm(dim=-1) - 1).abs().max()) < 1e-6
    drop = 1 - (z.double() * loc.double()).sum(-1)
    assert float(drop.mean()) == pytest.approx(
        1 + 1 / k - 1 / math.tanh(k) if kappa > 1e-3 else 1, rel=0.1
    )


def test_von_mises_fisher_agrees_with_scipy():
    loc, kappa = torch.tensor([0.0, 0.6, 0.8], dtype=torch.float64), 7.5
    z = draw(v.VonMisesFisher(loc, torch.tensor(kappa)), (50,), 0)
    theirs = scipy_stats.vonmises_fisher(loc.numpy(), kappa).logpdf(z.numpy())
    ours = v.VonMisesFisher(loc, torch.tensor(kappa, dtype=torch.float64)).log_prob(z)
    assert torch.allclose(ours, torch.tensor(theirs), atol=1e-9)


@pytest.mark.parametrize("kappas", [(5.0, 5.0), (0.0, 3.0), (3.0, 0.0), (200.0, 1.0), (1e4, 1e4)])
def test_kl_between_two_von_mises_fisher(kappas):
    a, b = (torch.tensor(x, dtype=torch.float64) for x in ([0.0, 0.6, 0.8], [0.6, 0.0, 0.8]))
    q, p = (
        v.VonMisesFisher(loc, torch.tensor(k, dtype=torch.float64))
        for loc, k in zip((a, b), kappas)
    )
    z = draw(q, (40_000,), 1)
    estimate = q.log_prob(z) - p.log_prob(z)
    assert (
        abs(float(kl(q, p) - estimate.mean()))
        < STANDARD_ERRORS * float(estimate.std()) / 200 + 1e-9
    )
    assert abs(float(kl(q, q))) < 1e-10


@pytest.mark.parametrize("df", [1e-2, 1.0, 5.0, 1e3, 1e6])
def test_student_t_from_df_1_to_a_million_in_float32(df):
    z = torch.tensor([-1e6, -30.0, -1.0, 0.0, 0.5, 8.0])
    leaf = torch.tensor(df, requires_grad=True)
    log_prob = StudentT(leaf).log_prob(z)
    log_prob.sum().backward()
    assert bool(torch.isfinite(leaf.grad))
    theirs = scipy_stats.t(df).logpdf(z.double().numpy())
    assert torch.allclose(log_prob.detach().double(), torch.tensor(theirs), rtol=1e-5, atol=1e-5)
    assert bool(torch.isfinite(draw(StudentT(torch.full((1000,), max(df, 1.0))), (), 0)).all())


def test_a_student_t_with_many_degrees_is_the_normal():
    z = torch.linspace(-4, 4, 9).reshape(-1, 1).expand(-1, 2)
    assert torch.allclose(
        v.StudentT(2, 1e6)().log_prob(z), v.StandardNormal(2)().log_prob(z), atol=1e-4
    )


def test_mixture_components_forty_sigma_apart_stay_finite():
    prior = v.GaussianMixture(2, 2)
    with torch.no_grad():
        prior.mu.copy_(torch.tensor([[-20.0, -20.0], [20.0, 20.0]]))
    z = torch.tensor([[-20.0, -20.0], [0.0, 0.0], [20.0, -20.0], [400.0, 400.0]])
    log_prob = prior().log_prob(z)
    log_prob.sum().backward()
    assert bool(torch.isfinite(log_prob).all()) and bool(torch.isfinite(prior.mu.grad).all())
    log_prob = log_prob.detach()
    by_hand = math.log(0.5) - math.log(2 * math.pi)  # one component, at its mean
    assert float(log_prob[0]) == pytest.approx(by_hand, abs=1e-5)
    assert float(log_prob[1]) == pytest.approx(-400 - math.log(2 * math.pi), abs=1e-3)
    case = battery.Case("far apart", "plane", lambda: prior.double()(), reach=32.0)
    assert battery.integral(case, 801) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("logvar", [-300.0, -100.0, 0.0, 60.0])
def test_kl_to_a_laplace_stays_finite(logvar):
    mu = torch.tensor([3.0, 0.0], requires_grad=True)
    spread = torch.full((2,), logvar, requires_grad=True)
    value = kl(v.gaussian(mu, spread), v.Laplace(2)())
    value.backward()
    assert all(bool(torch.isfinite(t).all()) for t in (value, mu.grad, spread.grad))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-40, 40, width=32), min_size=4, max_size=4),
    st.sampled_from(["beta", "kumaraswamy"]),
)
def test_a_posterior_on_the_box_is_finite_whatever_the_encoder_says(outputs, family):
    h = torch.tensor(outputs, requires_grad=True)
    q = POSTERIORS[family]()(h)
    z = draw(q, (20,), 0)
    assert bool(((z > 0) & (z < 1)).all())
    total = q.log_prob(z).sum() + kl(q, v.BetaPrior(2)()) + q.mean.sum() + q.stddev.sum()
    total.backward()
    assert bool(torch.isfinite(total)) and bool(torch.isfinite(h.grad).all())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-300, 300, width=32), min_size=3, max_size=3))
def test_a_posterior_on_the_sphere_is_finite_whatever_the_encoder_says(outputs):
    h = torch.tensor(outputs, requires_grad=True)
    q = POSTERIORS["von_mises_fisher"]()(h)
    z = draw(q, (20,), 0)
    total = q.log_prob(z).mean() + kl(q, v.SpherePrior()()) + q.mean.sum() + z.sum()
    total.backward()
    assert (
        bool(torch.isfinite(total))
        and bool(torch.isfinite(h.grad).all())
        and bool((q.stddev >= 0).all())
    )


@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (2.0, 1.0), (1e4, 2e4), (0.5, 0.5)])
def test_beta_agrees_with_scipy_also_at_large_parameters(a, b):
    q = Beta(torch.tensor(a), torch.tensor(b))
    z = torch.tensor([1e-4, 0.2, 1 / 3, 0.9])
    theirs = scipy_stats.beta(a, b).logpdf(z.double().numpy())
    assert torch.allclose(q.log_prob(z).double(), torch.tensor(theirs), rtol=1e-5, atol=1e-4)
    p = Beta(torch.tensor(2.0), torch.tensor(1.0))
    reference = (
        special.betaln(2, 1) - special.betaln(a, b) + (a - 2) * special.psi(a) + (b - 1) * special.psi(b)
        + (3 - a - b) * special.psi(a + b)
    )  # fmt: skip
    assert float(kl(q.expand((1,)), p.expand((1,)))) == pytest.approx(reference, rel=1e-5, abs=1e-6)


def test_kumaraswamy_agrees_with_its_cdf():
    q = Kumaraswamy(torch.tensor(2.5).double().log(), torch.tensor(4.0).double().log())
    z = draw(q, (20_000,), 0).numpy()
    assert scipy_stats.kstest(z, lambda x: 1 - (1 - x**2.5) ** 4).pvalue > P_VALUE
    assert float(q.mean) == pytest.approx(4 * special.beta(1 + 1 / 2.5, 4), rel=1e-9)


@pytest.mark.parametrize("family", [Beta, Kumaraswamy])
def test_outside_the_box_there_is_no_density(family):
    q = family(torch.tensor(0.5), torch.tensor(0.7))
    assert bool((q.log_prob(torch.tensor([-0.1, 0.0, 1.0, 3.0])) == -math.inf).all())


# ---- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("q", "p"),
    [
        (v.gaussian(torch.zeros(3, 2), torch.zeros(3, 2)), v.BetaPrior(2)),
        (v.gaussian(torch.zeros(3, 3), torch.zeros(3, 3)), v.SpherePrior()),
        (POSTERIORS["von_mises_fisher"]()(torch.ones(4, 3)), v.StandardNormal(3)),
        (POSTERIORS["von_mises_fisher"]()(torch.ones(4, 3)), v.GaussianMixture(3, 2)),
        (POSTERIORS["beta"]()(torch.ones(4, 6)), v.SpherePrior()),
    ],
)
def test_incompatible_pairs_are_refused_with_the_reason(q, p):
    with pytest.raises(ValueError, match="mass where the prior has none.*infinite"):
        kl(q, p())


def test_a_box_inside_the_plane_is_compatible():
    q = POSTERIORS["beta"]()(torch.zeros(4, 4))
    assert bool(torch.isfinite(kl(q, v.StandardNormal(2)(), seed=0)).all())
    assert bool(torch.isfinite(kl(q, v.GaussianMixture(2, 3)(), seed=0)).all())


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


def test_vamp_wants_a_function():
    with pytest.raises(TypeError, match="a function such as model.encode"):
        v.VampPrior(None, torch.rand(3, 5))


# ---- in a model ----------------------------------------------------------------------------------


def small_data():
    return (torch.rand(64, 12, generator=torch.Generator().manual_seed(0)) > 0.5).float()


IN_A_MODEL = {
    "learned normal": lambda: dict(prior=v.LearnedNormal(2)),
    "student": lambda: dict(prior=v.StudentT(2, learn_df=True)),
    "laplace": lambda: dict(prior=v.Laplace(2)),
    "box": lambda: dict(prior=v.BetaPrior(2), posterior="beta"),
    "box, kumaraswamy": lambda: dict(prior=v.BetaPrior(2, 2.0, 2.0), posterior="kumaraswamy"),
    "sphere": lambda: dict(latent_dim=3, prior=v.SpherePrior(), posterior="von_mises_fisher"),
    "mixture": lambda: dict(prior=v.GaussianMixture(2, 3)),
    "flow": lambda: dict(prior=v.FlowPrior(2, layers=2, hidden=(8,))),
    "vamp": lambda: {},
    "vamp on the sphere": lambda: dict(
        latent_dim=3, prior=v.SpherePrior(), posterior="von_mises_fisher"
    ),
    "vamp in the box": lambda: dict(prior=v.BetaPrior(2), posterior="beta"),
    "beta under a mixture": lambda: dict(prior=v.GaussianMixture(2, 3), posterior="beta"),
}


def model_with(name):
    model = v.build_vae(small_data(), hidden=(16,), **IN_A_MODEL[name]())
    if name.startswith("vamp"):
        model.prior = v.VampPrior(model.encode, small_data()[:5])
    return model


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


def test_vamp_uses_the_encoder_and_does_not_own_it():
    model = model_with("vamp")
    assert [n for n, _ in model.prior.named_parameters()] == ["pixel_logits"]
    x = small_data()[:5]
    at_the_start = model.encode(x.clamp(0.02, 0.98))
    z = draw(model.prior(), (6,), 0)
    by_hand = at_the_start.log_prob(z.unsqueeze(1)).logsumexp(-1) - math.log(5)
    assert torch.allclose(model.prior().log_prob(z), by_hand, atol=1e-5)
    v.elbo(model, x).value.sum().backward()
    assert float(model.prior.pixel_logits.grad.abs().max()) > 0
    twin = copy.deepcopy(model)
    with torch.no_grad():
        twin.encoder.net[0].weight.zero_()
    assert not torch.equal(twin.prior().log_prob(z), model.prior().log_prob(z))


@pytest.mark.parametrize("latent_dim", [1, 3])
def test_a_flow_starts_at_the_standard_normal(latent_dim):
    z = draw(v.StandardNormal(latent_dim)(), (10,), 0)
    flow = v.FlowPrior(latent_dim)
    assert torch.allclose(flow().log_prob(z), v.StandardNormal(latent_dim)().log_prob(z), atol=1e-5)
    assert draw(flow(), (4,)).shape == (4, latent_dim) and all(
        p.requires_grad for p in flow.parameters()
    )


def test_on_the_box_the_decoder_starts_with_standardised_latents():
    box = v.build_vae(small_data(), prior=v.BetaPrior(2), posterior="beta", hidden=(16,))
    plain = v.build_vae(small_data(), hidden=(16,))
    e = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
    mean, stddev = 2 / 3, math.sqrt(1 / 18)  # of Beta(2, 1)
    assert torch.allclose(box.decode(mean + stddev * e).mean, plain.decode(e).mean, atol=1e-6)


# ---- the battery catches the three published mistakes --------------------------------------------


class PerDimensionMixture(Distribution):
    """logsumexp over components in each dimension, then summed: it normalises, and nobody samples
    from it.
    """

    arg_constraints, support, has_rsample = {}, constraints.real_vector, False

    def __init__(self, mu, stddev):
        self.mu, self.normal = mu, torch.distributions.Normal(mu, stddev)
        super().__init__(torch.Size(), mu.shape[-1:], validate_args=False)

    def log_prob(self, z):
        each = self.normal.log_prob(z.unsqueeze(-2))  # (..., K, D)
        return (each.logsumexp(-2) - math.log(len(self.mu))).sum(-1)

    def sample(self, shape=()):
        which = torch.randint(len(self.mu), shape)
        return self.mu[which] + torch.randn((*shape, self.mu.shape[-1]), dtype=torch.float64)


class JacobianCountedTwice(Distribution):
    """A flow whose log-determinant, already summed over dimensions, is added once for each of
    them.
    """

    arg_constraints, support, has_rsample = {}, constraints.real_vector, True

    def __init__(self, scale):
        self.scale = scale
        super().__init__(torch.Size(), scale.shape, validate_args=False)

    def log_prob(self, z):
        noise = torch.distributions.Normal(*double(0.0, 1.0)).log_prob(z / self.scale)
        return (noise - self.scale.log().sum()).sum(-1)

    def rsample(self, shape=()):
        return self.scale * torch.randn((*shape, 2), dtype=torch.float64)


class VarianceForDeviation(Distribution):
    """exp(logvar), a variance, taken for the standard deviation in the sampler; the density is
    right.
    """

    arg_constraints, support, has_rsample = {}, constraints.real_vector, True

    def __init__(self, mu, logvar):
        self.mu, self.logvar = mu, logvar
        super().__init__(torch.Size(), mu.shape, validate_args=False)

    def log_prob(self, z):
        return v.gaussian(self.mu, self.logvar).log_prob(z)

    def rsample(self, shape=()):
        return self.mu + self.logvar.exp() * torch.randn((*shape, 2), dtype=torch.float64)


(CENTRES,) = double([[3.0, 3.0], [-3.0, -3.0]])
SCALES, LOGVAR = double([0.5, 0.8], [-0.6, -0.3])
PLANTED = {
    "logsumexp per dimension": (
        lambda: PerDimensionMixture(CENTRES, torch.ones_like(CENTRES)),
        {"samples"},
    ),
    "log-determinant counted D times": (lambda: JacobianCountedTwice(SCALES), {"mass", "samples"}),
    "exp(logvar) as a standard deviation": (
        lambda: VarianceForDeviation(0 * LOGVAR, LOGVAR),
        {"samples"},
    ),
}


@pytest.mark.parametrize("mistake", PLANTED)
def test_the_battery_fails_on_a_published_mistake(mistake):
    build, caught_by = PLANTED[mistake]
    case = battery.Case(mistake, "plane", build)
    failed = set()
    if abs(battery.integral(case) - 1) > 2e-5:
        failed.add("mass")
    if battery.chi_square(case) <= P_VALUE:
        failed.add("samples")
    assert failed == caught_by


def test_the_same_three_pass_once_they_are_mended():
    """So that it is the mistake that fails, and not the fixture."""
    right = v.GaussianMixture(2, 2).double()
    with torch.no_grad():
        right.mu.copy_(CENTRES)
    for build in (
        right,
        lambda: v.gaussian(0 * SCALES, 2 * SCALES.log()),
        lambda: v.gaussian(0 * LOGVAR, LOGVAR),
    ):
        case = battery.Case("mended", "plane", build)
        assert battery.integral(case) == pytest.approx(1, abs=2e-5)
        assert battery.chi_square(case) > P_VALUE


def test_the_wrong_mixture_at_the_point_between():
    """At (3, -3) of an even mixture at (3, 3) and (-3, -3) there is next to nothing; the wrong
    density sees a bump.
    """
    (z,) = double([3.0, -3.0])
    right = v.GaussianMixture(2, 2).double()
    with torch.no_grad():
        right.mu.copy_(CENTRES)
    assert float(
        PerDimensionMixture(CENTRES, torch.ones_like(CENTRES)).log_prob(z)
    ) == pytest.approx(-3.224, abs=1e-3)
    assert float(right().log_prob(z).detach()) == pytest.approx(-19.838, abs=1e-3)


def test_laplace_is_scipys():
    z = torch.linspace(-5, 5, 11)
    ours = Independent(StandardLaplace(torch.zeros(1)), 1).log_prob(z.unsqueeze(-1))
    assert torch.allclose(
        ours.double(), torch.tensor(scipy_stats.laplace.logpdf(z.double().numpy())), atol=1e-6
    )
