"""Student's t and Laplace: priors that forgive a code far out more readily than a Gaussian does."""

import math

import torch
from torch.distributions import Distribution, Laplace, Normal, constraints, register_kl
from torch.distributions import StudentT as TorchStudentT

from .interval import require_positive


class StudentT(Distribution):
    """Student's t with df > 0 degrees of freedom, centred, scale 1.

    df of any shape, densities in nats. p(z) = Gamma((df+1)/2) / (sqrt(df pi) Gamma(df/2)) (1 +
    z^2/df)^(-(df+1)/2): Cauchy at df = 1, N(0, 1) at infinity. torch's own takes the two log Gammas
    in float32, which at df = 1e6 is wrong by tenths of a nat, and looks for an end that never comes
    when df is NaN.
    """

    arg_constraints = {}
    support = constraints.real
    has_rsample = True

    def __init__(self, df):
        self.df = torch.as_tensor(df)
        require_positive("StudentT", df=self.df)
        super().__init__(self.df.shape, validate_args=False)

    def expand(self, batch_shape, _instance=None):
        return StudentT(self.df.expand(batch_shape))

    def log_prob(self, value):
        df, z = self.df.double(), value.double()
        normaliser = torch.lgamma(df / 2) - torch.lgamma((df + 1) / 2) + (df * math.pi).log() / 2
        return (-(df + 1) / 2 * torch.log1p(z.square() / df) - normaliser).to(self.df.dtype)

    def rsample(self, sample_shape=()):
        ok = torch.isfinite(self.df)
        df = torch.where(ok, self.df, torch.ones_like(self.df)).double()
        sample = TorchStudentT(df, validate_args=False).rsample(sample_shape)
        return torch.where(ok, sample, math.nan).to(self.df.dtype)

    @property
    def mean(self):
        return torch.where(self.df > 1, 0.0, math.nan).to(self.df.dtype)

    @property
    def variance(self):
        far = torch.where(self.df > 2, self.df / (self.df - 2).clamp(min=1e-30), math.inf)
        return torch.where(self.df > 1, far, math.nan)


class StandardLaplace(Laplace):
    """Laplace(0, 1); its KL from Gaussians stays finite when their scale underflows."""

    def __init__(self, zeros):
        super().__init__(zeros, torch.ones_like(zeros), validate_args=False)


@register_kl(Normal, StandardLaplace)
def _kl_normal_laplace(q, p):
    """E|z| - H(q) + log 2.

    E|z| = sigma sqrt(2/pi) exp(-mu^2 / 2 sigma^2) + mu erf(mu / (sigma sqrt 2)). Source: the mean
    of the folded normal, Leone, Nelson and Nottingham 1961.
    """
    # a fold at 0 that is narrower than this is no longer seen
    mu, sigma = q.loc, q.scale.clamp(min=1e-15)
    ratio = mu / sigma
    mean_size = sigma * math.sqrt(2 / math.pi) * (-ratio.square() / 2).exp() + mu * torch.erf(
        ratio * math.sqrt(0.5)
    )
    log_sigma = q.scale.clamp(min=torch.finfo(q.scale.dtype).tiny).log()
    return mean_size - log_sigma - (1 + math.log(2 * math.pi)) / 2 + math.log(2)
