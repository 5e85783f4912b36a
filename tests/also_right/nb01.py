"""Right answers to the exercises of notebook 01 that are written otherwise than the solution."""

import numpy as np
import torch


def _by_hand(x, z, decode, prior):
    logits = decode(z).base_dist.logits
    likelihood = (x * logits - torch.nn.functional.softplus(logits)).sum(1)
    mu, logvar = prior.mu, prior.logvar
    log_prior = -0.5 * ((z - mu) ** 2 / logvar.exp() + logvar + np.log(2 * np.pi)).sum(1)
    return likelihood + log_prior


def _largest_out(log_likelihood):
    top = log_likelihood.max(0).values
    return top + torch.log(torch.mean(torch.exp(log_likelihood - top), 0))


def _ratio(log_w):
    w = (log_w - log_w.max(0).values).exp()
    return w.sum(0) ** 2 / (w**2).sum(0)


ALSO_RIGHT = {
    "log_joint": [
        _by_hand,
        lambda x, z, decode, prior: torch.stack([prior.log_prob(z), decode(z).log_prob(x)]).sum(0),
    ],
    "log_evidence": [
        _largest_out,
        lambda ll: torch.log_softmax(ll, 0).neg()[0] + ll[0] - np.log(len(ll)),
        lambda ll: np.logaddexp.reduce(ll.double().numpy(), axis=0) - np.log(len(ll)),
    ],
    "effective_samples": [
        _ratio,
        lambda log_w: torch.exp(2 * torch.logsumexp(log_w, 0) - torch.logsumexp(2 * log_w, 0)),
    ],
}
