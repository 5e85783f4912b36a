"""Exercise 4.1: a draw through which gradients flow."""

import torch

from ..exercise import Exercise


def _gaussians(seed=0):
    g = torch.Generator().manual_seed(4 + seed)
    simple = (torch.tensor([[1.0]]), torch.tensor([[2.0]]), torch.tensor([[0.5]]))
    wide = tuple(torch.randn(3, 2, generator=g) for _ in range(3))
    return [tuple(t.requires_grad_(i < 2) for i, t in enumerate(case)) for case in (simple, wide)]


def _through_a_network(mu, logvar, noise):
    """Hand out what a network would: tensors that lead back to mu and logvar, and are no leaves."""
    return mu.clone(), logvar.clone(), noise


def _gradients(draw, mu, logvar, noise):
    """What comes back to mu and logvar when each entry of the draw has a weight of its own."""
    if not (torch.is_tensor(draw) and draw.requires_grad):
        found = torch.zeros_like(mu), torch.zeros_like(logvar)
    else:
        weights = torch.linspace(1, 2, draw.numel()).reshape(draw.shape)
        total = (weights * draw).sum()
        found = torch.autograd.grad(total, (mu, logvar), allow_unused=True, materialize_grads=True)
    return {"the gradient for mu": found[0], "the gradient for logvar": found[1]}


reparameterise = Exercise(
    name="reparameterise",
    solution=lambda mu, logvar, noise: mu + torch.exp(logvar / 2) * noise,
    inputs=_gaussians,
    prepare=_through_a_network,
    also=_gradients,
    praise="the noise comes from outside, so the gradient finds mu and logvar.",
    mistakes="""
        variance for standard deviation: mu + torch.exp(logvar) * noise
            exp(logvar) is the variance. The noise is stretched by the standard deviation,
            exp(logvar / 2).
        log-variance for standard deviation: mu + logvar * noise
            logvar is a logarithm and may be negative. The standard deviation is exp(logvar / 2).
        twice the log-variance: mu + torch.exp(2 * logvar) * noise
            The square root of exp(logvar) is exp(logvar / 2): halve the logarithm, do not double
            it.
        mean forgotten: torch.exp(logvar / 2) * noise
            The spread is right, but the draw is centred on 0. Add mu.
        noise forgotten: mu + torch.exp(logvar / 2)
            This is the point one standard deviation above the mean, always the same. Multiply by
            the noise.
        mean only: mu
            This is the mean of q and no draw from it: noise is missing.
        gradient cut: (mu + torch.exp(logvar / 2) * noise).detach()
            The numbers are right, but nothing leads back to mu and logvar: .sample(), .detach(),
            .data, numpy or no_grad has cut the gradient.
        mean detached: mu.detach() + torch.exp(logvar / 2) * noise
            The numbers are right, but no gradient reaches mu: it was detached.
        standard deviation detached: mu + torch.exp(logvar / 2).detach() * noise
            The numbers are right, but no gradient reaches logvar: the standard deviation was
            detached.
    """,
    also_right=(
        lambda mu, logvar, noise: mu + logvar.exp().sqrt() * noise,
        lambda mu, logvar, noise: torch.addcmul(mu, (0.5 * logvar).exp(), noise),
        lambda mu, logvar, noise: noise * logvar.div(2).exp() + mu,
        lambda mu, logvar, noise: noise.mul_((logvar / 2).exp()).add_(mu),
        lambda mu, logvar, noise: mu.double() + (logvar.double() / 2).exp() * noise,
        lambda mu, logvar, noise: torch.stack(
            [m + (v / 2).exp() * e for m, v, e in zip(mu, logvar, noise)]
        ),
    ),
)
