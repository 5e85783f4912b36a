"""Exercise 2.1: the bound in one line."""

import torch

from ...distributions import gaussian
from ..exercise import Exercise


def _elbo_terms(seed=0):
    g = torch.Generator().manual_seed(1 + seed)
    cases = [(torch.tensor([-12.0]), torch.tensor([[0.0]]), torch.tensor([[0.5]]))]
    for b, d in ((3, 2), (6, 4)):
        terms = (
            -20 - 3 * torch.randn(b, generator=g),
            torch.randn(b, d, generator=g),
            torch.randn(b, d, generator=g),
        )
        cases.append(terms)
    return [
        (
            log_likelihood,
            gaussian(mu, logvar),
            gaussian(torch.zeros_like(mu), 0 * mu),
            mu + (logvar / 2).exp() * 0.7,
        )
        for log_likelihood, mu, logvar in cases
    ]


def _kl(q, p):
    return torch.distributions.kl_divergence(q, p)


elbo_from_samples = Exercise(
    name="elbo_from_samples",
    solution=lambda log_likelihood, q, p, z: log_likelihood + p.log_prob(z) - q.log_prob(z),
    inputs=_elbo_terms,
    praise="joint minus q, one number an image.",
    mistakes="""
        KL added: log_likelihood + q.log_prob(z) - p.log_prob(z)
            You added the divergence. The code has a price: log p(z) counts with plus, log q(z|x)
            with minus.
        the negative ELBO: q.log_prob(z) - p.log_prob(z) - log_likelihood
            This is minus the ELBO, the loss that an optimiser minimises. The bound itself is asked
            for.
        prior forgotten: log_likelihood - q.log_prob(z)
            log p(z) is missing: the joint is log p(x|z) + log p(z).
        q forgotten: log_likelihood + p.log_prob(z)
            This is log p(x, z) alone; log q(z|x) still has to be subtracted.
        closed form for a sample: log_likelihood - _kl(q, p)
            Right in the mean, but this is the closed form of the KL. Here use the sample z in both
            densities.
        summed over the batch: (log_likelihood + p.log_prob(z) - q.log_prob(z)).sum()
            You summed over the batch. One number an image is asked for: leave the (B,) numbers
            alone.
        mean over the batch: (log_likelihood + p.log_prob(z) - q.log_prob(z)).mean()
            You averaged over the batch. One number an image is asked for: leave the (B,) numbers
            alone.
        likelihood alone: log_likelihood
            This is the first term only, a reconstruction without a price for the code.
    """,
    also_right=(
        lambda log_likelihood, q, p, z: log_likelihood - (q.log_prob(z) - p.log_prob(z)),
        lambda log_likelihood, q, p, z: torch.stack(
            [log_likelihood, p.log_prob(z), -q.log_prob(z)]
        ).sum(0),
        lambda log_likelihood, q, p, z: log_likelihood.add_(p.log_prob(z)).sub_(q.log_prob(z)),
        lambda log_likelihood, q, p, z: log_likelihood.double() - (q.log_prob(z) - p.log_prob(z)),
    ),
)
