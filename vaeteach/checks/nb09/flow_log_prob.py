"""Exercise 9.2: the density of a flow."""

import math

import torch
from torch.distributions import AffineTransform, Independent, Normal, TransformedDistribution

from ..exercise import Exercise


def _flow_inputs(seed=0):
    g = torch.Generator().manual_seed(4 + seed)
    return [
        (torch.tensor([[1.0]]), torch.tensor([0.5]), torch.tensor([math.log(2.0)])),
        (torch.randn(3, 2, generator=g), torch.tensor([0.5, -1.0]), torch.tensor([0.7, -0.2])),
        (
            torch.randn(5, 4, generator=g),
            torch.randn(4, generator=g),
            torch.randn(4, generator=g) / 2 - 0.3,
        ),
    ]


def _log_normal(e):
    return -0.5 * (e.square() + math.log(2 * math.pi))


def _noise(z, shift, log_scale):
    return (z - shift) * (-log_scale).exp()


def _transformed(z, shift, log_scale):
    noise = Independent(Normal(torch.zeros_like(shift), torch.ones_like(shift)), 1)
    return TransformedDistribution(
        noise, AffineTransform(shift, log_scale.exp(), event_dim=1)
    ).log_prob(z)


def _as_a_normal(z, shift, log_scale):
    return Normal(shift, log_scale.exp()).log_prob(z).sum(-1)


flow_log_prob = Exercise(
    name="flow_log_prob",
    solution=lambda z, shift, log_scale: (
        _log_normal(_noise(z, shift, log_scale)).sum(-1) - log_scale.sum()
    ),
    inputs=_flow_inputs,
    praise="the noise's density, and the log-determinant once.",
    mistakes="""
        log-determinant counted D times:
                (_log_normal(_noise(z, shift, log_scale)) - log_scale.sum()).sum(-1)
            The log-determinant, already a sum over dimensions, is added in every dimension. Its
            place is outside the sum: once for each z.
        log-determinant forgotten: _log_normal(_noise(z, shift, log_scale)).sum(-1)
            This is the density of the noise e. Stretching space by exp(log_scale) thins the density
            out; the log-determinant is missing, and without it the density does not integrate to
            one.
        sign of the log-determinant:
                _log_normal(_noise(z, shift, log_scale)).sum(-1) + log_scale.sum()
            The log-determinant has the wrong sign. Where the flow stretches, the density gets
            *smaller*.
        the wrong direction: _log_normal(shift + log_scale.exp() * z).sum(-1) + log_scale.sum()
            You pushed z through the flow once more. The density asks which noise z came *from*:
            undo the flow.
        the wrong direction, log-determinant right:
                _log_normal(shift + log_scale.exp() * z).sum(-1) - log_scale.sum()
            The log-determinant is right, but the noise is (z - shift) / exp(log_scale), not the
            flow of z.
        log-variance for log-scale:
                _log_normal((z - shift) * (-log_scale / 2).exp()).sum(-1) - log_scale.sum() / 2
            You read log_scale as a log-variance. Here it is the log of the factor itself: no
            halves.
        one number a dimension: _log_normal(_noise(z, shift, log_scale)) - log_scale
            Your result has a number for each dimension. Sum over the last axis: one number a point.
    """,
    also_right=(
        _transformed,
        _as_a_normal,
        lambda z, shift, log_scale: (
            Normal(0.0, 1.0).log_prob(z.sub_(shift).div_(log_scale.exp())).sum(-1) - log_scale.sum()
        ),
    ),
)
