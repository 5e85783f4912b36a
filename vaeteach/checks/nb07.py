"""Checks of notebook 07: a floor for every bound, the code left unused, the weight of the KL, and
their like.
"""

import math

import torch

from .exercise import Exercise, Mistake

coin_flip_bound = Exercise(
    name="coin_flip_bound",
    solution=lambda pixels: -pixels * math.log(2),
    inputs=lambda: [(1,), (64,), (784,)],
    praise="no bound of a trained model on binary images may lie below it.",
    mistakes=(
        Mistake(
            "sign forgotten",
            lambda pixels: pixels * math.log(2),
            "A log-probability is never positive: log(1/2) is negative.",
        ),
        Mistake(
            "bits for nats",
            lambda pixels: -pixels,
            "This is in bits. Nats need the natural logarithm.",
        ),
        Mistake(
            "one pixel only",
            lambda pixels: -math.log(2),
            "This is one pixel. They are independent, so their log-probabilities add up.",
        ),
        Mistake(
            "probability for its log",
            lambda pixels: 0.5**pixels,
            "This is the probability of an image; the bound is on its logarithm.",
        ),
        Mistake(
            "half a nat a pixel",
            lambda pixels: -pixels * 0.5,
            "1/2 is the probability; its logarithm is what adds up.",
        ),
        Mistake(
            "log of the number of pixels",
            lambda pixels: -math.log(pixels),
            "Each pixel costs log 2; multiply by their number.",
        ),
        Mistake(
            "decimal logarithm",
            lambda pixels: -pixels * math.log10(2),
            "log10 gives decimal digits; nats need the natural logarithm, math.log.",
        ),
    ),
)


def _runs():
    cases = []
    for n, m, pixels, seed in ((4, 2, 1, 0), (20, 5, 3, 1), (200, 50, 16, 2)):
        g = torch.Generator().manual_seed(seed)
        chance = 0.2 + 0.6 * torch.rand(pixels, generator=g)
        train, test = ((torch.rand(k, pixels, generator=g) < chance).float() for k in (n, m))
        train[0], train[1] = 0, 1  # no pixel is always off or always on
        cases.append((-pixels * torch.rand(m, generator=g), train, test))
    return cases


def _log_mean_image(train, test, average=lambda total: total.sum(1).mean()):
    # never on in training is not impossible
    on = train.mean(0).clamp(0.5 / len(train), 1 - 0.5 / len(train))
    return average(test * on.log() + (1 - test) * (1 - on).log())


def _beyond(log_likelihood, train, test):
    return log_likelihood.mean() - _log_mean_image(train, test)


beyond_mean_image = Exercise(
    name="beyond_mean_image",
    solution=_beyond,
    inputs=_runs,
    praise=(
        "near zero the decoder has only the mean image; far above, it knows more, whether from z or"
        " not."
    ),
    mistakes=(
        Mistake(
            "sign flipped",
            lambda ll, train, test: -_beyond(ll, train, test),
            "Positive should mean that the model is better than the mean image.",
        ),
        Mistake(
            "white pixels forgotten",
            lambda ll, train, test: ll.mean() - (test * train.mean(0).log()).sum(1).mean(),
            "A pixel that is off has a probability too: add (1 - x) log(1 - p).",
        ),
        Mistake(
            "mean over the pixels",
            lambda ll, train, test: (
                ll.mean() - _log_mean_image(train, test, lambda total: total.mean())
            ),
            "The log-probability of an image is the sum over its pixels. A mean makes it P times"
            " too small.",
        ),
        Mistake(
            "sum over the images",
            lambda ll, train, test: (
                ll.sum() - _log_mean_image(train, test, lambda total: total.sum())
            ),
            "Nats an image: average over the images.",
        ),
        Mistake(
            "the test images' own mean",
            lambda ll, train, test: (
                ll.mean()
                - (
                    test * test.mean(0).clamp(1e-6, 1 - 1e-6).log()
                    + (1 - test) * (1 - test.mean(0)).clamp(1e-6).log()
                )
                .sum(1)
                .mean()
            ),
            "The mean image must come from the training images, or it has seen what it is"
            " judged by.",
        ),
        Mistake(
            "one mean for all pixels",
            lambda ll, train, test: (
                ll.mean()
                - (test * train.mean().log() + (1 - test) * (1 - train.mean()).log()).sum(1).mean()
            ),
            "You averaged over the pixels as well; each pixel has a mean of its own (axis 0).",
        ),
        Mistake(
            "squared error for log-likelihood",
            lambda ll, train, test: ll.mean() + (test - train.mean(0)).square().sum(1).mean(),
            "A squared error is in other units. Compare nats with nats: the Bernoulli"
            " log-likelihood.",
        ),
        Mistake(
            "the mean image alone",
            lambda ll, train, test: _log_mean_image(train, test),
            "This is the log-likelihood of the mean image; subtract it from the model's.",
        ),
        Mistake(
            "one number for each image",
            lambda ll, train, test: ll - _log_mean_image(train, test),
            "Average the model's log-likelihood over the images as well.",
        ),
    ),
)


def _records():
    cases = []
    for n, weight, seed in ((1, 30.0, 0), (3, 1.0, 1), (10, 0.001, 2), (8, -1.0, 3)):
        g = torch.Generator().manual_seed(seed)
        log_likelihood = -20 - 5 * torch.rand(n, generator=g, dtype=torch.float64)
        kl = 0.5 + 3 * torch.rand(n, generator=g, dtype=torch.float64)
        cases.append((log_likelihood, kl, log_likelihood - weight * kl))
    return cases


def _weight(log_likelihood, kl, value):
    return ((log_likelihood - value) / kl).mean()


weight_of_the_kl = Exercise(
    name="weight_of_the_kl",
    solution=_weight,
    inputs=_records,
    praise="1 is the bound; all else is another objective, wanted or not.",
    rtol=1e-3,
    mistakes=(
        Mistake(
            "sign flipped",
            lambda log_likelihood, kl, value: -_weight(log_likelihood, kl, value),
            "The KL is *subtracted*: log-likelihood minus value, over the KL.",
        ),
        Mistake(
            "upside down",
            lambda log_likelihood, kl, value: (kl / (log_likelihood - value)).mean(),
            "This is one over the weight.",
        ),
        Mistake(
            "likelihood forgotten",
            lambda log_likelihood, kl, value: (-value / kl).mean(),
            "The value holds the log-likelihood too; take it away first.",
        ),
        Mistake(
            "value added",
            lambda log_likelihood, kl, value: ((log_likelihood + value) / kl).mean(),
            "Solve value = log_likelihood - weight * kl for the weight: the value comes with a"
            " minus sign.",
        ),
        Mistake(
            "not divided by the KL",
            lambda log_likelihood, kl, value: (log_likelihood - value).mean(),
            "This is what was paid, weight times KL; divide by the KL.",
        ),
        Mistake(
            "excess over one",
            lambda log_likelihood, kl, value: _weight(log_likelihood, kl, value) - 1,
            "This is the weight minus one: the bound itself would get 0 and not 1.",
        ),
        Mistake(
            "one weight for each epoch",
            lambda log_likelihood, kl, value: (log_likelihood - value) / kl,
            "One number is asked for: average over the epochs.",
        ),
    ),
)
