"""Right answers to the exercises of notebook 09, written another way."""

import math

import torch
from torch.distributions import (
    AffineTransform,
    Categorical,
    Independent,
    MixtureSameFamily,
    Normal,
    TransformedDistribution,
)


def _loop_over_samples(q, p, z):
    return sum(q.log_prob(one) - p.log_prob(one) for one in z) / len(z)


def _transformed(z, shift, log_scale):
    noise = Independent(Normal(torch.zeros_like(shift), torch.ones_like(shift)), 1)
    return TransformedDistribution(
        noise, AffineTransform(shift, log_scale.exp(), event_dim=1)
    ).log_prob(z)


def _as_a_normal(z, shift, log_scale):
    return Normal(shift, log_scale.exp()).log_prob(z).sum(-1)


def _torch_mixture(z, mu, logvar, logits):
    return MixtureSameFamily(
        Categorical(logits=logits), Independent(Normal(mu, (logvar / 2).exp()), 1)
    ).log_prob(z)


def _loop_over_components(z, mu, logvar, logits):
    weights = logits.softmax(0)
    parts = [
        w.log() + Normal(m, (v / 2).exp()).log_prob(z).sum(-1)
        for w, m, v in zip(weights, mu, logvar)
    ]
    return torch.stack(parts).logsumexp(0)


def _against_the_joint_formula(prior):
    z = prior.sample(200, seed=3)
    z = torch.cat([z, z.flip(0) * torch.tensor([1.0, -1.0])])
    each = Normal(prior.mu, 1.0).log_prob(z[:, None]).sum(-1)
    return torch.allclose(
        prior.log_prob(z), each.logsumexp(-1) - math.log(len(prior.mu)), atol=1e-3
    )


def _by_the_mean_log_density(prior):
    """The mean of log p over the samples is minus the entropy, if p is their density; the sampler's
    own is known.
    """
    z = prior.sample(4000, seed=1)
    right = MixtureSameFamily(
        Categorical(torch.ones(len(prior.mu))), Independent(Normal(prior.mu, torch.ones(2)), 1)
    )
    return abs(float(prior.log_prob(z).mean() - right.log_prob(z).mean())) < 0.02


def _by_counting_near_crossings(prior):
    """Samples within 1.5 of every point (x of one centre, y of another), against the density
    there.
    """
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


ALSO_RIGHT = {
    "estimate_kl": [_loop_over_samples],
    "flow_log_prob": [_transformed, _as_a_normal],
    "mixture_log_prob": [_torch_mixture, _loop_over_components],
    "is_sound": [_against_the_joint_formula, _by_the_mean_log_density, _by_counting_near_crossings],
}
