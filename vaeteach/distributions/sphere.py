"""The unit sphere S^2 in R^3.

The uniform distribution, and von Mises-Fisher, its relative of the Gaussian. Densities are with
respect to the sphere's surface (area 4 pi). In three dimensions everything has a closed form: the
normaliser, the sampler by inverse CDF, the KL. Each is written so that it holds from concentration
0 to 1e4 and more.
"""

import math

import torch
from torch.distributions import Distribution, constraints, register_kl

_LOG_AREA = math.log(4 * math.pi)
# concentrations for which the closed forms lose digits and their series do not
_SERIES_BELOW = 0.05


class _Sphere(constraints.Constraint):
    """Vectors of length 1, to the precision of float32."""

    event_dim, is_discrete, name = 1, False, "sphere"

    def check(self, value):
        return (torch.linalg.vector_norm(value, dim=-1) - 1).abs() < 1e-4


sphere = _Sphere()


class VonMisesFisher(Distribution):
    """vMF(loc, kappa) on S^2: density kappa / (4 pi sinh kappa) exp(kappa loc . x), per area.

    loc: unit vectors (..., 3), the mean directions. concentration: kappa >= 0, shape (...); 0 is
    the uniform distribution, and for large kappa it is a Gaussian of standard deviation
    1/sqrt(kappa) on the tangent plane. Batch (...), event (3,), log_prob in nats. Raises ValueError
    for shapes that do not go together, for directions that are not of length 1 and for a negative
    concentration; NaN goes through, to be found where the bound is.
    Sources: Fisher 1953; the sampler, Jakob 2012 (Numerically stable sampling of the von
    Mises-Fisher distribution on S^2); as a posterior, Davidson et al. 2018.
    """

    arg_constraints = {}
    support = sphere
    has_rsample = True

    def __init__(self, loc, concentration):
        concentration = torch.as_tensor(concentration, dtype=loc.dtype)
        if loc.shape[-1:] != (3,):
            raise ValueError(
                "VonMisesFisher: loc must be directions in space, (..., 3), got"
                f" {tuple(loc.shape)}."
            )
        try:
            batch = torch.broadcast_shapes(loc.shape[:-1], concentration.shape)
        except RuntimeError:
            raise ValueError(
                f"VonMisesFisher: loc has shape {tuple(loc.shape)} and concentration"
                f" {tuple(concentration.shape)}; expected one concentration for each direction."
            ) from None
        if bool(((torch.linalg.vector_norm(loc.detach(), dim=-1) - 1).abs() > 1e-3).any()):
            raise ValueError(
                "VonMisesFisher: loc must have length 1; divide it by loc.norm(dim=-1,"
                " keepdim=True)."
            )
        if bool((concentration < 0).any()):
            raise ValueError(
                "VonMisesFisher: the concentration must be at least 0; turn loc round instead."
            )
        self.loc, self.concentration = loc.expand(*batch, 3), concentration.expand(batch)
        super().__init__(batch, torch.Size([3]), validate_args=False)

    def expand(self, batch_shape, _instance=None):
        batch_shape = torch.Size(batch_shape)
        return VonMisesFisher(
            self.loc.expand(*batch_shape, 3), self.concentration.expand(batch_shape)
        )

    def log_prob(self, value):
        """loc . x - 1 as -|x - loc|^2 / 2: near 1 the product has lost its digits."""
        kappa = self.concentration
        return log_flatness(kappa) - kappa * (value - self.loc).square().sum(-1) / 2 - _LOG_AREA

    @property
    def mean(self):
        """A(kappa) loc, inside the sphere; A(kappa) = coth kappa - 1 / kappa."""
        return (1 - shortfall(self.concentration)).unsqueeze(-1) * self.loc

    @property
    def variance(self):
        """Of each coordinate: along loc 1 - 2 A / kappa - A^2, across it A / kappa."""
        kappa = self.concentration
        resultant = 1 - shortfall(kappa)
        across = torch.where(
            kappa < 1e-3, 1 / 3 - kappa.square() / 45, resultant / kappa.clamp(min=1e-3)
        )
        across, resultant = across.unsqueeze(-1), resultant.unsqueeze(-1)
        along = (1 - 2 * across - resultant.square()).clamp(min=0)
        return along * self.loc.square() + across * (1 - self.loc.square())

    def rsample(self, sample_shape=()):
        """The height along loc by its inverse CDF in float64, for the tails; a uniform angle."""
        shape = self._extended_shape(sample_shape)
        u, angle = torch.rand((2, *shape[:-1]), dtype=torch.float64)
        drop = _inverse_cdf(u.clamp(min=2.0**-53), self.concentration.double()).unsqueeze(-1)
        angle = (2 * math.pi * angle).unsqueeze(-1)
        first, second = _tangents(self.loc.double())
        radius = (drop * (2 - drop)).sqrt()
        point = (1 - drop) * self.loc + radius * (angle.cos() * first + angle.sin() * second)
        return (point / torch.linalg.vector_norm(point, dim=-1, keepdim=True)).to(self.loc.dtype)


class SphereUniform(Distribution):
    """The uniform distribution on S^2: density 1 / (4 pi) per area. Batch (), event (3,)."""

    arg_constraints = {}
    support = sphere
    has_rsample = True  # there is nothing to differentiate, and the samples are exact

    def __init__(self, like=None):
        self._like = torch.zeros(3) if like is None else like  # carries dtype and device
        super().__init__(torch.Size(), torch.Size([3]), validate_args=False)

    def log_prob(self, value):
        return torch.where(
            value.isnan().any(-1), value.sum(-1), torch.full_like(value[..., 0], -_LOG_AREA)
        )

    @property
    def mean(self):
        return torch.zeros_like(self._like)

    @property
    def variance(self):
        return torch.full_like(self._like, 1 / 3)

    def rsample(self, sample_shape=()):
        """A normalised Gaussian: its density depends on the length alone."""
        point = torch.randn(self._extended_shape(sample_shape), dtype=self._like.dtype)
        return point / torch.linalg.vector_norm(point, dim=-1, keepdim=True)


def log_flatness(kappa):
    """log (2 kappa / (1 - exp(-2 kappa))), the log-density at loc against the uniform one."""
    series = kappa * (1 - kappa * (1 / 6 - kappa.square() / 180))
    safe = kappa.clamp(min=_SERIES_BELOW)
    return torch.where(
        kappa < _SERIES_BELOW, series, (2 * safe).log() - (-(-2 * safe).expm1()).log()
    )


def shortfall(kappa):
    """1 - A(kappa) = 1 - coth kappa + 1 / kappa, how far the mean stays inside."""
    series = 1 - kappa / 3 + kappa**3 / 45
    safe = kappa.clamp(min=_SERIES_BELOW)
    return torch.where(
        kappa < _SERIES_BELOW, series, 1 / safe + 2 * (-2 * safe).exp() / (-2 * safe).expm1()
    )


def _inverse_cdf(u, kappa):
    """The drop 1 - loc .

    x at CDF u in (0, 1], between 0 and 2. -log1p(s expm1(-2 kappa)) / kappa with s = 1 - u. x at
    CDF u in (0, 1]: -log1p(s expm1(-2 kappa)) / kappa with s = 1 - u, in (0, 2].
    """
    s = 1 - u
    series = 2 * s * (1 - (1 - s) * kappa)
    safe = kappa.clamp(min=1e-6)
    drop = torch.where(kappa < 1e-6, series, -torch.log1p(s * torch.expm1(-2 * safe)) / safe)
    # both poles of sqrt(drop (2 - drop))
    return drop.clamp(min=torch.finfo(drop.dtype).tiny, max=2 - 1e-12)


def _tangents(n):
    """Two unit vectors that make an orthonormal frame with n, (..., 3) (Duff et al. 2017)."""
    x, y, z = n.unbind(-1)
    sign = torch.where(z < 0, -1.0, 1.0).to(n.dtype)
    a = -1 / (sign + z)
    b = x * y * a
    first = torch.stack([1 + sign * x.square() * a, sign * b, -sign * x], -1)
    return first, torch.stack([b, sign + y.square() * a, -y], -1)


def _kl_from_uniform(kappa):
    """KL(vMF || uniform) = kappa A + log(kappa / sinh kappa), by its series near 0."""
    square = kappa.square()
    series = square * (1 / 6 - square * (1 / 60 - square / 567))
    return torch.where(
        kappa < 4 * _SERIES_BELOW, series, log_flatness(kappa) - kappa * shortfall(kappa)
    )


@register_kl(VonMisesFisher, SphereUniform)
def _kl_vmf_uniform(q, p):
    return _kl_from_uniform(q.concentration)


@register_kl(VonMisesFisher, VonMisesFisher)
def _kl_vmf_vmf(q, p):
    """KL(q || uniform) - log_flatness(kappa_p) + kappa_p (1 - A_q cos), by the mean of q."""
    missing = shortfall(q.concentration)
    turned = (q.loc - p.loc).square().sum(-1) / 2
    away = missing + (1 - missing) * turned
    return (
        _kl_from_uniform(q.concentration) - log_flatness(p.concentration) + p.concentration * away
    )


@register_kl(SphereUniform, VonMisesFisher)
def _kl_uniform_vmf(q, p):
    return p.concentration - log_flatness(p.concentration)


@register_kl(SphereUniform, SphereUniform)
def _kl_uniform_uniform(q, p):
    return torch.zeros(())
