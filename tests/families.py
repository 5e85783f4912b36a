"""Every prior and posterior that the battery tries, with the space that it lives on."""

import math

import battery
import torch
from torch import nn
from torch.distributions import Distribution, constraints

import vaeteach as v
from vaeteach.distributions import POSTERIORS

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
    "diffusion": (
        "plane",
        7.0,
        lambda: jiggled(v.DiffusionPrior(2, hidden=(3,), steps=10, ripples=1), 0.3),
    ),
    "flow": ("plane", math.inf, lambda: jiggled(v.FlowPrior(2, layers=3, hidden=(8,)), 0.2)),
    "hierarchical": ("plane", 14.0, lambda: jiggled(v.HierarchicalPrior(2, hidden=6))),
    "conditional": ("plane", 14.0, lambda: jiggled(v.ConditionalPrior(2, 4))),
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


PAIRS = [(p, q) for p in MODULES for q in COMPATIBLE[MODULES[p][0]]]


def has_closed_form(q, p):
    try:
        torch.distributions.kl_divergence(q, p)
    except NotImplementedError:
        return False
    return True


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
    "diffusion": lambda: dict(prior=v.DiffusionPrior(2, hidden=(8,), steps=2)),
    "hierarchical": lambda: dict(prior=v.HierarchicalPrior(2, hidden=6)),
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


(CENTRES,) = double([[3.0, 3.0], [-3.0, -3.0]])
