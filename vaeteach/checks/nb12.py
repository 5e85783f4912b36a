"""Notebook 12: the prior of least cost and the split of its price, from tables of discrete
codes.
"""

import math

import torch

from .exercise import Exercise, Mistake


def _tables():
    g = torch.Generator().manual_seed(0)
    rows = [torch.tensor([[0.9, 0.1], [0.5, 0.5]])]
    for images, codes in ((4, 3), (30, 6)):
        rows.append(torch.rand(images, codes, generator=g).square().add(0.01))
    return [(table / table.sum(1, keepdim=True),) for table in rows]


best_prior = Exercise(
    name="best_prior",
    solution=lambda q: q.mean(0),
    inputs=_tables,
    praise="the average posterior: the prior that makes the codes of these data cheapest.",
    mistakes=(
        Mistake(
            "the geometric mean",
            lambda q: q.log().mean(0).softmax(0),
            "This makes the mean of KL(p || q) smallest, with the prior in front. The bound has"
            " KL(q || p).",
        ),
        Mistake(
            "the uniform prior",
            lambda q: torch.full_like(q[0], 1 / q.shape[1]),
            "All codes equally likely: best if nothing is known of the data. Here the posteriors"
            " are known.",
        ),
        Mistake(
            "sum for mean",
            lambda q: q.sum(0),
            "The right direction, but it adds up to the number of images. A prior adds up to one.",
        ),
        Mistake(
            "mean over the codes",
            lambda q: q.mean(1),
            "You averaged over the codes of each image. The images stand along axis 0.",
        ),
        Mistake(
            "the largest entry",
            lambda q: q.max(0).values / q.max(0).values.sum(),
            "The largest posterior of each code counts one image only; all images count alike.",
        ),
        Mistake(
            "normalised twice",
            lambda q: q.mean(0).softmax(0),
            "The mean already adds up to one. A softmax flattens it.",
        ),
        Mistake(
            "one image for all",
            lambda q: q[0],
            "This is the first image's posterior; the others pay for it.",
        ),
    ),
)


def _priced_tables():
    g = torch.Generator().manual_seed(1)
    return [
        (q, p / p.sum()) for (q,) in _tables() for p in [torch.rand(q.shape[1], generator=g) + 0.2]
    ]


def _price(q, p):
    average = q.mean(0)
    return (q * (q / average).log()).sum(1).mean(), (average * (average / p).log()).sum()


price_of_codes = Exercise(
    name="price_of_codes",
    solution=_price,
    inputs=_priced_tables,
    praise="they add up to the mean KL: what a code says, and what the wrong prior adds.",
    mistakes=(
        Mistake(
            "the whole KL twice",
            lambda q, p: (
                (q * (q / p).log()).sum(1).mean(),
                (q.mean(0) * (q.mean(0) / p).log()).sum(),
            ),
            "Your first number is the whole mean KL. The mutual information compares q with its"
            " average, not with p.",
        ),
        Mistake(
            "the wrong order",
            lambda q, p: _price(q, p)[::-1],
            "Both numbers are right, in the wrong order: mutual information first, marginal KL"
            " second.",
        ),
        Mistake(
            "sum over the images",
            lambda q, p: ((q * (q / q.mean(0)).log()).sum(), _price(q, p)[1]),
            "The mutual information is a mean over the images; you have their sum.",
        ),
        Mistake(
            "mean over the codes",
            lambda q, p: (
                (q * (q / q.mean(0)).log()).mean(),
                (q.mean(0) * (q.mean(0) / p).log()).mean(),
            ),
            "A KL is a sum over the codes, weighted by q; you took the plain mean.",
        ),
        Mistake(
            "the marginal KL the wrong way round",
            lambda q, p: (_price(q, p)[0], (p * (p / q.mean(0)).log()).sum()),
            "This is KL(p || average). Codes are drawn from the average posterior, so it stands in"
            " front.",
        ),
        Mistake(
            "bits for nats",
            lambda q, p: tuple(part / math.log(2) for part in _price(q, p)),
            "These are bits. The course measures in nats, with the natural logarithm.",
        ),
        Mistake(
            "sign flipped",
            lambda q, p: tuple(-part for part in _price(q, p)),
            "Both are divergences and cannot be negative: log of q over the reference, weighted"
            " by q.",
        ),
    ),
)
