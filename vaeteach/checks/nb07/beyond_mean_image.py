"""Exercise 7.2: how far the model is above the mean image."""

import torch

from ..exercise import Exercise


def _runs(seed=0):
    cases = []
    for n, m, pixels, number in ((4, 2, 1, 0), (20, 5, 3, 1), (200, 50, 16, 2)):
        g = torch.Generator().manual_seed(number + seed)
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


def beyond_by_bernoulli(log_likelihood, train, test):
    image = torch.distributions.Bernoulli(probs=train.mean(0))
    return (log_likelihood - image.log_prob(test).sum(-1)).mean()


def beyond_by_cross_entropy(log_likelihood, train, test):
    mean = train.mean(0).expand_as(test)
    return float(
        log_likelihood.mean()
        + torch.nn.functional.binary_cross_entropy(mean, test, reduction="sum") / len(test)
    )


beyond_mean_image = Exercise(
    name="beyond_mean_image",
    solution=_beyond,
    inputs=_runs,
    praise=(
        "near zero the decoder has only the mean image; far above, it knows more, whether from z or"
        " not."
    ),
    mistakes="""
        sign flipped: -_beyond(log_likelihood, train, test)
            Positive should mean that the model is better than the mean image.
        white pixels forgotten: log_likelihood.mean() - (test * train.mean(0).log()).sum(1).mean()
            A pixel that is off has a probability too: add (1 - x) log(1 - p).
        mean over the pixels:
                log_likelihood.mean() - _log_mean_image(train, test, lambda total: total.mean())
            The log-probability of an image is the sum over its pixels. A mean makes it P times too
            small.
        sum over the images:
                log_likelihood.sum() - _log_mean_image(train, test, lambda total: total.sum())
            Nats an image: average over the images.
        the test images' own mean:
                log_likelihood.mean() - (test * test.mean(0).clamp(1e-06, 1 - 1e-06).log() + (1
                - test) * (1 - test.mean(0)).clamp(1e-06).log()).sum(1).mean()
            The mean image must come from the training images, or it has seen what it is judged by.
        one mean for all pixels:
                log_likelihood.mean() - (test * train.mean().log() + (1 - test) * (1
                - train.mean()).log()).sum(1).mean()
            You averaged over the pixels as well; each pixel has a mean of its own (axis 0).
        squared error for log-likelihood:
                log_likelihood.mean() + (test - train.mean(0)).square().sum(1).mean()
            A squared error is in other units. Compare nats with nats: the Bernoulli log-likelihood.
        the mean image alone: _log_mean_image(train, test)
            This is the log-likelihood of the mean image; subtract it from the model's.
        one number for each image: log_likelihood - _log_mean_image(train, test)
            Average the model's log-likelihood over the images as well.
    """,
    also_right=(beyond_by_bernoulli, beyond_by_cross_entropy),
)
