"""Right answers to the exercises of notebook 04 that are written otherwise than the solution."""

import torch
from torch.distributions import Bernoulli, Independent, Normal
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid


def _epoch_with_tensors(model, batches, optimiser, loss):
    losses = []
    for x in batches:
        value = loss(model, x)
        optimiser.zero_grad(set_to_none=False)
        value.backward()
        optimiser.step()
        losses.append(value.detach())
    return losses


def _epoch_cleared_at_the_end(model, batches, optimiser, loss):
    losses = ()
    for x in batches:
        value = loss(model, x)
        value.backward()
        optimiser.step()
        optimiser.zero_grad()
        losses += (value.item(),)
    return losses


def _epoch_through_parameters(model, batches, optimiser, loss):
    losses = []
    for x in batches:
        for parameter in model.parameters():
            parameter.grad = None
        losses.append(loss(model, x))
        losses[-1].backward()
        optimiser.step()
    return torch.stack(losses).tolist()


def _variances_through_autograd(f, df, mu, sigma, noise):
    leaf = torch.full_like(noise, mu, requires_grad=True)
    (first,) = torch.autograd.grad(f(leaf + sigma * noise).sum(), leaf)
    z = mu + sigma * noise
    leaf = torch.full_like(noise, mu, requires_grad=True)
    (score,) = torch.autograd.grad(Normal(leaf, sigma).log_prob(z).sum(), leaf)
    return [first.var(), (f(z) * score).var()]


ALSO_RIGHT = {
    "reparameterise": [
        lambda mu, logvar, noise: mu + logvar.exp().sqrt() * noise,
        lambda mu, logvar, noise: torch.addcmul(mu, (0.5 * logvar).exp(), noise),
        lambda mu, logvar, noise: noise * logvar.div(2).exp() + mu,
    ],
    "bernoulli_log_likelihood": [
        lambda logits, x: -binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1),
        lambda logits, x: Independent(Bernoulli(logits=logits), 1).log_prob(x),
        lambda logits, x: (x * logsigmoid(logits) + (1 - x) * logsigmoid(-logits)).sum(dim=-1),
        lambda logits, x: logsigmoid((2 * x - 1) * logits).sum(-1),
    ],
    "epoch": [_epoch_with_tensors, _epoch_cleared_at_the_end, _epoch_through_parameters],
    "gradient_variances": [
        _variances_through_autograd,
        lambda f, df, mu, sigma, noise: (
            torch.var(df(mu + sigma * noise)),
            torch.var(f(mu + sigma * noise) * noise / sigma),
        ),
    ],
}
