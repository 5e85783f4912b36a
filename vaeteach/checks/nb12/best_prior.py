"""Exercise 12.1: the prior of least cost."""

import torch

from ..exercise import Exercise


def tables(seed=0):
    g = torch.Generator().manual_seed(seed)
    rows = [torch.tensor([[0.9, 0.1], [0.5, 0.5]])]
    for images, codes in ((4, 3), (30, 6)):
        rows.append(torch.rand(images, codes, generator=g).square().add(0.01))
    return [(table / table.sum(1, keepdim=True),) for table in rows]


def by_weights(q):
    return torch.full((len(q),), 1 / len(q)) @ q


def by_counting(q):
    total = q.sum(0)
    return total / total.sum()


best_prior = Exercise(
    name="best_prior",
    solution=lambda q: q.mean(0),
    inputs=tables,
    praise="the average posterior: the prior that makes the codes of these data cheapest.",
    mistakes="""
        the geometric mean: q.log().mean(0).softmax(0)
            This makes the mean of KL(p || q) smallest, with the prior in front. The bound has KL(q
            || p).
        the uniform prior: torch.full_like(q[0], 1 / q.shape[1])
            All codes equally likely: best if nothing is known of the data. Here the posteriors are
            known.
        sum for mean: q.sum(0)
            The right direction, but it adds up to the number of images. A prior adds up to one.
        mean over the codes: q.mean(1)
            You averaged over the codes of each image. The images stand along axis 0.
        the largest entry: q.max(0).values / q.max(0).values.sum()
            The largest posterior of each code counts one image only; all images count alike.
        normalised twice: q.mean(0).softmax(0)
            The mean already adds up to one. A softmax flattens it.
        one image for all: q[0]
            This is the first image's posterior; the others pay for it.
    """,
    also_right=(by_weights, by_counting),
)
