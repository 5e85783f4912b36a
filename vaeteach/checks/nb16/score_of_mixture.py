"""Exercise 16.2: the score of an even mixture of Gaussians."""

import torch

from ..exercise import Exercise


def _mixtures(seed=0):
    g = torch.Generator().manual_seed(seed)
    line = torch.tensor([[0.5]]), torch.tensor([[-1.0], [1.0]]), torch.tensor([[1.0], [1.0]])
    cases = [line]
    for points, components, dims in ((2, 1, 2), (4, 5, 2), (3, 6, 4)):
        mu = torch.randn(components, dims, generator=g)
        var = torch.rand(components, dims, generator=g) + 0.2
        cases.append((torch.randn(points, dims, generator=g), mu, var))
    return cases


def _parts(z, mu, var):
    offset = mu - z[:, None]
    log_density = -0.5 * (offset**2 / var + var.log()).sum(-1)
    return offset, log_density


def _score(z, mu, var):
    offset, log_density = _parts(z, mu, var)
    share = log_density.softmax(1)
    return (share[..., None] * offset / var).sum(1)


def by_autograd(z, mu, var):
    z = z.detach().clone().requires_grad_()
    _, log_density = _parts(z, mu, var)
    (gradient,) = torch.autograd.grad(log_density.logsumexp(1).sum(), z)
    return gradient


def by_loop(z, mu, var):
    rows = []
    for point in z:
        density = torch.exp(-0.5 * ((point - mu) ** 2 / var).sum(1)) / var.prod(1).sqrt()
        slope = (density[:, None] * (mu - point) / var).sum(0)
        rows.append(slope / density.sum())
    return torch.stack(rows)


def _without_normaliser(z, mu, var):
    offset, _ = _parts(z, mu, var)
    share = (-0.5 * (offset**2 / var).sum(-1)).softmax(1)
    return (share[..., None] * offset / var).sum(1)


def _per_dimension(z, mu, var):
    offset, _ = _parts(z, mu, var)
    share = (-0.5 * (offset**2 / var + var.log())).softmax(1)
    return (share * offset / var).sum(1)


score_of_mixture = Exercise(
    name="score_of_mixture",
    solution=_score,
    inputs=_mixtures,
    praise="an average of pulls, each weighted with its component's share of the density.",
    mistakes="""
        sign flipped: -_score(z, mu, var)
            This points away from the codes. The log-density rises towards a mean: mu - z.
        every component alike: ((mu - z[:, None]) / var).mean(1)
            Components far away pull as strongly as near ones. Weight each pull with the component's
            share of the density at z.
        not divided by the variance:
                (_parts(z, mu, var)[1].softmax(1)[..., None] * (mu - z[:, None])).sum(1)
            The slope of -(z - mu)^2 / (2 var) has a var below.
        normalising factors forgotten in the shares: _without_normaliser(z, mu, var)
            The components differ in width: their densities carry 1 / sqrt(var), so the shares need
            - log(var) / 2.
        shares per dimension: _per_dimension(z, mu, var)
            A component is one density over all dimensions: sum its log over the last axis, then
            take the softmax.
        softmax over the points:
                (_parts(z, mu, var)[1].softmax(0)[..., None] * (mu - z[:, None]) / var).sum(1)
            The shares of the components add up to one at each point: softmax over axis 1.
        standard deviation for variance:
                (_parts(z, mu, var)[1].softmax(1)[..., None] * (mu - z[:, None]) /
                var.sqrt()).sum(1)
            You divided the distance by the standard deviation; the slope needs the variance.
    """,
    also_right=(by_autograd, by_loop, lambda z, mu, var: _score(z.double(), mu, var)),
)
