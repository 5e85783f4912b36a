"""Distributions on the open interval (0, 1): Beta and Kumaraswamy, safe where torch's own are not.

torch's samplers of Beta return 0 and 1 themselves, where log-densities are infinite, and look for
an end that never comes when a parameter is NaN; its KL in float32 loses whole digits at large
concentrations (log Gamma(1e4) is 82,100). Here the arithmetic runs in float64, samples stay inside
(0, 1), and NaN comes out as NaN.
"""

import math

import torch
from torch.distributions import Beta as TorchBeta
from torch.distributions import Distribution, constraints, kl_divergence, register_kl


def inside(z):
    """z moved off the borders to the nearest numbers of float32 that lie inside (0, 1)."""
    return z.clamp(torch.finfo(torch.float32).tiny, 1 - 2.0**-24)


class Beta(Distribution):
    """Beta(a, b) on (0, 1): density z^(a-1) (1-z)^(b-1) / B(a, b), in nats. a, b > 0, of one shape.

    The same formulas as torch.distributions.Beta, guarded as the head of this file says.
    """

    arg_constraints = {}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, a, b):
        self.a, self.b = torch.broadcast_tensors(a, b)
        require_positive("Beta", a=self.a, b=self.b)
        super().__init__(self.a.shape, validate_args=False)

    def expand(self, batch_shape, _instance=None):
        return Beta(self.a.expand(batch_shape), self.b.expand(batch_shape))

    @property
    def mean(self):
        return self.a / (self.a + self.b)

    @property
    def variance(self):
        return self.mean * self.b / ((self.a + self.b) * (self.a + self.b + 1))

    def log_prob(self, value):
        a, b, z = self.a.double(), self.b.double(), value.double()
        normaliser = torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)
        log_prob = (a - 1) * inside(z).log() + (b - 1) * torch.log1p(-inside(z)) - normaliser
        return nothing_outside(log_prob, value).to(self.a.dtype)

    def rsample(self, sample_shape=()):
        """Draw by torch's implicit gradient (Figurnov et al. 2018), never asked about a NaN."""
        ok = torch.isfinite(self.a) & torch.isfinite(self.b)
        a, b = (torch.where(ok, c, torch.ones_like(c)).double() for c in (self.a, self.b))
        sample = inside(TorchBeta(a, b, validate_args=False).rsample(sample_shape))
        return torch.where(ok, sample, math.nan).to(self.a.dtype)


class Kumaraswamy(Distribution):
    """Kumaraswamy(a, b) on (0, 1).

    CDF 1 - (1 - z^a)^b, so that a sample is (1 - u^(1/b))^(1/a) with u uniform. It looks like a
    Beta and has the simple reparameterisation that a Beta lacks. log_a, log_b: logarithms of the
    parameters, of one shape, for b reaches 1e60 where the peak is narrow. Densities in nats.
    Sources: Kumaraswamy 1980; as a posterior, Nalisnick and Smyth 2017.
    """

    arg_constraints = {}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, log_a, log_b, dtype=None):
        self.log_a, self.log_b = (c.double() for c in torch.broadcast_tensors(log_a, log_b))
        self.dtype = dtype or log_a.dtype  # of samples and densities
        super().__init__(self.log_a.shape, validate_args=False)

    def expand(self, batch_shape, _instance=None):
        return Kumaraswamy(
            self.log_a.expand(batch_shape), self.log_b.expand(batch_shape), self.dtype
        )

    def log_prob(self, value):
        log_z = inside(value.double()).log()
        log_survival = _log1mexp(-self.log_a.exp() * log_z)  # log(1 - z^a)
        log_prob = (
            self.log_a + self.log_b + self.log_a.expm1() * log_z + self.log_b.expm1() * log_survival
        )
        return nothing_outside(log_prob, value).to(self.dtype)

    def rsample(self, sample_shape=()):
        """log z = log(1 - u^(1/b)) / a; with -log u = e exponential, 1 - exp(-e / b)."""
        e = torch.empty(self._extended_shape(sample_shape), dtype=torch.float64).exponential_()
        e_over_b = (e.clamp(min=1e-30).log() - self.log_b).exp().clamp(min=1e-290)
        return inside((_log1mexp(e_over_b) * (-self.log_a).exp()).exp()).to(self.dtype)

    def _moment(self, power):
        """E[z^n] = b B(1 + n/a, b) (Jones 2009), by log Gamma."""
        s, b = power * (-self.log_a).exp(), self.log_b.exp()
        return (torch.lgamma(1 + s) + _log_gamma_step(b + 1, s)).exp()

    @property
    def mean(self):
        return self._moment(1).to(self.dtype)

    @property
    def variance(self):
        return (self._moment(2) - self._moment(1).square()).clamp(min=0).to(self.dtype)


def _log1mexp(x):
    """log(1 - exp(-x)) for x > 0 (Maechler 2012), its gradients finite on both branches."""
    near = x < math.log(2)
    small = (-torch.expm1(-torch.where(near, x, 1.0))).log()
    return torch.where(near, small, torch.log1p(-(-torch.where(near, 1.0, x)).exp()))


def _log_gamma_step(x, s):
    """log Gamma(x) - log Gamma(x + s) for x > 0, s >= 0, also where both are huge."""
    large = x > 1e7
    near = torch.where(large, torch.ones_like(x), x)
    far = torch.where(large, x, torch.ones_like(x))
    return torch.where(
        large, -s * (far.log() + (s - 1) / (2 * far)), torch.lgamma(near) - torch.lgamma(near + s)
    )


def nothing_outside(log_prob, value):
    """The log-density inside (0, 1), minus infinity elsewhere; a NaN stays one."""
    return torch.where((value <= 0) | (value >= 1), torch.full_like(log_prob, -math.inf), log_prob)


def require_positive(name, **parameters):
    """Raise ValueError for a parameter not above zero; NaN goes on to where the bound is."""
    for parameter, value in parameters.items():
        if bool((value.detach() <= 0).any()):
            raise ValueError(
                f"{name}: {parameter} must be positive, got {float(value.detach().min()):.4g}."
            )


@register_kl(Beta, Beta)
def _kl_beta(q, p):
    """torch's closed form, in float64."""
    wide = [TorchBeta(d.a.double(), d.b.double(), validate_args=False) for d in (q, p)]
    return kl_divergence(*wide).to(q.a.dtype)
