"""Exercise 3.3: the gradient of the KL."""

import torch

from ...distributions import kl_standard_normal
from ..exercise import Exercise, Mistake
from .kl_to_standard_normal import codes


def _by_autograd(mu, logvar):
    mu, logvar = mu.clone().requires_grad_(), logvar.clone().requires_grad_()
    return torch.autograd.grad(kl_standard_normal(mu, logvar).sum(), (mu, logvar))


kl_gradient = Exercise(
    name="kl_gradient",
    solution=lambda mu, logvar: (mu, 0.5 * (logvar.exp() - 1)),
    inputs=codes,
    praise="a spring on the mean, and a pull of the variance towards 1.",
    mistakes=(
        Mistake(
            "downhill",
            lambda mu, logvar: (-mu, -0.5 * (logvar.exp() - 1)),
            "This is minus the gradient, the direction in which training moves. The gradient itself"
            " is asked for.",
        ),
        Mistake(
            "one half missing",
            lambda mu, logvar: (mu, logvar.exp() - 1),
            "The factor 1/2 cancels for μ, because of the square, but not for the log-variance.",
        ),
        Mistake(
            "one half too many",
            lambda mu, logvar: (0.5 * mu, 0.5 * (logvar.exp() - 1)),
            "The derivative of μ²/2 is μ: the 2 of the square cancels the 1/2.",
        ),
        Mistake(
            "derivative by the variance",
            lambda mu, logvar: (mu, 0.5 * (1 - (-logvar).exp())),
            "This is the derivative with respect to σ². With respect to log σ², multiply by σ²"
            " (chain rule).",
        ),
        Mistake(
            "derivative by sigma",
            lambda mu, logvar: (mu, (logvar / 2).exp() - (-logvar / 2).exp()),
            "This is the derivative with respect to σ. Asked for is the one with respect to"
            " log σ².",
        ),
        Mistake(
            "σ for σ²",
            lambda mu, logvar: (mu, 0.5 * ((logvar / 2).exp() - 1)),
            "exp(logvar / 2) is σ; the derivative of exp(logvar) is exp(logvar) = σ².",
        ),
        Mistake(
            "the order swapped",
            lambda mu, logvar: (0.5 * (logvar.exp() - 1), mu),
            "Right, but in the other order: first the gradient of μ, then that of logvar.",
        ),
    ),
    also_right=(
        _by_autograd,
        lambda mu, logvar: [mu.clone(), torch.expm1(logvar) / 2],
        lambda mu, logvar: torch.stack([mu, torch.expm1(logvar) / 2]),
        lambda mu, logvar: (mu.numpy(), logvar.exp_().sub_(1).div_(2).numpy()),
    ),
)
