"""The prior zoo without a browser: knobs, prices and pictures; and the drawings that it is made
of.
"""

import math

import numpy as np
import pytest
import torch
from matplotlib.path import Path
from scipy import stats
from shown import shown

import vaeteach as v
from vaeteach import plots
from vaeteach.distributions import Stretched, draw
from vaeteach.exact import exact_log_marginal, sphere_nodes
from vaeteach.plots import priors as drawing
from vaeteach.training import TRIALS, kept_trial, measure_trial, train_trial
from vaeteach.widgets import PriorZoo
from vaeteach.widgets.prior_zoo import space_of


@pytest.fixture(scope="module")
def data():
    return v.load("digits").binarized().subset(300, 100)


@pytest.fixture(scope="module")
def models(data):
    return {name: train_trial(name, data, epochs=3)[0].requires_grad_(False) for name in TRIALS}


@pytest.fixture
def zoo(models, data):
    return PriorZoo(models, data, n_codes=200)


@pytest.mark.parametrize("name", TRIALS)
def test_every_prior_has_its_place_and_starts_as_it_was_trained(zoo, models, name):
    zoo.choose.value = name
    prior = models[name].prior()
    z = draw(prior, (50,), 0)
    # sliders move in steps
    assert torch.allclose(zoo.prior_now().log_prob(z), prior.log_prob(z), atol=2e-3)
    assert space_of(prior) == (
        "sphere" if "sphere" in name else "box" if "Beta" in name else "plane"
    )
    low, high = drawing.LIMITS[space_of(prior)]
    assert zoo.plane.get_xlim() == (low, high)
    assert name in zoo.alt and name in zoo.plane.get_title()


@pytest.mark.parametrize(
    "name",
    [
        "standard normal",
        "Student t, 5 degrees",
        "uniform box, Beta q",
        "sphere, von Mises-Fisher q",
        "mixture of 10",
        "VampPrior of 50",
    ],
)
def test_moving_a_knob_moves_the_picture_and_back(zoo, name):
    zoo.choose.value = name
    picture, kl = shown(zoo).tobytes(), zoo.marginal_kl
    start, second = zoo.first.value, zoo.second.value
    zoo.first.value = zoo.first.max
    assert shown(zoo).tobytes() != picture and abs(zoo.marginal_kl - kl) > 1e-3
    zoo.first.value = start
    assert shown(zoo).tobytes() == picture and zoo.marginal_kl == kl
    zoo.second.value = zoo.second.max
    assert shown(zoo).tobytes() != picture
    zoo.second.value = second
    before = shown(zoo).tobytes()
    zoo.again.value = 7
    assert shown(zoo).tobytes() != before and zoo.marginal_kl == kl


def test_the_numbers_are_those_of_the_package(zoo, models, data):
    for name in (
        "standard normal",
        "uniform box, Beta q",
        "sphere, von Mises-Fisher q",
        "VampPrior of 50",
    ):
        zoo.choose.value = name
        split = v.surgery(models[name], data.train, n_samples=20_000)
        assert zoo.marginal_kl == pytest.approx(
            split.marginal_kl, abs=4 * split.marginal_kl_error + 0.08
        )
        bound = torch.stack(
            [v.elbo(models[name], data.test, seed=s).value for s in range(30)]
        ).mean()
        assert zoo.elbo == pytest.approx(float(bound), abs=0.3)
    zoo.choose.value = "standard normal"
    elbo, kl = zoo.elbo, zoo.marginal_kl
    zoo.first.value = 2.0
    assert zoo.elbo < elbo - 0.5 and zoo.marginal_kl > kl + 0.5


def test_a_shifted_and_stretched_normal_is_a_normal():
    base = v.StandardNormal(2)()
    moved = Stretched(base, 1.5, 0.5)
    z = draw(moved, (200,), 0)
    right = v.gaussian(torch.tensor([1.5, 0.0]), torch.full((2,), 2 * math.log(0.5)))
    assert torch.allclose(moved.log_prob(z), right.log_prob(z), atol=1e-5)
    assert stats.kstest(z[:, 0].numpy(), stats.norm(1.5, 0.5).cdf).pvalue > 1e-3


def test_wider_bumps_have_wider_variances(zoo):
    zoo.choose.value = "mixture of 10"
    before = zoo.prior_now().base.component_distribution.variance
    zoo.first.value = 2.0
    assert torch.allclose(
        zoo.prior_now().base.component_distribution.variance, 4 * before, rtol=1e-4
    )


def test_what_cannot_be_shown_gets_a_sentence(data):
    with pytest.raises(ValueError, match="at least one model"):
        PriorZoo({}, data)
    with pytest.raises(ValueError, match="latent_dim=2"):
        PriorZoo({"ten": v.build_vae(data, 10)}, data)


# ---- the recipe ----------------------------------------------------------------------------------


def test_the_recipe_measures_what_it_says(models, data):
    row = measure_trial(models["mixture of 10"], data, n_samples=50)
    assert set(row) == {"elbo", "kl", "marginal_kl", "train_elbo", "iwae", "exact"}
    assert row["elbo"] < row["iwae"] < row["exact"] + 0.02
    ten, _ = train_trial("Laplace", data, latent_dim=4, epochs=3)
    assert math.isnan(measure_trial(ten, data, n_samples=5)["exact"])


def test_a_kept_model_is_the_trained_one(data):
    for name in ("VampPrior of 50", "uniform box, Beta q"):
        first, again = (kept_trial(name, data, epochs=3, seed=4) for _ in range(2))
        trained, _ = train_trial(name, data, epochs=3, seed=4)
        for other in (again, trained):
            pictures = [m.decode(draw(m.prior(), (5,))).mean for m in (first, other)]
            assert torch.equal(*pictures)
    with pytest.raises(ValueError, match="choose one of 'standard normal'"):
        train_trial("cauchy", data)


def test_the_rule_on_the_sphere_integrates_polynomials_and_agrees_with_importance_sampling(
    models, data
):
    z, weight = sphere_nodes(21)
    assert float(weight.sum()) == pytest.approx(4 * math.pi, rel=1e-12)
    assert float((z[:, 0].double() ** 2 * weight).sum()) == pytest.approx(4 * math.pi / 3, rel=1e-6)
    assert float((z[:, 0] * z[:, 2]).double() @ weight) == pytest.approx(0, abs=1e-6)
    model, x = models["sphere, von Mises-Fisher q"], data.test[:20]
    exact = exact_log_marginal(model, x)
    assert torch.allclose(exact.float(), v.iwae_bound(model, x, 20_000).float(), atol=0.05)


# ---- the drawings --------------------------------------------------------------------------------


def test_lines_hold_the_mass_that_they_say():
    _, ax = plots.new_figure()
    p = v.gaussian(torch.zeros(2), torch.tensor([0.0, -1.0]))
    grid = torch.as_tensor(drawing.pixel_grid("plane"), dtype=torch.float32)
    for mass in (0.5, 0.9):
        _, lines = drawing.draw_prior(ax, p.log_prob(grid).exp(), "plane", masses=(mass,))
        (outline,) = lines.get_segments()
        z = draw(p, (20_000,), 0).numpy()
        assert Path(outline).contains_points(z).mean() == pytest.approx(mass, abs=0.02)


def test_flat_priors_have_no_lines():
    _, ax = plots.new_figure()
    assert drawing.draw_prior(ax, np.ones(drawing.PIXELS**2), "box")[1].get_segments() == []


@pytest.mark.parametrize("turn", [0.0, 40.0, -130.0])
def test_the_globe_shows_the_half_that_faces_us(turn):
    points = drawing.pixel_grid("sphere", turn)
    seen = np.isfinite(points).all(-1)
    assert np.allclose(np.linalg.norm(points[seen], axis=1), 1)
    x, y, front = drawing.seen_from_front(points[seen], turn)
    axis = np.linspace(*drawing.LIMITS["sphere"], drawing.PIXELS)
    here = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)[seen]
    assert front.mean() > 0.99 and np.allclose(np.stack([x, y], -1), here)
    _, pole_y, pole_front = drawing.seen_from_front([[0, 0, 1.0]], turn)
    assert pole_front[0] and pole_y[0] == pytest.approx(math.cos(math.radians(20)))


def test_dots_behind_the_globe_are_faint():
    _, ax = plots.new_figure()
    towards = drawing.pixel_grid("sphere")[drawing.PIXELS**2 // 2]
    dots = drawing.draw_prior_codes(ax, np.stack([towards, -towards]), np.array([3, 3]), "sphere")
    assert dots.get_facecolors()[0, 3] > 0.5 > 0.2 > dots.get_facecolors()[1, 3]
    assert np.allclose(dots.get_offsets()[0], -dots.get_offsets()[1])


def test_differences_stand_in_their_rows():
    _, ax = plots.new_figure()
    bars = plots.draw_differences(ax, ["a", "b"], [0.1, -0.2], [0.01, 0.02])
    assert bars.lines[0].get_xdata().tolist() == [0.1, -0.2]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b"]
