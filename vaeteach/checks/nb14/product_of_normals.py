"""Exercise 14.2: the ladder's q, a message from below times the prior from above."""

import torch

from ..exercise import Exercise


def _pairs(seed=0):
    g = torch.Generator().manual_seed(4 + seed)
    cases = [tuple(torch.tensor([[v]]) for v in (2.0, 1.0, 0.0, 4.0))]
    for shape in ((3, 2), (4, 5)):
        a, b = (torch.randn(shape, generator=g) for _ in range(2))
        v, w = (torch.rand(shape, generator=g) * 2 + 0.2 for _ in range(2))
        cases.append((a, v, b, w))
    return cases


def _product(mu_a, var_a, mu_b, var_b):
    precision = 1 / var_a + 1 / var_b
    return (mu_a / var_a + mu_b / var_b) / precision, 1 / precision


def by_gain(mu_a, var_a, mu_b, var_b):
    gain = var_b / (var_a + var_b)  # as in a Kalman filter
    return mu_b + gain * (mu_a - mu_b), (1 - gain) * var_b


def by_logs(mu_a, var_a, mu_b, var_b):
    logvar = -torch.logaddexp(-var_a.log(), -var_b.log())
    weight = torch.sigmoid(var_b.log() - var_a.log())
    return weight * mu_a + (1 - weight) * mu_b, logvar.exp()


product_of_normals = Exercise(
    name="product_of_normals",
    solution=_product,
    inputs=_pairs,
    praise="precisions add, and each mean counts by its precision.",
    mistakes="""
        variances added: (_product(mu_a, var_a, mu_b, var_b)[0], var_a + var_b)
            Variances add when independent *numbers* are added. Where densities are multiplied,
            precisions (one over the variance) add: two witnesses leave less doubt than one.
        means weighted by their variances:
                ((mu_a * var_a + mu_b * var_b) / (var_a + var_b), 1 / (1 / var_a + 1 / var_b))
            You let the more uncertain mean count more. Weigh each by one over its variance.
        plain mean of the means: ((mu_a + mu_b) / 2, 1 / (1 / var_a + 1 / var_b))
            The plain mean is right only where both variances are equal; the surer one counts more.
        the precision returned: (_product(mu_a, var_a, mu_b, var_b)[0], 1 / var_a + 1 / var_b)
            Your second number is the precision. The variance is one over it.
        standard deviations for variances: _product(mu_a, var_a.sqrt(), mu_b, var_b.sqrt())
            You took roots: the precision is one over the *variance*, which is what is given.
        mean not divided: (mu_a / var_a + mu_b / var_b, 1 / (1 / var_a + 1 / var_b))
            Divide by the sum of the precisions: the weights of a mean add up to one.
        mean of the variances: (_product(mu_a, var_a, mu_b, var_b)[0], (var_a + var_b) / 2)
            The product is narrower than either factor, so its variance cannot lie between theirs.
    """,
    also_right=(by_gain, by_logs, lambda a, v, b, w: ((a * w + b * v) / (v + w), v * w / (v + w))),
)
