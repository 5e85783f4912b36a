"""Priors that the package has never seen: proven, trained, drawn and turned without an edit in it.

On the plane and with nothing said about knobs, on the plane with a knob, in a box, on the sphere.
"""

import math

import battery
import numpy as np
import pytest
import torch
from families import P_VALUE, small_data
from matplotlib.path import Path
from torch import nn
from torch.distributions import (
    Beta,
    Categorical,
    Distribution,
    Independent,
    MixtureSameFamily,
    Normal,
    constraints,
)
from torch.func import functional_call

import vaeteach as vt
from vaeteach import plots
from vaeteach.exact import exact_log_marginal
from vaeteach.plots.priors import pixel_grid
from vaeteach.widgets import PriorZoo
from vaeteach.widgets.prior_zoo import space_of


class Logistic(Distribution):
    """The logistic distribution of a given scale, which torch does not have."""

    arg_constraints, support, has_rsample = {}, constraints.real, True

    def __init__(self, scale):
        self.scale = scale
        super().__init__(scale.shape, validate_args=False)

    def log_prob(self, z):
        u = z / self.scale
        return -u - 2 * nn.functional.softplus(-u) - self.scale.log()

    def rsample(self, shape=()):
        return self.scale * torch.logit(
            torch.rand(*shape, *self.scale.shape, dtype=self.scale.dtype)
        )


class LogisticPrior(nn.Module):
    def __init__(self):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor([-0.5, -0.2]))

    def forward(self):
        return Independent(Logistic(self.log_scale.exp()), 1)


class Ring(nn.Module):
    """Bumps in a ring, whose radius is learned and can be turned."""

    def __init__(self, radius=2.0):
        super().__init__()
        self.radius = nn.Parameter(torch.tensor(radius))
        angle = 2 * math.pi * torch.arange(8) / 8
        self.register_buffer("directions", torch.stack([angle.cos(), angle.sin()], 1))

    def forward(self):
        return self.turned(self.radius)

    def knobs(self):
        return (("radius", 0.5, 4.0, 0.1, float(self.radius.detach())),)

    def turned(self, radius):
        centres = radius * self.directions
        bumps = Independent(Normal(centres, torch.full_like(centres, 0.5)), 1)
        return MixtureSameFamily(Categorical(logits=torch.zeros_like(centres[:, 0])), bumps)


class Humps(nn.Module):
    """Two humps in the unit square."""

    def __init__(self):
        super().__init__()
        self.log_a = nn.Parameter(torch.tensor([[2.5, 2.2], [1.0, 1.4]]))

    def forward(self):
        humps = Independent(Beta(self.log_a.exp(), self.log_a.exp().flip(0)), 1)
        return MixtureSameFamily(Categorical(logits=torch.zeros_like(self.log_a[:, 0])), humps)


class North(nn.Module):
    """The north of the globe."""

    def __init__(self):
        super().__init__()
        self.log_kappa = nn.Parameter(torch.tensor(1.0))

    def forward(self):
        return vt.VonMisesFisher(self.log_kappa.new_tensor([0.0, 0.0, 1.0]), self.log_kappa.exp())


# name -> (class, posterior that goes with it, its space, the sliders in the prior zoo)
PRIORS = {
    "logistic": (LogisticPrior, "gaussian", "plane", ["shift", "stretch"]),
    "ring": (Ring, "gaussian", "plane", ["radius"]),
    "humps": (Humps, "beta", "box", []),
    "north": (North, "von_mises_fisher", "sphere", ["turn °"]),
}


def data():
    images, labels = small_data(), torch.arange(64) % 10
    return vt.ImageData(images, labels, images[:20], labels[:20], (3, 4))


@pytest.fixture(scope="module")
def trained():
    """{name: (model, its prior's parameters before training)}."""
    found = {}
    for name, (make, posterior, space, _) in PRIORS.items():
        dim = 3 if space == "sphere" else 2
        model = vt.build_vae(data(), dim, make(), posterior, hidden=(8,))
        start = [p.detach().clone() for p in model.prior.parameters()]
        vt.fit(model, data(), epochs=2, batch_size=16, lr=5e-3, progress=False)
        found[name] = model.requires_grad_(False), start
    return found


@pytest.mark.parametrize("name", PRIORS)
def test_it_passes_the_battery(name):
    make, _, space, _ = PRIORS[name]
    prior = make().double()
    case = battery.Case(name, space, lambda: prior(), reach=math.inf)
    assert space_of(prior()) == space
    assert battery.integral(case) == pytest.approx(1, abs=2e-5)
    assert battery.chi_square(case) > P_VALUE
    z, names = vt.draw(prior(), (6,), 4).detach(), [n for n, _ in prior.named_parameters()]
    log_prob = lambda *v: functional_call(prior, dict(zip(names, v)), ()).log_prob(z).sum()  # noqa: E731
    assert battery.gradient_errors(log_prob, list(prior.parameters())) < 1e-6


@pytest.mark.parametrize("name", PRIORS)
def test_it_trains_and_its_log_p_is_exact(trained, name):
    model, start = trained[name]
    assert all(not torch.equal(p, old) for p, old in zip(model.prior.parameters(), start))
    assert model.sample(4).shape == (4, 12)
    x = data().test[:6]
    exact = exact_log_marginal(model, x)
    assert torch.allclose(exact.float(), vt.iwae_bound(model, x, 20_000).float(), atol=0.05)


@pytest.mark.parametrize("name", PRIORS)
def test_it_is_drawn_where_its_mass_is(trained, name):
    model, space = trained[name][0], PRIORS[name][2]
    _, ax = plots.new_figure()
    grid = torch.as_tensor(pixel_grid(space), dtype=torch.float32)
    inside = grid.isfinite().all(-1)
    density = torch.full((len(grid),), math.nan)
    density[inside] = model.prior().log_prob(grid[inside]).exp()
    image, lines = plots.draw_prior(ax, density.numpy(), space, masses=(0.5,))
    shown = np.ma.getdata(image.get_array()).ravel()
    assert int(np.nanargmax(shown)) == int(np.nanargmax(density.numpy()))
    if space == "sphere":
        return
    z = vt.draw(model.prior(), (20_000,), 0).numpy()
    # outlines of rings overlap: a point is inside where it is in an odd number of them
    times = sum(Path(line).contains_points(z).astype(int) for line in lines.get_segments())
    assert (times % 2 == 1).mean() == pytest.approx(0.5, abs=0.05)


def test_it_is_turned_in_the_prior_zoo(trained):
    models = {name: model for name, (model, _) in trained.items()}
    zoo = PriorZoo(models, data(), n_codes=30)
    for name, model in models.items():
        zoo.choose.value = name
        assert [knob.description for knob in zoo.knobs] == PRIORS[name][3]
        assert zoo.alt.startswith(name) and all(word in zoo.alt for word in PRIORS[name][3])
        z = vt.draw(model.prior(), (50,), 0)
        # sliders move in steps
        assert torch.allclose(zoo.prior_now().log_prob(z), model.prior().log_prob(z), atol=0.2)
        before = zoo.marginal_kl
        for knob in zoo.knobs:
            knob.value = knob.max
        now = zoo.prior_now().log_prob(z)
        if name == "logistic":
            moved = (z - torch.tensor([3.0, 0.0])) / 2.5
            assert torch.allclose(now, model.prior().log_prob(moved) - 2 * math.log(2.5), atol=1e-4)
        if name == "ring":
            assert torch.allclose(now, Ring(4.0)().log_prob(z), atol=1e-4)
        assert (zoo.marginal_kl != before) == (name in ("logistic", "ring"))
