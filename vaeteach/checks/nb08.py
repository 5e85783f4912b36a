"""Checks of notebook 08: the decoder's first layer in new latents, the exact gain, and a paired
comparison.
"""

import math

import torch

from .exercise import Exercise, Mistake


def _layers():
    g = torch.Generator().manual_seed(0)
    return [
        tuple(map(torch.tensor, ([[4.0]], [1.0], [3.0], [2.0]))),
        (
            torch.tensor([[1.0, 0.0], [0.0, 1.0]]),
            torch.zeros(2),
            torch.tensor([1.0, -1.0]),
            torch.tensor([0.5, 2.0]),
        ),
        (
            torch.randn(5, 3, generator=g),
            torch.randn(5, generator=g),
            torch.randn(3, generator=g),
            torch.randn(3, generator=g).exp(),
        ),
    ]


absorbed_layer = Exercise(
    name="absorbed_layer",
    solution=lambda weight, bias, m, s: (weight * s, bias + weight @ m),
    inputs=_layers,
    praise="the layer sees m + s u, and answers as it did before.",
    mistakes=(
        Mistake(
            "the inverse map",
            lambda weight, bias, m, s: (weight / s, bias - weight @ (m / s)),
            "That is what you would do if the old latents went in and the new ones came out. The"
            " decoder is now handed u, and has to turn it back: z = m + s u.",
        ),
        Mistake(
            "divided by s",
            lambda weight, bias, m, s: (weight / s, bias + weight @ m),
            "The bias is right. The weight is to act on u as it acted on z = m + s u: does it grow"
            " or shrink with s?",
        ),
        Mistake(
            "shift with the wrong sign",
            lambda weight, bias, m, s: (weight * s, bias - weight @ m),
            "The weight is right. Write out W (m + s u) + c: with which sign does m stand there?",
        ),
        Mistake(
            "shift by the scaled weight",
            lambda weight, bias, m, s: (weight * s, bias + (weight * s) @ m),
            "The weight is right. The bias takes the weight as it was, W m: in m + s u only u is"
            " multiplied by s.",
        ),
        Mistake(
            "shift forgotten",
            lambda weight, bias, m, s: (weight * s, bias),
            "The stretch is there, the shift is not: at u = 0 the layer must see z = m.",
        ),
        Mistake(
            "shift without the weight",
            lambda weight, bias, m, s: (
                weight * s,
                bias + (m if m.shape == bias.shape else m.sum()),
            ),
            "m is a point of the latent space, the bias belongs to the outputs: m has to go through"
            " the weight.",
        ),
        Mistake(
            "variance for standard deviation",
            lambda weight, bias, m, s: (weight * s**2, bias + weight @ m),
            "You multiplied by the variance. z = m + s u holds with the standard deviation s.",
        ),
        Mistake(
            "rows scaled for columns",
            lambda weight, bias, m, s: (
                weight * s.repeat(len(weight))[: len(weight)].unsqueeze(1),
                bias + weight @ m,
            ),
            "weight has shape (outputs, latents): each latent is a column, so s must run along the"
            " last axis.",
        ),
    ),
)


def _moments():
    return [
        (torch.tensor([1.0]), torch.tensor([1.0])),
        (torch.tensor([0.0]), torch.tensor([4.0])),
        (torch.tensor([0.5, -2.0, 0.0]), torch.tensor([0.25, 2.0, 1.0])),
    ]


standardizing_gain = Exercise(
    name="standardizing_gain",
    solution=lambda mean, variance: ((mean**2 + variance - 1 - variance.log()) / 2).sum(),
    inputs=_moments,
    praise="the KL divergence between the aggregate's moments and the prior's, to the last digit.",
    mistakes=(
        Mistake(
            "one half forgotten",
            lambda mean, variance: (mean**2 + variance - 1 - variance.log()).sum(),
            "This is twice the gain: the KL of Gaussians has a factor 1/2 in front.",
        ),
        Mistake(
            "KL the wrong way round",
            lambda mean, variance: (((1 + mean**2) / variance - 1 + variance.log()) / 2).sum(),
            "This is KL(N(0, 1) || N(m, v)). The mean of KL(q || p) keeps q on the left, and so"
            " does its drop.",
        ),
        Mistake(
            "log of the standard deviation",
            lambda mean, variance: ((mean**2 + variance - 1 - variance.log() / 2) / 2).sum(),
            "You took log s where log s^2 belongs; `variance` is already the square.",
        ),
        Mistake(
            "standard deviation for variance",
            lambda mean, variance: ((mean**2 + variance.sqrt() - 1 - variance.log()) / 2).sum(),
            "The term linear in the spread is the variance, not the standard deviation.",
        ),
        Mistake(
            "variance squared",
            lambda mean, variance: ((mean**2 + variance**2 - 1 - (variance**2).log()) / 2).sum(),
            "`variance` was squared once more, as if it were a standard deviation.",
        ),
        Mistake(
            "the shift left out",
            lambda mean, variance: ((variance - 1 - variance.log()) / 2).sum(),
            "This is what the stretch alone gains. Moving the mean to 0 gains mean^2 / 2 on top.",
        ),
        Mistake(
            "the stretch left out",
            lambda mean, variance: (mean**2 / 2).sum(),
            "This is what the shift alone gains. Bringing the variance to 1 gains (v - 1 - log v) /"
            " 2 on top.",
        ),
        Mistake(
            "one number a dimension",
            lambda mean, variance: (mean**2 + variance - 1 - variance.log()) / 2,
            "Right for each dimension. The gain of the whole model is their sum, one number.",
        ),
        Mistake(
            "mean for sum",
            lambda mean, variance: ((mean**2 + variance - 1 - variance.log()) / 2).mean(),
            "You averaged over the dimensions; a KL adds up over independent dimensions.",
        ),
        Mistake(
            "sign flipped",
            lambda mean, variance: -((mean**2 + variance - 1 - variance.log()) / 2).sum(),
            "This is minus the gain: it would say that standardising makes codes dearer.",
        ),
    ),
)


def _pairs():
    g = torch.Generator().manual_seed(1)
    level = 5 * torch.randn(12, generator=g)  # seeds differ far more than the treatment does
    return [
        (torch.tensor([1.0, 5.0, 9.0]), torch.tensor([2.0, 5.0, 11.0])),
        (level, level + 0.3 + 0.1 * torch.randn(12, generator=g)),
    ]


def _independent_error(plain, treated):
    return treated.mean() - plain.mean(), ((plain.var() + treated.var()) / len(plain)).sqrt()


paired_gain = Exercise(
    name="paired_gain",
    solution=lambda plain, treated: (
        (treated - plain).mean(),
        (treated - plain).std() / math.sqrt(len(plain)),
    ),
    inputs=_pairs,
    praise="differences first, then their mean and its standard error.",
    mistakes=(
        Mistake(
            "not paired",
            _independent_error,
            "The mean is right. Your error treats the two columns as unrelated, so the luck of the"
            " seeds, which both share, counts as noise. Take the difference of each pair first.",
        ),
        Mistake(
            "standard deviation for standard error",
            lambda plain, treated: ((treated - plain).mean(), (treated - plain).std()),
            "This is how much single seeds differ. The mean of n seeds is known sqrt(n) times"
            " better.",
        ),
        Mistake(
            "divided by n",
            lambda plain, treated: ((treated - plain).mean(), (treated - plain).std() / len(plain)),
            "Divide the standard deviation by sqrt(n), or the variance by n and then take the"
            " root.",
        ),
        Mistake(
            "n for n - 1",
            lambda plain, treated: (
                (treated - plain).mean(),
                (treated - plain).std(correction=0) / math.sqrt(len(plain)),
            ),
            "The standard deviation of a sample divides by n - 1 (torch's default); dividing by n"
            " makes it too small.",
        ),
        Mistake(
            "sign flipped",
            lambda plain, treated: (
                (plain - treated).mean(),
                (treated - plain).std() / math.sqrt(len(plain)),
            ),
            "A gain is treated minus plain: positive where the treatment helps.",
        ),
        Mistake(
            "variance for standard error",
            lambda plain, treated: ((treated - plain).mean(), (treated - plain).var() / len(plain)),
            "This is the squared standard error; take its root to have nats again.",
        ),
    ),
)
