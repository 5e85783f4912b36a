"""Checks of notebook 05: a grid through the prior's quantiles, ancestral sampling, interpolation on
a sphere.
"""

import torch
from torch.special import ndtr, ndtri

from .exercise import Exercise, Mistake


def _grid(steps):
    """Points (n * n, 2) in reading order: the first row has the largest second coordinate."""
    n = len(steps)
    return torch.stack([steps.repeat(n), steps.flip(0).repeat_interleave(n)], 1)


def _middles(n):
    return (torch.arange(n) + 0.5) / n


quantile_grid = Exercise(
    name="quantile_grid",
    solution=lambda n: _grid(ndtri(_middles(n))),
    inputs=lambda: [(1,), (2,), (3,), (6,)],
    praise="every cell of the grid holds the same share of the prior.",
    mistakes=(
        Mistake(
            "upside down",
            lambda n: _grid(ndtri(_middles(n))) * torch.tensor([1.0, -1.0]),
            "The first row of pictures is at the top, where the second coordinate is largest.",
        ),
        Mistake(
            "rows and columns exchanged",
            lambda n: torch.cartesian_prod(ndtri(_middles(n)), ndtri(_middles(n))).reshape(-1, 2),
            "Reading order: along a row of pictures the first coordinate grows, and from row to row"
            " the second falls.",
        ),
        Mistake(
            "order of the coordinates exchanged",
            lambda n: _grid(ndtri(_middles(n))).flip(1),
            "The columns are exchanged: z_1 goes to the right and stands first.",
        ),
        Mistake(
            "equal steps",
            lambda n: _grid(torch.linspace(-3, 3, n)),
            "These are equal steps. The cells at the rim then hold hardly any of the prior: use its"
            " quantiles.",
        ),
        Mistake(
            "quantiles from 0 on",
            lambda n: _grid(ndtri(torch.arange(n) / n)),
            "The quantile of 0 is minus infinity. Take the middles of the n intervals, (i + 1/2)"
            " / n.",
        ),
        Mistake(
            "quantiles from 0 to 1",
            lambda n: _grid(ndtri(torch.linspace(0, 1, n))),
            "The quantiles of 0 and 1 are infinite. Take the middles of the n intervals, (i + 1/2)"
            " / n.",
        ),
        Mistake(
            "n + 1 intervals",
            lambda n: _grid(ndtri(torch.arange(1, n + 1) / (n + 1))),
            "With i / (n + 1) the cells at the rim are larger than the others. The middles are (i +"
            " 1/2) / n.",
        ),
        Mistake(
            "distribution function for quantile",
            lambda n: _grid(ndtr(_middles(n))),
            "This is the distribution function. Its inverse is asked for: from probabilities to"
            " places.",
        ),
        Mistake(
            "probabilities for places",
            lambda n: _grid(_middles(n)),
            "These are still probabilities between 0 and 1. The quantile function takes them to the"
            " latent axis.",
        ),
    ),
)


def _models():
    g = torch.Generator().manual_seed(5)
    weights = torch.randn(2, 7, generator=g)

    def decode(z):
        return torch.sigmoid(3 * z @ weights)

    def case(n):
        mean, stddev = torch.tensor([0.5, -2.0]), torch.tensor([0.5, 3.0])
        return decode, mean, stddev, torch.randn(n, 2, generator=g), torch.rand(n, 7, generator=g)

    return [case(1), case(40)]


ancestral_sample = Exercise(
    name="ancestral_sample",
    solution=lambda decode, mean, stddev, noise, uniforms: (
        uniforms < decode(mean + stddev * noise)
    ).float(),
    inputs=_models,
    praise="first the cause, then the picture.",
    mistakes=(
        Mistake(
            "mean picture",
            lambda decode, mean, stddev, noise, uniforms: decode(mean + stddev * noise),
            "These are the probabilities of the pixels, the mean picture. Draw each pixel: 1 where"
            " uniforms < p.",
        ),
        Mistake(
            "most likely picture",
            lambda decode, mean, stddev, noise, uniforms: (
                decode(mean + stddev * noise) > 0.5
            ).float(),
            "You took the likelier value of each pixel. A draw is 1 with probability p: compare"
            " uniforms with p.",
        ),
        Mistake(
            "black and white exchanged",
            lambda decode, mean, stddev, noise, uniforms: (
                uniforms > decode(mean + stddev * noise)
            ).float(),
            "These pixels are 1 with probability 1 - p. A uniform number lies *below* p with"
            " probability p.",
        ),
        Mistake(
            "standard normal for the prior",
            lambda decode, mean, stddev, noise, uniforms: (uniforms < decode(noise)).float(),
            "You decoded the noise. This prior has a mean and a spread of its own: z = mean +"
            " stddev * noise.",
        ),
        Mistake(
            "variance for standard deviation",
            lambda decode, mean, stddev, noise, uniforms: (
                uniforms < decode(mean + stddev**2 * noise)
            ).float(),
            "The noise is stretched by the standard deviation, not by its square.",
        ),
        Mistake(
            "root of the standard deviation",
            lambda decode, mean, stddev, noise, uniforms: (
                uniforms < decode(mean + stddev.sqrt() * noise)
            ).float(),
            "stddev is the standard deviation already: no square root.",
        ),
        Mistake(
            "always the prior's mean",
            lambda decode, mean, stddev, noise, uniforms: (
                uniforms < decode(mean.expand_as(noise))
            ).float(),
            "Every picture was decoded from the mean of the prior. Draw a z for each: mean + stddev"
            " * noise.",
        ),
    ),
)


def _angle(a, b):
    return torch.arccos(((a / a.norm()) @ (b / b.norm())).clamp(-1, 1))


def _slerp(a, b, t, angle=None):
    angle = _angle(a, b) if angle is None else angle
    return (torch.sin((1 - t) * angle) * a + torch.sin(t * angle) * b) / torch.sin(angle)


def _pairs():
    g = torch.Generator().manual_seed(6)
    a, b = torch.randn(2, 20, generator=g)
    short = torch.tensor([2.0, 0.0]), torch.tensor([1.0, 1.0])
    return [(*short, 0.0), (*short, 0.25), (a, b, 0.5), (a, 0.3 * b, 0.8)]


def _alike_with_nan(got, expected):
    got, expected = (torch.as_tensor(value, dtype=torch.float64) for value in (got, expected))
    return got.shape == expected.shape and torch.allclose(
        got, expected, rtol=1e-4, atol=1e-5, equal_nan=True
    )


spherical = Exercise(
    name="spherical",
    solution=_slerp,
    inputs=_pairs,
    close=_alike_with_nan,
    praise="along an arc, and the norm stays between those of the ends.",
    mistakes=(
        Mistake(
            "straight line",
            lambda a, b, t: (1 - t) * a + t * b,
            "This is the straight line, which cuts through the empty middle. Weight the ends by"
            " sines.",
        ),
        Mistake(
            "other direction",
            lambda a, b, t: _slerp(b, a, t),
            "At t = 0 the result should be a, and b at t = 1; yours goes the other way.",
        ),
        Mistake(
            "angle between unnormalised vectors",
            lambda a, b, t: _slerp(a, b, t, torch.arccos(a @ b)),
            "arccos needs the cosine: divide a and b by their norms before the product.",
        ),
        Mistake(
            "sine of the angle forgotten",
            lambda a, b, t: _slerp(a, b, t) * torch.sin(_angle(a, b)),
            "Divide by the sine of the whole angle; without it the ends are not reached.",
        ),
        Mistake(
            "straight line, pushed to the sphere",
            lambda a, b, t: (lambda z: z / z.norm() * ((1 - t) * a.norm() + t * b.norm()))(
                (1 - t) * a + t * b
            ),
            "The norm is mended, but the angle does not grow evenly with t. Weight by sin((1 - t)"
            " w) and sin(t w).",
        ),
        Mistake(
            "cosine for the angle",
            lambda a, b, t: _slerp(a, b, t, torch.cos(_angle(a, b))),
            "This uses the cosine itself as the angle. Take its arccos.",
        ),
        Mistake(
            "unit length",
            lambda a, b, t: _slerp(a / a.norm(), b / b.norm(), t),
            "You normalised the ends and never gave the lengths back: use the unit vectors for the"
            " angle only.",
        ),
    ),
)
