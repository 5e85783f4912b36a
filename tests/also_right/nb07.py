"""Right answers to notebook 07 that are written another way."""

import math

import torch


def floor_by_half(pixels):
    return pixels * math.log(0.5)


def floor_by_torch(pixels):
    return (
        torch.distributions.Bernoulli(0.5 * torch.ones(pixels)).log_prob(torch.ones(pixels)).sum()
    )


def beyond_by_bernoulli(log_likelihood, train, test):
    image = torch.distributions.Bernoulli(probs=train.mean(0))
    return (log_likelihood - image.log_prob(test).sum(-1)).mean()


def beyond_by_cross_entropy(log_likelihood, train, test):
    mean = train.mean(0).expand_as(test)
    return float(
        log_likelihood.mean()
        + torch.nn.functional.binary_cross_entropy(mean, test, reduction="sum") / len(test)
    )


def weight_of_sums(log_likelihood, kl, value):
    return (log_likelihood.sum() - value.sum()) / kl.sum()


def weight_by_least_squares(log_likelihood, kl, value):
    price = log_likelihood - value
    return float(price @ kl / (kl @ kl))


def weight_of_the_last_epoch(log_likelihood, kl, value):
    return (log_likelihood[-1] - value[-1]) / kl[-1]


ALSO_RIGHT = {
    "coin_flip_bound": [floor_by_half, floor_by_torch],
    "beyond_mean_image": [beyond_by_bernoulli, beyond_by_cross_entropy],
    "weight_of_the_kl": [weight_of_sums, weight_by_least_squares, weight_of_the_last_epoch],
}
