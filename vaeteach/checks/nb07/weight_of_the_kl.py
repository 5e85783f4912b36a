"""Exercise 7.3: the weight that the KL really had."""

import torch

from ..exercise import Exercise


def _records(seed=0):
    cases = []
    for n, weight, number in ((1, 30.0, 0), (3, 1.0, 1), (10, 0.001, 2), (8, -1.0, 3)):
        g = torch.Generator().manual_seed(number + seed)
        log_likelihood = -20 - 5 * torch.rand(n, generator=g, dtype=torch.float64)
        kl = 0.5 + 3 * torch.rand(n, generator=g, dtype=torch.float64)
        cases.append((log_likelihood, kl, log_likelihood - weight * kl))
    return cases


def _weight(log_likelihood, kl, value):
    return ((log_likelihood - value) / kl).mean()


def weight_of_sums(log_likelihood, kl, value):
    return (log_likelihood.sum() - value.sum()) / kl.sum()


def weight_by_least_squares(log_likelihood, kl, value):
    price = log_likelihood - value
    return float(price @ kl / (kl @ kl))


def weight_of_the_last_epoch(log_likelihood, kl, value):
    return (log_likelihood[-1] - value[-1]) / kl[-1]


weight_of_the_kl = Exercise(
    name="weight_of_the_kl",
    solution=_weight,
    inputs=_records,
    praise="1 is the bound; all else is another objective, wanted or not.",
    rtol=1e-3,
    mistakes="""
        sign flipped: -_weight(log_likelihood, kl, value)
            The KL is *subtracted*: log-likelihood minus value, over the KL.
        upside down: (kl / (log_likelihood - value)).mean()
            This is one over the weight.
        likelihood forgotten: (-value / kl).mean()
            The value holds the log-likelihood too; take it away first.
        value added: ((log_likelihood + value) / kl).mean()
            Solve value = log_likelihood - weight * kl for the weight: the value comes with a minus
            sign.
        not divided by the KL: (log_likelihood - value).mean()
            This is what was paid, weight times KL; divide by the KL.
        excess over one: _weight(log_likelihood, kl, value) - 1
            This is the weight minus one: the bound itself would get 0 and not 1.
        one weight for each epoch: (log_likelihood - value) / kl
            One number is asked for: average over the epochs.
    """,
    also_right=(weight_of_sums, weight_by_least_squares, weight_of_the_last_epoch),
)
