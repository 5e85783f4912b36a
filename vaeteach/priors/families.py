"""Priors of other shapes: heavy tails, a box, a sphere. No Gaussian is needed anywhere."""

import math

import torch
from torch import nn
from torch.distributions import Independent

from ..distributions import Beta, SphereUniform, StandardLaplace, Stretched, VonMisesFisher
from ..distributions import StudentT as StudentTDistribution
from ..support import whole_number
from .knobs import STRETCH, Knob


class StudentT(nn.Module):
    """Independent Student-t latents, scale 1, with df degrees of freedom.

    Fixed, or learned with learn_df=True. The scale stays 1 because, as for a Gaussian, the
    neighbouring layers can absorb it. df is one number for all D dimensions or one for each;
    learned, its logarithm is the parameter. Raises ValueError for df that is not positive.
    """

    def __init__(self, latent_dim, df=5.0, learn_df=False):
        super().__init__()
        df = _positive("df", df, whole_number(latent_dim, "latent_dim"))
        self.log_df = nn.Parameter(df.log(), requires_grad=bool(learn_df))

    @property
    def df(self):
        """Degrees of freedom, shape (D,)."""
        return self.log_df.exp()

    def forward(self):
        return Independent(StudentTDistribution(self.df), 1, validate_args=False)

    def knobs(self):
        return Knob("df × 10^", -1.5, 2.5, 0.05, 0.0), STRETCH

    def turned(self, power, stretch):
        """The same with df times 10^power, stretched."""
        heavy = StudentTDistribution(self.df * 10.0**power)
        return Stretched(Independent(heavy, 1, validate_args=False), 0, stretch)


class Laplace(nn.Module):
    """Independent Laplace(0, 1) latents, prod_d exp(-|z_d|) / 2; exact KL from a Gaussian."""

    def __init__(self, latent_dim):
        super().__init__()
        self.register_buffer("zeros", torch.zeros(whole_number(latent_dim, "latent_dim")))

    def forward(self):
        return Independent(StandardLaplace(self.zeros), 1, validate_args=False)


class BetaPrior(nn.Module):
    """Independent Beta(a, b) latents on (0, 1)^D, for a "beta" or "kumaraswamy" posterior.

    Nothing is learned. a, b: positive numbers, or D of them. a = b = 1 is the uniform box. A
    Gaussian encoder puts mass outside the box, where this prior has none, and is refused by `kl`.
    Raises ValueError for parameters that are not positive.
    """

    def __init__(self, latent_dim, a=2.0, b=1.0):
        super().__init__()
        latent_dim = whole_number(latent_dim, "latent_dim")
        self.register_buffer("a", _positive("a", a, latent_dim))
        self.register_buffer("b", _positive("b", b, latent_dim))

    def forward(self):
        return Independent(Beta(self.a, self.b), 1, validate_args=False)

    def knobs(self):
        starts = {"a": float(self.a[0]), "b": float(self.b[0])}
        return tuple(
            Knob(name, min(0.3, start), max(8.0, start), 0.1, start)
            for name, start in starts.items()
        )

    def turned(self, a, b):
        """The same with a and b of the first dimension at these values, others in proportion."""
        a, b = (old * (new / old[0]) for old, new in ((self.a, a), (self.b, b)))
        return Independent(Beta(a, b), 1, validate_args=False)


class SpherePrior(nn.Module):
    """The uniform distribution on S^2 in R^3, for the "von_mises_fisher" posterior."""

    def __init__(self):
        super().__init__()
        self.register_buffer("zeros", torch.zeros(3))

    def forward(self):
        return SphereUniform(self.zeros)

    def knobs(self):
        return (Knob("kappa", 0.0, 10.0, 0.1, 0.0),)

    def turned(self, kappa):
        """Von Mises-Fisher about the pole, which is uniform at kappa = 0."""
        pole = self.zeros.new_tensor([0.0, 0.0, 1.0])
        return VonMisesFisher(pole, self.zeros.new_tensor(kappa))


def _positive(name, value, latent_dim):
    """The value as a tensor (D,), or a sentence."""
    value = torch.as_tensor(value, dtype=torch.get_default_dtype()).detach().clone()
    if value.ndim > 1 or (value.ndim == 1 and len(value) != latent_dim):
        raise ValueError(
            f"{name} must be one number, or one for each of {latent_dim} dimensions, got"
            f" {value.tolist()}."
        )
    if not bool(((value > 0) & (value < math.inf)).all()):
        raise ValueError(f"{name} must be positive and finite, got {value.tolist()}.")
    return value.expand(latent_dim).clone()
