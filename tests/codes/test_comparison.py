"""The two-sample statistics against scipy, scikit-learn and closed forms; their p values where
nothing differs.
"""

import numpy as np
import pytest
import torch
from scipy.stats import energy_distance
from sklearn.metrics.pairwise import rbf_kernel

import vaeteach as vt
from vaeteach.codes import two_sample_statistics

MOMENTS = [
    "largest difference of means",
    "largest log ratio of variances",
    "KL of the moment-matched Gaussians",
]


class Constructed:
    """A model whose encoder is given: it says which q(z) there is."""

    def __init__(self, q):
        self.q = q

    def encode(self, x):
        return self.q(x)

    def prior(self):
        return vt.gaussian(torch.zeros(2), torch.zeros(2))


@pytest.fixture
def samples():
    rng = np.random.default_rng(0)
    return rng.normal(size=(150, 3)), 0.5 + 1.3 * rng.normal(size=(150, 3))


def test_energy_distance_is_scipys_in_one_dimension(samples):
    a, b = (s[:, :1] for s in samples)
    n = len(a)
    biased = two_sample_statistics(a, b)["energy distance"] + sum(
        np.abs(s - s.T).sum() / (n * n * (n - 1)) for s in (a, b)
    )
    assert biased == pytest.approx(energy_distance(a[:, 0], b[:, 0]) ** 2)


def test_mmd_is_made_of_scikit_learns_kernels(samples):
    a, b = samples
    width = np.median(np.linalg.norm(a[:, None] - b[None], axis=-1))
    k = [rbf_kernel(u, v, gamma=0.5 / width**2) for u, v in ((a, a), (b, b), (a, b))]
    n = len(a)
    want = sum((m.sum() - np.trace(m)) / (n * (n - 1)) for m in k[:2]) - 2 * k[2].mean()
    assert two_sample_statistics(a, b)["squared MMD, Gaussian kernel"] == pytest.approx(want)


def test_gaussian_kl_is_torchs(samples):
    fitted = [
        torch.distributions.MultivariateNormal(
            torch.as_tensor(s.mean(0)), torch.as_tensor(np.cov(s.T))
        )
        for s in samples
    ]
    want = float(torch.distributions.kl_divergence(*fitted))
    assert two_sample_statistics(*samples)["KL of the moment-matched Gaussians"] == pytest.approx(
        want, rel=1e-6
    )


def test_neighbour_kl_finds_the_kl_of_two_gaussians():
    rng = np.random.default_rng(1)
    got = [
        two_sample_statistics(rng.normal(size=(1500, 2)), 1.0 + rng.normal(size=(1500, 2)))[
            "KL by nearest neighbours"
        ]
        for _ in range(4)
    ]
    assert np.mean(got) == pytest.approx(1.0, abs=0.12)  # KL(N(0, I) || N((1, 1), I)) = 1


def test_p_values_are_large_where_nothing_differs():
    model = Constructed(lambda x: vt.gaussian(torch.zeros(len(x), 2), torch.zeros(len(x), 2)))
    tables = [
        vt.compare_with_prior(model, torch.zeros(50, 4), seed, n_samples=150) for seed in range(8)
    ]
    p = np.concatenate([t["p_value"].dropna() for t in tables])
    assert p.min() >= 1 / 41 and 0.3 < np.median(p) < 0.75 and (p < 0.05).mean() < 0.15
    assert all(
        t.loc["marginal KL, from the densities", "value"] == pytest.approx(0, abs=1e-6)
        for t in tables
    )


def test_the_right_statistics_see_a_shift():
    model = Constructed(lambda x: vt.gaussian(torch.full((len(x), 2), 0.6), torch.zeros(len(x), 2)))
    table = vt.compare_with_prior(model, torch.zeros(50, 4), n_samples=400)
    seen = table["p_value"] < 0.05
    assert seen[
        ["largest difference of means", "energy distance", "squared MMD, Gaussian kernel"]
    ].all()
    assert not seen["largest log ratio of variances"]
    kl = 0.5 * 2 * 0.6**2  # 400 points give it to 0.06 (one standard error)
    assert table.loc["marginal KL, from the densities", "value"] == pytest.approx(kl, abs=0.2)
    assert table.loc["KL of the moment-matched Gaussians", "value"] == pytest.approx(kl, abs=0.2)


def test_equal_moments_hide_a_ring_and_only_the_shape_sees_it():
    def ring(x):
        angle = torch.arange(len(x)) * (2 * np.pi / len(x))
        # var of radius cos(angle) is 0.95; with sigma^2 = 0.05 in all 1
        radius = (2 * (1 - 0.05)) ** 0.5
        return vt.gaussian(
            radius * torch.stack([angle.cos(), angle.sin()], 1),
            torch.full((len(x), 2), np.log(0.05)),
        )

    table = vt.compare_with_prior(Constructed(ring), torch.zeros(200, 4), n_samples=400)
    assert (table.loc[MOMENTS, "p_value"] > 0.05).all()
    for name in (
        "Kolmogorov-Smirnov, radius",
        "classifier accuracy minus 1/2",
        "KL by nearest neighbours",
    ):
        assert table.loc[name, "p_value"] < 0.05
    assert table.loc["marginal KL, from the densities", "value"] > 0.3


def test_same_seed_same_table():
    data = vt.load("digits").binarized()
    tables = [vt.compare_with_prior(vt.build_vae(data, 2), data.test, 3, 50, 12) for _ in range(2)]
    assert tables[0].equals(tables[1])
    assert np.isfinite(tables[0][["value", "null_median", "null_95"]].to_numpy()).all()


def test_statistics_asked_for_by_name_are_those_of_the_whole_table():
    data = vt.load("digits").binarized()
    model, names = vt.build_vae(data, 2), ["KL by nearest neighbours", "energy distance"]
    few, all_ = (vt.compare_with_prior(model, data.test, 3, 50, 12, n) for n in (names, None))
    assert few.equals(all_.loc[[*names, "marginal KL, from the densities"]])
    with pytest.raises(ValueError, match="no statistic 'energy'; there are .*energy distance"):
        vt.compare_with_prior(model, data.test, names=["energy"])


@pytest.mark.parametrize("options", [{"n_samples": 5}, {"repeats": 2}])
def test_too_few_samples_get_a_sentence(options):
    model = Constructed(lambda x: vt.gaussian(torch.zeros(len(x), 2), torch.zeros(len(x), 2)))
    with pytest.raises(ValueError, match="n_samples >= 20"):
        vt.compare_with_prior(model, torch.zeros(50, 4), **options)
