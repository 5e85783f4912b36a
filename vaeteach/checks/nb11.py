"""Checks of notebook 11: free energy, the prior's gradient, importance weights, the price of a
prior fixed at 1/2.
"""

import math

import torch
from torch.nn.functional import softplus

from .exercise import Exercise, Mistake


def _machines():
    g = torch.Generator().manual_seed(0)
    one = torch.tensor([[1.0], [2.0]]), torch.tensor([0.5, -1.0]), torch.tensor([0.25])
    yield torch.tensor([[0.0, 0.0], [1.0, 1.0]]), *one
    for batch, visible, hidden in ((3, 2, 3), (5, 6, 4)):
        v = (torch.rand(batch, visible, generator=g) > 0.5).float()
        w, a, b = (
            torch.randn(shape, generator=g) for shape in ((visible, hidden), (visible,), (hidden,))
        )
        yield v, w, a, b


def _free_energy(v, w, a, b):
    return -v @ a - softplus(b + v @ w).sum(-1)


free_energy = Exercise(
    name="free_energy",
    solution=_free_energy,
    inputs=lambda: list(_machines()),
    praise="minus the log of a sum over 2^H hidden states, at the price of H additions.",
    mistakes=(
        Mistake(
            "sign flipped",
            lambda v, w, a, b: v @ a + softplus(b + v @ w).sum(-1),
            "This is log sum_h exp(-E), the unnormalised log p(v). The free energy is minus that.",
        ),
        Mistake(
            "visible bias forgotten",
            lambda v, w, a, b: -softplus(b + v @ w).sum(-1),
            "The term -v.a does not depend on h, so it stands outside the sum and stays in the"
            " answer.",
        ),
        Mistake(
            "hidden bias forgotten",
            lambda v, w, a, b: -v @ a - softplus(v @ w).sum(-1),
            "A hidden unit that is on adds b_j + (v W)_j to minus the energy; b_j is missing.",
        ),
        Mistake(
            "the best hidden state instead of all",
            lambda v, w, a, b: -v @ a - (b + v @ w).clamp(min=0).sum(-1),
            "max(0, u) is the energy of the single best h. Summing over both states gives log(1 +"
            " exp(u)).",
        ),
        Mistake(
            "off states forgotten",
            lambda v, w, a, b: -v @ a - (b + v @ w).sum(-1),
            "You took h_j = 1 alone. The unit may also be off: log(exp(0) + exp(u)) = log(1 +"
            " exp(u)).",
        ),
        Mistake(
            "sigmoid for softplus",
            lambda v, w, a, b: -v @ a - torch.sigmoid(b + v @ w).sum(-1),
            "The sigmoid is the probability that the unit is on, the derivative of the term that"
            " you need.",
        ),
        Mistake(
            "sum over the batch",
            lambda v, w, a, b: _free_energy(v, w, a, b).sum(),
            "One number for each image is asked for: sum over the hidden units (the last axis)"
            " only.",
        ),
        Mistake(
            "mean over the hidden units",
            lambda v, w, a, b: -v @ a - softplus(b + v @ w).mean(-1),
            "The hidden units are independent given v, so their log factors add up: sum, not mean.",
        ),
    ),
)


def _samples():
    g = torch.Generator().manual_seed(1)
    rows = [(torch.zeros(1), torch.tensor([[1.0], [1.0], [0.0], [1.0]]))]
    for batch, units in ((5, 3), (40, 4)):
        rows.append(
            (torch.randn(units, generator=g), (torch.rand(batch, units, generator=g) > 0.3).float())
        )
    return rows


def _prior_gradient(logits, h):
    return h.mean(0) - logits.sigmoid()


prior_gradient = Exercise(
    name="prior_gradient",
    solution=_prior_gradient,
    inputs=_samples,
    praise="zero exactly where the prior is the average of the posterior's samples.",
    mistakes=(
        Mistake(
            "sign flipped",
            lambda logits, h: logits.sigmoid() - h.mean(0),
            "With this sign the prior runs away from the average posterior: you have the gradient"
            " of -log p.",
        ),
        Mistake(
            "logits for probabilities",
            lambda logits, h: h.mean(0) - logits,
            "A log-odds is compared with an average of bits. Turn it into a probability first:"
            " sigmoid.",
        ),
        Mistake(
            "sum over the batch",
            lambda logits, h: (h - logits.sigmoid()).sum(0),
            "This is the gradient of the sum over the batch; the mean of log p(h) is asked for.",
        ),
        Mistake(
            "gradient by the probability",
            lambda logits, h: (
                (h.mean(0) - logits.sigmoid()) / (logits.sigmoid() * (1 - logits.sigmoid()))
            ),
            "This is the derivative by the probability. By the log-odds, the chain rule multiplies"
            " with p (1 - p).",
        ),
        Mistake(
            "one factor p (1 - p) too many",
            lambda logits, h: (
                (h.mean(0) - logits.sigmoid()) * logits.sigmoid() * (1 - logits.sigmoid())
            ),
            "The factor p (1 - p) cancels: d log p(h) / d logit is h - p and no more.",
        ),
        Mistake(
            "the average alone",
            lambda logits, h: h.mean(0),
            "That is where the prior should end, not the direction to it: subtract where it is"
            " now.",
        ),
        Mistake(
            "mean over the units",
            lambda logits, h: (h - logits.sigmoid()).mean(1),
            "You averaged over the units of each image. The images stand along axis 0; keep one"
            " number a unit.",
        ),
    ),
)


def _log_weights():
    g = torch.Generator().manual_seed(2)
    rows = [(torch.log(torch.tensor([[0.1], [0.3]])), torch.log(torch.tensor([[0.5], [0.5]])))]
    for samples, batch in ((3, 2), (8, 5)):
        rows.append(
            (
                torch.randn(samples, batch, generator=g) - 20,
                torch.randn(samples, batch, generator=g) - 3,
            )
        )
    return rows + [(rows[-1][0] * 40, rows[-1][1])]  # log weights below -700: exp() of them is zero


def _importance_weights(log_p, log_q):
    return (log_p - log_q).softmax(0)


importance_weights = Exercise(
    name="importance_weights",
    solution=_importance_weights,
    inputs=_log_weights,
    praise="one column an image, each adding up to one, and safe for very small probabilities.",
    mistakes=(
        Mistake(
            "not normalised",
            lambda log_p, log_q: (log_p - log_q).exp(),
            "These are p / q. The weights of one image add up to one: divide by their sum over the"
            " samples.",
        ),
        Mistake(
            "normalised over the batch",
            lambda log_p, log_q: (log_p - log_q).softmax(-1),
            "Your rows add up to one. The K samples of one image share its weight, and they stand"
            " along axis 0.",
        ),
        Mistake(
            "normalised over everything",
            lambda log_p, log_q: (log_p - log_q).flatten().softmax(0).reshape(log_p.shape),
            "All images together share a weight of one here; each image has a weight of one for"
            " itself.",
        ),
        Mistake(
            "q over p",
            lambda log_p, log_q: (log_q - log_p).softmax(0),
            "The fraction stands on its head: samples that q proposes too rarely, p > q, weigh"
            " more.",
        ),
        Mistake(
            "q forgotten",
            lambda log_p, log_q: log_p.softmax(0),
            "The samples already come from q more often where q is large; divide that out again:"
            " log p - log q.",
        ),
        Mistake(
            "log weights",
            lambda log_p, log_q: (log_p - log_q).log_softmax(0),
            "These are the logs of the weights; take exp, or softmax in place of log_softmax.",
        ),
        Mistake(
            "mean for sum",
            lambda log_p, log_q: (log_p - log_q).softmax(0) * len(log_p),
            "You divided by the mean of p / q, so that the weights of an image add up to K and not"
            " to one.",
        ),
        Mistake(
            "exp before the normalisation",
            lambda log_p, log_q: (log_p - log_q).exp() / (log_p - log_q).exp().sum(0),
            "Right on paper, but exp() of a log weight of -800 is zero and 0/0 is nan. Let softmax"
            " subtract the largest one first.",
        ),
    ),
    close=lambda got, expected: (
        got.shape == expected.shape
        and torch.allclose(got, expected, rtol=1e-4, atol=1e-6, equal_nan=True)
    ),
)


def _priors():
    return [
        (torch.tensor([0.9]),),
        (torch.tensor([0.5, 0.2]),),
        (torch.tensor([0.7, 0.99, 0.35, 0.5, 0.61]),),
    ]


def _price_of_one_half(p):
    return (p * torch.log(2 * p) + (1 - p) * torch.log(2 * (1 - p))).sum()


price_of_one_half = Exercise(
    name="price_of_one_half",
    solution=_price_of_one_half,
    inputs=_priors,
    praise="zero for fair bits, log 2 a unit at the most.",
    mistakes=(
        Mistake(
            "the KL the wrong way round",
            lambda p: -(0.5 * torch.log(2 * p) + 0.5 * torch.log(2 * (1 - p))).sum(),
            "This is KL(1/2 || p). The codes follow p and are paid at the price of 1/2, so p stands"
            " in front.",
        ),
        Mistake(
            "off states forgotten",
            lambda p: (p * torch.log(2 * p)).sum(),
            "A unit that is off has a price as well: add (1 - p) log((1 - p) / (1/2)).",
        ),
        Mistake(
            "entropy for KL",
            lambda p: -(p * torch.log(p) + (1 - p) * torch.log(1 - p)).sum(),
            "This is the entropy of the prior. The KL from 1/2 is log 2 minus the entropy, for each"
            " unit.",
        ),
        Mistake(
            "sign flipped",
            lambda p: -_price_of_one_half(p),
            "A price that is negative: the KL is the mean of log p - log 1/2 under p, and never"
            " below zero.",
        ),
        Mistake(
            "bits for nats",
            lambda p: _price_of_one_half(p) / math.log(2),
            "This is in bits (log to base 2). Everything here is in nats: the natural logarithm.",
        ),
        Mistake(
            "mean over the units",
            lambda p: _price_of_one_half(p) / len(p),
            "The units are independent, so their prices add up: sum, not mean.",
        ),
        Mistake(
            "one number a unit",
            lambda p: p * torch.log(2 * p) + (1 - p) * torch.log(2 * (1 - p)),
            "These are the prices of the single units. Add them up to the price of a code.",
        ),
        Mistake(
            "1/2 left out",
            lambda p: (p * torch.log(p) + (1 - p) * torch.log(1 - p)).sum(),
            "This is minus the entropy: the logarithm of the frozen prior, log 1/2, is missing.",
        ),
    ),
)
