"""Exercise 9.4: a test that finds a wrong density."""

import math

import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from ..exercise import Exercise


class Suspect:
    """A mixture of normals of variance 1 with equal weights.

    Means `mu` (K, 2), `sample(n, seed)`, `log_prob(z)`. The sampler is right. per_dimension:
    whether the density is the wrong one.
    """

    def __init__(self, mu, per_dimension=False):
        self.mu, self._per_dimension = torch.as_tensor(mu, dtype=torch.float32), per_dimension

    def __repr__(self):
        kind = "the per-dimension density" if self._per_dimension else "the joint density"
        return f"a mixture at {self.mu.tolist()} with {kind}"

    def log_prob(self, z):
        each = Normal(self.mu, 1.0).log_prob(z.unsqueeze(-2))  # (..., K, D)
        if self._per_dimension:
            return (each.logsumexp(-2) - math.log(len(self.mu))).sum(-1)
        return each.sum(-1).logsumexp(-1) - math.log(len(self.mu))

    def sample(self, n, seed=0):
        g = torch.Generator().manual_seed(seed)
        which = torch.randint(len(self.mu), (n,), generator=g)
        return self.mu[which] + torch.randn(n, 2, generator=g)


def _suspects(seed=0):
    a = 3.0 + seed % 5 / 10
    two, other = [[a, a], [-a, -a]], [[2.5, -2.5], [-2.5, 2.5]]
    three = [[3.0, 3.0], [-3.0, 3.0], [-3.0, -3.0]]
    return [
        (Suspect(two),),
        (Suspect(two, per_dimension=True),),
        (Suspect(other, per_dimension=True),),
        (Suspect(other),),
        # one component: nothing to mix, nothing wrong
        (Suspect([[0.0, 1.0]], per_dimension=True),),
        (Suspect(three, per_dimension=True),),
        (Suspect(three),),
    ]


def _by_quadrants(prior):
    """Compare the share of samples in each quadrant with the mass that the density puts there."""
    z = prior.sample(20_000, seed=0)
    axis = (torch.arange(160) + 0.5) / 10 - 8
    grid = torch.cartesian_prod(axis, axis)
    claimed = prior.log_prob(grid).exp() / 100
    number = lambda points: (points[:, 0] > 0).long() * 2 + (points[:, 1] > 0).long()  # noqa: E731
    counted = torch.bincount(number(z), minlength=4) / len(z)
    return bool(
        (counted - torch.bincount(number(grid), weights=claimed, minlength=4)).abs().max() < 0.05
    )


def _by_mean_density_under_samples(prior):
    """Two marginals at a time never see the mistake: each is right."""
    z = prior.sample(20_000, seed=0)
    axis = (torch.arange(160) + 0.5) / 10 - 8
    mass = prior.log_prob(torch.cartesian_prod(axis, axis)).exp().reshape(160, 160) / 100
    shares = [(z[:, d] > 0).float().mean() - mass.sum(1 - d)[axis > 0].sum() for d in range(2)]
    return bool(max(abs(float(s)) for s in shares) < 0.05)


def _against_the_joint_formula(prior):
    z = prior.sample(200, seed=3)
    z = torch.cat([z, z.flip(0) * torch.tensor([1.0, -1.0])])
    each = Normal(prior.mu, 1.0).log_prob(z[:, None]).sum(-1)
    return torch.allclose(
        prior.log_prob(z), each.logsumexp(-1) - math.log(len(prior.mu)), atol=1e-3
    )


def _by_the_mean_log_density(prior):
    """The mean of log p over samples is minus the entropy if p is theirs; theirs is known."""
    z = prior.sample(4000, seed=1)
    right = MixtureSameFamily(
        Categorical(torch.ones(len(prior.mu))), Independent(Normal(prior.mu, torch.ones(2)), 1)
    )
    return abs(float(prior.log_prob(z).mean() - right.log_prob(z).mean())) < 0.02


def _by_counting_near_crossings(prior):
    """Hold samples within 1.5 of every point (x of a centre, y of another) against the density."""
    z = prior.sample(20_000, seed=5)
    step = (torch.arange(60) + 0.5) / 20 - 1.5
    patch = torch.cartesian_prod(step, step)
    patch = patch[patch.norm(dim=1) < 1.5]
    for x in prior.mu[:, 0]:
        for y in prior.mu[:, 1]:
            centre = torch.stack([x, y])
            counted = float(((z - centre).norm(dim=1) < 1.5).float().mean())
            if abs(counted - float(prior.log_prob(centre + patch).exp().sum()) / 400) > 0.03:
                return False
    return True


is_sound = Exercise(
    name="is_sound",
    solution=_by_quadrants,
    inputs=_suspects,
    praise="your test passes the right mixtures and exposes every wrong one.",
    mistakes="""
        a test that passes everything: _by_mean_density_under_samples(prior)
            It calls every mixture sound. The wrong density, too, integrates to one, and each of its
            *marginals* is right: look where a marginal cannot, for example at (3, -3), and compare
            with where the samples fall.
        a test that fails everything: False
            It calls every mixture wrong, the right ones too. How large a difference does chance
            alone make?
        the answer turned round: not _by_quadrants(prior)
            Your test sees the mistake but says the opposite: True is for a density that fits its
            samples.
        the shape for the density: len(prior.mu) == 1
            It calls a mixture sound only if it has a single component. There the two formulas
            agree; the right density with two components must pass as well.
        the share for the truth value: 1.0 if _by_quadrants(prior) else 0.0
            The verdicts are right; return True or False, and not a number: bool(...) makes one.
    """,
    also_right=(_against_the_joint_formula, _by_the_mean_log_density, _by_counting_near_crossings),
)
