"""Exercise 0.1: the average code."""

import numpy as np
import torch

from ..exercise import Exercise


def _codes(seed=0):
    g = torch.Generator().manual_seed(seed)
    return [
        (torch.tensor([[1.0, 2.0], [3.0, 6.0]]),),
        (torch.randn(5, 3, generator=g),),
        (torch.randn(40, 2, generator=g) + 1,),
    ]


average_code = Exercise(
    name="average_code",
    solution=lambda codes: codes.mean(0),
    inputs=_codes,
    praise="one number for each latent dimension, the mean over the images.",
    mistakes="""
        mean over everything: codes.mean()
            You got a single number: the mean over images *and* dimensions. Average over axis 0
            only.
        mean over the dimensions: codes.mean(1)
            You averaged the coordinates of each image. The images stand along axis 0, so average
            over axis 0.
        sum for mean: codes.sum(0)
            This is a sum over the images; divide it by how many there are.
        divided by the number of dimensions: codes.sum(0) / codes.shape[1]
            The sum is right, the divisor is not: divide by the number of images, codes.shape[0].
        divided by N - 1: codes.sum(0) / (len(codes) - 1)
            N - 1 belongs to the sample variance; a mean divides by N.
        median for mean: codes.median(0).values
            This is the median; the mean is asked for.
        axis kept: codes.mean(0, keepdim=True)
            The numbers are right, but the shape is (1, D); leave out keepdim to get (D,).
    """,
    also_right=(
        lambda codes: codes.sum(0) / len(codes),
        lambda codes: torch.stack([column.mean() for column in codes.T]),
        lambda codes: np.mean(codes.numpy(), axis=0),
        lambda codes: codes.double().mean(0),
        lambda codes: codes.div_(len(codes)).sum(0),
        lambda codes: map(torch.mean, codes.T),
        lambda codes: codes.mean(0).to_sparse(),
    ),
)
