"""Right answers to the exercises of notebook 10, written another way."""

import math

import numpy as np
import torch


def _one_by_one(mean, stddev, which, noise):
    return torch.stack([mean[i] + stddev[i] * e for i, e in zip(which.tolist(), noise)])


def _by_trace(mean_a, std_a, mean_b, std_b):
    v_a, v_b = std_a**2, std_b**2
    return (mean_a - mean_b) ** 2 + v_a + v_b - 2 * math.sqrt(v_a * v_b)


def _by_logsumexp(log_prior, log_pixels, observed):
    joint = log_prior + (log_pixels * observed).sum(1)
    return (joint - torch.logsumexp(joint, 0)).exp()


def _by_numpy(log_prior, log_pixels, observed):
    joint = log_prior.numpy() + log_pixels.numpy()[:, observed.numpy()].sum(1)
    weight = np.exp(joint - joint.max())
    return weight / weight.sum()


ALSO_RIGHT = {
    "aggregate_draws": [
        _one_by_one,
        lambda mean, stddev, which, noise: torch.addcmul(
            mean.index_select(0, which), stddev[which], noise
        ),
    ],
    "frechet_1d": [
        _by_trace,
        lambda mean_a, std_a, mean_b, std_b: abs(complex(mean_a - mean_b, std_a - std_b)) ** 2,
        lambda mean_a, std_a, mean_b, std_b: (
            torch.tensor([mean_a - mean_b, std_a - std_b]).square().sum()
        ),
    ],
    "posterior_given_observed": [_by_logsumexp, _by_numpy],
}
