"""Exercise 5.2: ancestral sampling."""

import torch

from ..exercise import Exercise


def _models(seed=0):
    g = torch.Generator().manual_seed(5 + seed)
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
    mistakes="""
        mean picture: decode(mean + stddev * noise)
            These are the probabilities of the pixels, the mean picture. Draw each pixel: 1 where
            uniforms < p.
        most likely picture: (decode(mean + stddev * noise) > 0.5).float()
            You took the likelier value of each pixel. A draw is 1 with probability p: compare
            uniforms with p.
        black and white exchanged: (uniforms > decode(mean + stddev * noise)).float()
            These pixels are 1 with probability 1 - p. A uniform number lies *below* p with
            probability p.
        standard normal for the prior: (uniforms < decode(noise)).float()
            You decoded the noise. This prior has a mean and a spread of its own: z = mean + stddev
            * noise.
        variance for standard deviation: (uniforms < decode(mean + stddev**2 * noise)).float()
            The noise is stretched by the standard deviation, not by its square.
        root of the standard deviation: (uniforms < decode(mean + stddev.sqrt() * noise)).float()
            stddev is the standard deviation already: no square root.
        always the prior's mean: (uniforms < decode(mean.expand_as(noise))).float()
            Every picture was decoded from the mean of the prior. Draw a z for each: mean + stddev *
            noise.
    """,
    also_right=(
        lambda decode, mean, stddev, noise, uniforms: torch.where(
            uniforms < decode(noise * stddev + mean), 1.0, 0.0
        ),
        lambda decode, mean, stddev, noise, uniforms: (
            decode(mean + stddev * noise) - uniforms > 0
        ).int(),
        lambda decode, mean, stddev, noise, uniforms: torch.stack(
            [(u < decode(mean + stddev * e)).double() for e, u in zip(noise, uniforms)]
        ),
    ),
)
