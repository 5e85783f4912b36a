"""Exercise 10.3: the posterior, given some of the pixels."""

import numpy as np
import torch

from ..exercise import Exercise


def _grids(seed=0):
    g = torch.Generator().manual_seed(2 + seed)
    pixels = torch.rand(7, 5, generator=g).mul(0.8).add(0.1).log()
    prior = torch.log_softmax(torch.randn(7, generator=g), 0)
    even = torch.tensor([0.5, 0.5]).log()
    return [
        (even, torch.tensor([[0.9, 0.5], [0.3, 0.1]]).log(), torch.tensor([True, False])),
        (prior, pixels, torch.tensor([True, False, True, True, False])),
        # exp of these underflows, in double precision too
        (prior, 300 * pixels - 400, torch.tensor([True, True, False, True, False])),
    ]


def _naive(log_prior, log_pixels, observed):
    joint = (log_prior + log_pixels[:, observed].sum(1)).exp()
    return joint / joint.sum()


def _by_logsumexp(log_prior, log_pixels, observed):
    joint = log_prior + (log_pixels * observed).sum(1)
    return (joint - torch.logsumexp(joint, 0)).exp()


def _by_numpy(log_prior, log_pixels, observed):
    joint = log_prior.numpy() + log_pixels.numpy()[:, observed.numpy()].sum(1)
    weight = np.exp(joint - joint.max())
    return weight / weight.sum()


posterior_given_observed = Exercise(
    name="posterior_given_observed",
    atol=1e-6,
    solution=lambda log_prior, log_pixels, observed: torch.softmax(
        log_prior + log_pixels[:, observed].sum(1), 0
    ),
    inputs=_grids,
    praise=(
        "pixels that nobody saw are summed out, and a likelihood that sums to one leaves no trace."
    ),
    mistakes="""
        all pixels: torch.softmax(log_prior + log_pixels.sum(1), 0)
            You used the hidden pixels as well, which nobody has seen. Keep only the columns in
            `observed`.
        the hidden pixels: torch.softmax(log_prior + log_pixels[:, ~observed].sum(1), 0)
            The mask is the wrong way round: it is True where a pixel was seen.
        prior forgotten: torch.softmax(log_pixels[:, observed].sum(1), 0)
            This is the likelihood, normalised. Bayes' rule multiplies it by the prior.
        not normalised: (log_prior + log_pixels[:, observed].sum(1)).exp()
            This is p(z, x_observed). Divide by its sum, so that the weights add up to 1.
        logarithms returned: torch.log_softmax(log_prior + log_pixels[:, observed].sum(1), 0)
            These are log-weights. Weights are asked for: take exp.
        mean for sum: torch.softmax(log_prior + log_pixels[:, observed].mean(1), 0)
            A mean over the pixels counts them all as one. Independent pixels multiply, so their
            logarithms add up.
        log-prior as weight: torch.softmax(log_prior * log_pixels[:, observed].sum(1), 0)
            In logarithms Bayes' rule adds prior and likelihood; you multiplied them.
        exp too early: _naive(log_prior, log_pixels, observed)
            Right on paper. With many pixels the joint underflows to 0, and 0 / 0 is NaN. Stay in
            logarithms and use torch.softmax, which subtracts the maximum first.
    """,
    also_right=(_by_logsumexp, _by_numpy),
)
