"""Exercise 3.3: the gradient of the KL by mean and standard deviation."""

import torch
from torch.distributions import Normal, kl_divergence

from ..exercise import Exercise


def _codes(seed=0):
    g = torch.Generator().manual_seed(3 + seed)
    return [
        (torch.tensor([[1.0]]), torch.tensor([[2.0]])),
        (torch.tensor([[0.0, 2.0], [1.0, -1.0]]), torch.tensor([[0.6, 1.3], [1.7, 0.4]])),
        (torch.randn(5, 3, generator=g), 0.3 + torch.rand(5, 3, generator=g)),
    ]


def _by_autograd(mu, sigma):
    mu, sigma = mu.clone().requires_grad_(), sigma.clone().requires_grad_()
    divergence = kl_divergence(Normal(mu, sigma), Normal(0.0, 1.0)).sum()
    return torch.autograd.grad(divergence, (mu, sigma))


kl_gradient = Exercise(
    name="kl_gradient",
    solution=lambda mu, sigma: (mu, sigma - 1 / sigma),
    inputs=_codes,
    praise="a spring on the mean; σ is pulled to 1, and pushed ever harder the closer it is to 0.",
    mistakes="""
        downhill: (-mu, 1 / sigma - sigma)
            This is minus the gradient, the direction in which training moves. The gradient itself
            is asked for.
        derivative by the log-variance: (mu, 0.5 * (sigma**2 - 1))
            This is the derivative with respect to log σ², from section 3. Asked for is the one with
            respect to σ.
        derivative by the log of σ: (mu, sigma**2 - 1)
            This is the derivative with respect to log σ. Divide by σ (chain rule).
        derivative by the variance: (mu, 0.5 * (1 - sigma**-2))
            This is the derivative with respect to σ². Asked for is the one with respect to σ.
        one half kept: (mu, 0.5 * (sigma - 1 / sigma))
            The derivative of σ²/2 is σ, and that of log σ² / 2, which is log σ, is 1/σ: no half is
            left.
        half of the logarithm forgotten: (mu, sigma - 1 / (2 * sigma))
            log σ² is 2 log σ, so the 1/2 in front cancels in this term, too.
        one half too many: (0.5 * mu, sigma - 1 / sigma)
            The derivative of μ²/2 is μ: the 2 of the square cancels the 1/2.
        sign of the logarithm: (mu, sigma + 1 / sigma)
            The logarithm stands with a minus in the KL. At σ = 1 the derivative must be zero.
        the order swapped: (sigma - 1 / sigma, mu)
            Right, but in the other order: first the gradient of μ, then that of σ.
    """,
    also_right=(_by_autograd, lambda mu, sigma: [mu.clone(), (sigma**2 - 1) / sigma]),
)
