"""Checks of notebook 04: the reparameterised draw, a likelihood from logits, the epoch, two
gradient estimators.
"""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import softplus

from .exercise import Exercise, Mistake


def _generator():
    return torch.Generator().manual_seed(4)


# --- reparameterise -------------------------------------------------------------------------------


def _gaussians():
    g = _generator()
    simple = (torch.tensor([[1.0]]), torch.tensor([[2.0]]), torch.tensor([[0.5]]))
    wide = tuple(torch.randn(3, 2, generator=g) for _ in range(3))
    return [tuple(t.requires_grad_(i < 2) for i, t in enumerate(case)) for case in (simple, wide)]


def _value_and_path(got, expected):
    """The same numbers, and a way back for the gradient where the solution has one."""
    return (
        got.requires_grad == expected.requires_grad
        and got.shape == expected.shape
        and torch.allclose(got.detach(), expected.detach(), rtol=1e-4, atol=1e-5)
    )


reparameterise = Exercise(
    name="reparameterise",
    solution=lambda mu, logvar, noise: mu + torch.exp(logvar / 2) * noise,
    inputs=_gaussians,
    close=_value_and_path,
    praise="the noise comes from outside, so the gradient finds mu and logvar.",
    mistakes=(
        Mistake(
            "variance for standard deviation",
            lambda mu, logvar, noise: mu + torch.exp(logvar) * noise,
            "exp(logvar) is the variance. The noise is stretched by the standard deviation,"
            " exp(logvar / 2).",
        ),
        Mistake(
            "log-variance for standard deviation",
            lambda mu, logvar, noise: mu + logvar * noise,
            "logvar is a logarithm and may be negative. The standard deviation is exp(logvar / 2).",
        ),
        Mistake(
            "twice the log-variance",
            lambda mu, logvar, noise: mu + torch.exp(2 * logvar) * noise,
            "The square root of exp(logvar) is exp(logvar / 2): halve the logarithm, do not"
            " double it.",
        ),
        Mistake(
            "mean forgotten",
            lambda mu, logvar, noise: torch.exp(logvar / 2) * noise,
            "The spread is right, but the draw is centred on 0. Add mu.",
        ),
        Mistake(
            "noise forgotten",
            lambda mu, logvar, noise: mu + torch.exp(logvar / 2),
            "This is the point one standard deviation above the mean, always the same. Multiply by"
            " the noise.",
        ),
        Mistake(
            "mean only",
            lambda mu, logvar, noise: mu,
            "This is the mean of q and no draw from it: noise is missing.",
        ),
        Mistake(
            "gradient cut",
            lambda mu, logvar, noise: (mu + torch.exp(logvar / 2) * noise).detach(),
            "The numbers are right, but nothing leads back to mu and logvar: .sample(), .detach(),"
            " .data or no_grad has cut the gradient.",
        ),
    ),
)

# --- Bernoulli log-likelihood ---------------------------------------------------------------------


def _logits():
    g = _generator()
    random = torch.randn(4, 6, generator=g), (torch.rand(4, 6, generator=g) < 0.4).float()
    extreme = (
        torch.tensor([[200.0, -200.0, 3.0], [-150.0, 150.0, -2.0]]),
        torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
    )
    return [(torch.tensor([[2.0, -1.0]]), torch.tensor([[1.0, 0.0]])), random, extreme]


def _alike_with_nan(got, expected):
    got, expected = got.detach().double(), expected.detach().double()
    return got.shape == expected.shape and torch.allclose(
        got, expected, rtol=1e-4, atol=1e-4, equal_nan=True
    )


def _log_probability(logits, x):
    return x * logits - softplus(logits)


def _through_probabilities(logits, x, small=0.0):
    p = torch.sigmoid(logits)
    return (x * torch.log(p + small) + (1 - x) * torch.log(1 - p + small)).sum(-1)


bernoulli_log_likelihood = Exercise(
    name="bernoulli_log_likelihood",
    solution=lambda logits, x: _log_probability(logits, x).sum(-1),
    inputs=_logits,
    close=_alike_with_nan,
    praise="one number per image, and sure pixels do no harm.",
    mistakes=(
        Mistake(
            "sign flipped",
            lambda logits, x: -_log_probability(logits, x).sum(-1),
            "This is the cross-entropy, minus the log-likelihood. A log-probability is never"
            " above 0.",
        ),
        Mistake(
            "mean for sum",
            lambda logits, x: _log_probability(logits, x).mean(-1),
            "The pixels are independent, so their log-probabilities are added. A mean over P pixels"
            " makes beta P.",
        ),
        Mistake(
            "summed over the batch",
            lambda logits, x: _log_probability(logits, x).sum(),
            "Sum over the pixels, the last axis, only: one number per image, shape (B,).",
        ),
        Mistake(
            "mean over everything",
            lambda logits, x: _log_probability(logits, x).mean(),
            "This is one mean over images and pixels. Sum over the last axis, and leave the images"
            " apart.",
        ),
        Mistake(
            "not summed",
            lambda logits, x: _log_probability(logits, x),
            "These are the single pixels. Add them up over the last axis: one number per image.",
        ),
        Mistake(
            "summed over the wrong axis",
            lambda logits, x: _log_probability(logits, x).sum(0),
            "You added up the images. Add up the pixels, which stand along the last axis.",
        ),
        Mistake(
            "black and white exchanged",
            lambda logits, x: _log_probability(logits, 1 - x).sum(-1),
            "Here a pixel of 1 is paid log(1 - pi). A logit is the log-odds of the pixel being 1.",
        ),
        Mistake(
            "white pixels only",
            lambda logits, x: (x * (logits - softplus(logits))).sum(-1),
            "Pixels that are 0 say something, too: add (1 - x) log(1 - pi).",
        ),
        Mistake(
            "through probabilities",
            _through_probabilities,
            "Right for mild logits, but sigmoid(200) rounds to 1 and log(1 - 1) is minus infinity."
            " Stay with the logits: x * logits - softplus(logits).",
        ),
        Mistake(
            "logarithm patched by a small number",
            lambda logits, x: _through_probabilities(logits, x, 1e-8),
            "The small number inside the logarithm hides the rounding and changes the answer where"
            " the model is surely wrong. Stay with the logits.",
        ),
        Mistake(
            "logits taken for probabilities",
            lambda logits, x: (x * torch.log(logits) + (1 - x) * torch.log(1 - logits)).sum(-1),
            "The decoder gives logits, any real numbers; their logarithm is not a log-probability.",
        ),
    ),
)

# --- the epoch ------------------------------------------------------------------------------------


def _regression():
    """A line through the origin, squared error, plain gradient descent; batches of unequal size."""

    def case(sizes):
        g = _generator()
        model = nn.Linear(2, 1, bias=False)
        with torch.no_grad():
            model.weight.copy_(torch.tensor([[1.0, -1.0]]))
        batches = [torch.randn(n, 2, generator=g) for n in sizes]
        return model, batches, torch.optim.SGD(model.parameters(), lr=0.1), _squared_error

    return [case([1, 1]), case([4, 2, 3, 5])]


def _squared_error(model, x):
    return (model(x)[:, 0] - x.sum(-1)).square().mean()


def _epoch(model, batches, optimiser, loss, order=("zero", "backward", "step")):
    losses = []
    for x in batches:
        value = loss(model, x)
        for action in order:
            if action == "zero":
                optimiser.zero_grad()
            elif action == "backward":
                value.backward()
            else:
                optimiser.step()
        losses.append(value.item())
    return losses


def _after_the_step(model, batches, optimiser, loss):
    losses = []
    for x in batches:
        _epoch(model, [x], optimiser, loss)
        losses.append(loss(model, x).item())
    return losses


epoch = Exercise(
    name="epoch",
    solution=_epoch,
    inputs=_regression,
    praise="clear, go back, step: once for each batch.",
    mistakes=(
        Mistake(
            "gradients never cleared",
            lambda *a: _epoch(*a, order=("backward", "step")),
            "backward() adds to the gradients that are already there. Call optimiser.zero_grad() in"
            " every turn.",
        ),
        Mistake(
            "the model stands still",
            lambda *a: _epoch(*a, order=("zero", "backward")),
            "These are the losses of a model that does not move. Is optimiser.step() inside the"
            " loop, after backward(), and zero_grad() not between the two?",
        ),
        Mistake(
            "step before backward",
            lambda *a: _epoch(*a, order=("step", "zero", "backward")),
            "Each step uses the gradient of the batch before. Call backward() first.",
        ),
        Mistake(
            "loss taken after the step",
            _after_the_step,
            "You evaluated the loss once more after the step. Keep the value that you called"
            " backward() on.",
        ),
        Mistake(
            "last loss only",
            lambda *a: _epoch(*a)[-1],
            "This is the loss of the last batch. Return the list of all of them, in order.",
        ),
        Mistake(
            "mean of the losses",
            lambda *a: float(np.mean(_epoch(*a))),
            "Return the list, not its mean.",
        ),
        Mistake(
            "first batch only",
            lambda *a: _epoch(a[0], a[1][:1], *a[2:]),
            "Only the first batch was used: is the return inside the loop?",
        ),
    ),
)

# --- two gradient estimators ----------------------------------------------------------------------


def _functions():
    noise = torch.randn(50, generator=_generator())
    return [
        (torch.square, lambda z: 2 * z, 1.0, 2.0, torch.tensor([-1.0, 0.0, 2.0])),
        (torch.square, lambda z: 2 * z, 1.0, 0.5, noise),
        (lambda z: 10 + torch.sin(z), torch.cos, -0.3, 1.5, noise),
    ]


def _two(f, df, mu, sigma, noise):
    z = mu + sigma * noise
    return df(z), f(z) * (z - mu) / sigma**2


gradient_variances = Exercise(
    name="gradient_variances",
    solution=lambda *a: tuple(estimate.var() for estimate in _two(*a)),
    inputs=_functions,
    praise="two estimators of one gradient, and very different noise.",
    mistakes=(
        Mistake(
            "sigma for sigma squared",
            lambda f, df, mu, sigma, noise: (
                df(mu + sigma * noise).var(),
                (f(mu + sigma * noise) * noise).var(),
            ),
            "The score of a Gaussian is (z - mu) / sigma ** 2. Since z - mu = sigma * noise, that"
            " is noise / sigma.",
        ),
        Mistake(
            "sigma forgotten in the score",
            lambda f, df, mu, sigma, noise: (
                df(mu + sigma * noise).var(),
                (f(mu + sigma * noise) * sigma * noise).var(),
            ),
            "The score of a Gaussian is (z - mu) / sigma ** 2; here only z - mu was used.",
        ),
        Mistake(
            "order exchanged",
            lambda *a: tuple(estimate.var() for estimate in _two(*a)[::-1]),
            "Both variances are right, in the wrong order: the reparameterised one comes first.",
        ),
        Mistake(
            "standard deviation for variance",
            lambda *a: tuple(estimate.std() for estimate in _two(*a)),
            "These are standard deviations. Square them, or call .var().",
        ),
        Mistake(
            "variance of the mean",
            lambda *a: tuple(estimate.var() / len(a[-1]) for estimate in _two(*a)),
            "You divided by the number of samples: that is the variance of their mean. One estimate"
            " is asked for.",
        ),
        Mistake(
            "divided by S",
            lambda *a: tuple(estimate.var(correction=0) for estimate in _two(*a)),
            "Nearly: .var() divides by S - 1, which is unbiased; you divided by S.",
        ),
        Mistake(
            "score alone",
            lambda f, df, mu, sigma, noise: (df(mu + sigma * noise).var(), (noise / sigma).var()),
            "The score has to be multiplied by f(z); by itself its mean is zero.",
        ),
        Mistake(
            "means for variances",
            lambda *a: tuple(estimate.mean() for estimate in _two(*a)),
            "These are the two estimates of the gradient. Their variances over the samples are"
            " asked for.",
        ),
        Mistake(
            "noise for z",
            lambda f, df, mu, sigma, noise: (df(noise).var(), (f(noise) * noise / sigma).var()),
            "f and df were evaluated at the noise. First make z = mu + sigma * noise.",
        ),
    ),
)
