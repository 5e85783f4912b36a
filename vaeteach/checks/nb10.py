"""Checks of notebook 10: drawing from q(z), a Frechet distance, and the posterior given some of the
pixels.
"""

import torch

from .exercise import Exercise, Mistake


def _posteriors():
    g = torch.Generator().manual_seed(0)
    return [
        (
            torch.tensor([[0.0], [10.0]]),
            torch.tensor([[1.0], [2.0]]),
            torch.tensor([1]),
            torch.tensor([[0.5]]),
        ),
        (
            torch.randn(6, 2, generator=g),
            torch.rand(6, 2, generator=g) + 0.1,
            torch.tensor([3, 0, 3, 5]),
            torch.randn(4, 2, generator=g),
        ),
    ]


aggregate_draws = Exercise(
    name="aggregate_draws",
    solution=lambda mean, stddev, which, noise: mean[which] + stddev[which] * noise,
    inputs=_posteriors,
    praise="first an image, then its own Gaussian: that is how one draws from a mixture.",
    mistakes=(
        Mistake(
            "averaged parameters",
            lambda mean, stddev, which, noise: mean.mean(0) + stddev.mean(0) * noise,
            "You drew from one Gaussian with the average mean and width. q(z) is the average of the"
            " *densities*: pick an image first, then draw from its own q(z|x).",
        ),
        Mistake(
            "moment-matched Gaussian",
            lambda mean, stddev, which, noise: (
                mean.mean(0) + ((stddev**2).mean(0) + mean.var(0, correction=0)).sqrt() * noise
            ),
            "This Gaussian has the mean and variance of q(z), and not its shape. Pick an image"
            " first.",
        ),
        Mistake(
            "means only",
            lambda mean, stddev, which, noise: mean[which],
            "These are the means of the images you picked. Each code is a cloud: add its stddev"
            " times noise.",
        ),
        Mistake(
            "variance for standard deviation",
            lambda mean, stddev, which, noise: mean[which] + stddev[which] ** 2 * noise,
            "The noise was multiplied by the variance; it takes the standard deviation.",
        ),
        Mistake(
            "one width for all",
            lambda mean, stddev, which, noise: mean[which] + stddev.mean(0) * noise,
            "Each image has its own widths: index stddev by `which`, too.",
        ),
        Mistake(
            "noise of unit width",
            lambda mean, stddev, which, noise: mean[which] + noise,
            "The noise has standard deviation 1 here. Multiply it by that of the image you picked.",
        ),
        Mistake(
            "the first images",
            lambda mean, stddev, which, noise: mean[: len(noise)] + stddev[: len(noise)] * noise,
            "You took the images in the order in which they stand. `which` says which ones were"
            " drawn.",
        ),
        Mistake(
            "mean forgotten",
            lambda mean, stddev, which, noise: stddev[which] * noise,
            "The widths are right, but every draw is around 0: add the mean of the image you"
            " picked.",
        ),
    ),
)


def _pairs_of_gaussians():
    return [(0.0, 1.0, 0.0, 1.0), (0.0, 2.0, 0.0, 5.0), (1.0, 0.5, -2.0, 3.0)]


frechet_1d = Exercise(
    name="frechet_1d",
    solution=lambda mean_a, std_a, mean_b, std_b: (mean_a - mean_b) ** 2 + (std_a - std_b) ** 2,
    inputs=_pairs_of_gaussians,
    praise="in one dimension the trace is (s_a - s_b)^2.",
    mistakes=(
        Mistake(
            "square root taken",
            lambda mean_a, std_a, mean_b, std_b: (
                ((mean_a - mean_b) ** 2 + (std_a - std_b) ** 2) ** 0.5
            ),
            "This is the distance; the formula, and what papers report, is its square.",
        ),
        Mistake(
            "difference of variances",
            lambda mean_a, std_a, mean_b, std_b: (
                (mean_a - mean_b) ** 2 + (std_a**2 - std_b**2) ** 2
            ),
            "The square is of the difference of the standard deviations: v_a + v_b - 2 sqrt(v_a"
            " v_b).",
        ),
        Mistake(
            "cross term forgotten",
            lambda mean_a, std_a, mean_b, std_b: (mean_a - mean_b) ** 2 + std_a**2 + std_b**2,
            "Two equal Gaussians must have distance 0. The term - 2 sqrt(v_a v_b) is missing.",
        ),
        Mistake(
            "cross term halved",
            lambda mean_a, std_a, mean_b, std_b: (
                (mean_a - mean_b) ** 2 + std_a**2 + std_b**2 - std_a * std_b
            ),
            "The cross term has a factor 2: v_a + v_b - 2 sqrt(v_a v_b).",
        ),
        Mistake(
            "no root in the cross term",
            lambda mean_a, std_a, mean_b, std_b: (
                (mean_a - mean_b) ** 2 + std_a**2 + std_b**2 - 2 * std_a**2 * std_b**2
            ),
            "The cross term takes the root of the product of the variances, which is the product of"
            " the std.",
        ),
        Mistake(
            "mean not squared",
            lambda mean_a, std_a, mean_b, std_b: abs(mean_a - mean_b) + (std_a - std_b) ** 2,
            "The means enter squared, as the widths do.",
        ),
        Mistake(
            "means only",
            lambda mean_a, std_a, mean_b, std_b: (mean_a - mean_b) ** 2,
            "Two Gaussians with the same mean and different widths are not at distance 0. Add the"
            " trace.",
        ),
        Mistake(
            "widths only",
            lambda mean_a, std_a, mean_b, std_b: (std_a - std_b) ** 2,
            "The widths are right. Add the squared distance of the means.",
        ),
        Mistake(
            "KL divergence",
            lambda mean_a, std_a, mean_b, std_b: float(
                torch.distributions.kl_divergence(
                    torch.distributions.Normal(mean_a, std_a),
                    torch.distributions.Normal(mean_b, std_b),
                )
            ),
            "This is KL(a || b), which is not symmetric. The Frechet distance is made of squared"
            " distances.",
        ),
    ),
)


def _grids():
    g = torch.Generator().manual_seed(2)
    pixels = torch.rand(7, 5, generator=g).mul(0.8).add(0.1).log()
    prior = torch.log_softmax(torch.randn(7, generator=g), 0)
    even = torch.tensor([0.5, 0.5]).log()
    return [
        (even, torch.tensor([[0.9, 0.5], [0.3, 0.1]]).log(), torch.tensor([True, False])),
        (prior, pixels, torch.tensor([True, False, True, True, False])),
        # exp of these underflows
        (prior, 400 * pixels, torch.tensor([True, True, False, True, False])),
    ]


def _naive(log_prior, log_pixels, observed):
    joint = (log_prior + log_pixels[:, observed].sum(1)).exp()
    return joint / joint.sum()


def _close(got, expected):
    got, expected = (torch.as_tensor(t, dtype=torch.float64) for t in (got, expected))
    return got.shape == expected.shape and torch.allclose(
        got, expected, rtol=1e-4, atol=1e-6, equal_nan=True
    )


posterior_given_observed = Exercise(
    name="posterior_given_observed",
    # with NaN equal to NaN, so that the answer that underflows is recognised; the solution has none
    close=_close,
    solution=lambda log_prior, log_pixels, observed: torch.softmax(
        log_prior + log_pixels[:, observed].sum(1), 0
    ),
    inputs=_grids,
    praise=(
        "pixels that nobody saw are summed out, and a likelihood that sums to one leaves no trace."
    ),
    mistakes=(
        Mistake(
            "all pixels",
            lambda log_prior, log_pixels, observed: torch.softmax(log_prior + log_pixels.sum(1), 0),
            "You used the hidden pixels as well, which nobody has seen. Keep only the columns in"
            " `observed`.",
        ),
        Mistake(
            "the hidden pixels",
            lambda log_prior, log_pixels, observed: torch.softmax(
                log_prior + log_pixels[:, ~observed].sum(1), 0
            ),
            "The mask is the wrong way round: it is True where a pixel was seen.",
        ),
        Mistake(
            "prior forgotten",
            lambda log_prior, log_pixels, observed: torch.softmax(
                log_pixels[:, observed].sum(1), 0
            ),
            "This is the likelihood, normalised. Bayes' rule multiplies it by the prior.",
        ),
        Mistake(
            "not normalised",
            lambda log_prior, log_pixels, observed: (
                log_prior + log_pixels[:, observed].sum(1)
            ).exp(),
            "This is p(z, x_observed). Divide by its sum, so that the weights add up to 1.",
        ),
        Mistake(
            "logarithms returned",
            lambda log_prior, log_pixels, observed: torch.log_softmax(
                log_prior + log_pixels[:, observed].sum(1), 0
            ),
            "These are log-weights. Weights are asked for: take exp.",
        ),
        Mistake(
            "mean for sum",
            lambda log_prior, log_pixels, observed: torch.softmax(
                log_prior + log_pixels[:, observed].mean(1), 0
            ),
            "A mean over the pixels counts them all as one. Independent pixels multiply, so their"
            " logarithms add up.",
        ),
        Mistake(
            "log-prior as weight",
            lambda log_prior, log_pixels, observed: torch.softmax(
                log_prior * log_pixels[:, observed].sum(1), 0
            ),
            "In logarithms Bayes' rule adds prior and likelihood; you multiplied them.",
        ),
        Mistake(
            "exp too early",
            _naive,
            "Right on paper. With many pixels the joint underflows to 0, and 0 / 0 is NaN. Stay in"
            " logarithms and use torch.softmax, which subtracts the maximum first.",
        ),
    ),
)
