"""The linear VAE with Gaussian pixels: the one VAE in which nothing has to be estimated.

p(z) = N(0, I) and p(x|z) = N(W z + m, sigma^2 I), which is probabilistic PCA (Tipping and Bishop
1999). log p(x), the posterior, the best diagonal q, the ELBO and its highest value are formulas.
"""

import math

import torch
from torch import nn
from torch.distributions import MultivariateNormal

from ..distributions import Gaussian, gaussian, kl
from ..models import VAE, Elbo, images_of
from ..support import whole_number


class LinearVAE:
    """p(z) = N(0, I), p(x|z) = N(W z + m, sigma^2 I), with everything that follows from it.

    weight: W, (P, D); mean: m, (P,); variance: sigma^2 > 0, a number. Kept in double precision. It
    has `encode`, `decode` and `prior` as a VAE has, so all measurements take it; `encode` returns
    the *best* diagonal Gaussian for this W. Raises ValueError for a variance that is not positive.
    Source: Tipping and Bishop 1999, equations 2 to 6; Lucas et al. 2019, section 4.
    """

    def __init__(self, weight, mean, variance):
        self.weight = torch.as_tensor(weight).detach().double()
        self.mean = torch.as_tensor(mean).detach().double()
        self.variance = float(variance)
        if not 0 < self.variance < math.inf:
            raise ValueError(
                f"LinearVAE: sigma^2 is {self.variance:g}, and a density needs a positive variance."
            )
        latents = self.weight.shape[1]
        self.precision = self.weight.T @ self.weight / self.variance + torch.eye(latents)

    @classmethod
    def of(cls, model: VAE) -> "LinearVAE":
        """What the decoder of a VAE with linear layers and a Gaussian likelihood has become.

        The encoder is not looked at. Raises ValueError for a decoder that is not linear, or whose
        pixels are not Gaussian with one variance.
        """
        layers = list(getattr(model.decoder, "net", []))
        logvar = getattr(getattr(model.decoder, "likelihood", None), "logvar", None)
        if len(layers) != 1 or not isinstance(layers[0], nn.Linear) or logvar is None:
            raise ValueError(
                "LinearVAE.of needs a decoder of one linear layer and a Gaussian likelihood: build"
                " it with build_vae(data, hidden=(), likelihood='gaussian')."
            )
        return cls(layers[0].weight, layers[0].bias, logvar.detach().double().exp())

    def prior(self) -> Gaussian:
        """N(0, I)."""
        return gaussian(torch.zeros_like(self.weight[0]), torch.zeros_like(self.weight[0]))

    def decode(self, z) -> Gaussian:
        """p(x|z) of latents z, (..., D)."""
        mean = z.double() @ self.weight.T + self.mean
        return gaussian(mean, torch.full_like(mean, math.log(self.variance)))

    def posterior(self, x) -> MultivariateNormal:
        """The exact p(z|x) of images x, (B, P): one covariance, the same for all of them."""
        return MultivariateNormal(self._posterior_mean(x), precision_matrix=self.precision)

    def encode(self, x) -> Gaussian:
        """The best diagonal q(z|x): the exact mean, and 1 / (the precision's diagonal)."""
        mean = self._posterior_mean(x)
        return gaussian(mean, -self.precision.diagonal().log().expand_as(mean))

    def log_marginal(self, x) -> torch.Tensor:
        """log p(x) = log N(x; m, W W^T + sigma^2 I), nats, (B,)."""
        covariance = self.weight @ self.weight.T + self.variance * torch.eye(len(self.mean))
        return MultivariateNormal(self.mean, covariance).log_prob(x.double())

    def elbo(self, x, q: Gaussian | None = None) -> Elbo:
        """E_q[log p(x|z)] - KL(q || p(z)) without sampling, each (B,), nats.

        q: diagonal Gaussians, batch (B,); the best ones if not given.
        """
        q = self.encode(x) if q is None else q
        noise = (q.variance * self.weight.square().sum(0)).sum(-1) / (2 * self.variance)
        likelihood = self.decode(q.mean).log_prob(x.double()) - noise
        price = kl(q, self.prior())
        return Elbo(likelihood, price, likelihood - price)

    @property
    def gap(self) -> float:
        """log p(x) - ELBO of the best diagonal q, nats: the same for every image.

        1/2 (sum_i log M_ii - log det M) for the posterior's precision M; zero only if the columns
        of W are orthogonal.
        """
        diagonal = self.precision.diagonal().log().sum()
        return float(diagonal - torch.logdet(self.precision)) / 2

    def aggregate_if_gaussian(self, covariance) -> MultivariateNormal:
        """q(z) = E q(z|x) if the data were N(m, covariance), (P, P): a Gaussian, exactly."""
        encoder = torch.linalg.solve(self.precision, self.weight.T / self.variance)
        within = torch.diag(1 / self.precision.diagonal())
        between = encoder @ covariance.double() @ encoder.T
        return MultivariateNormal(torch.zeros_like(self.weight[0]), within + between)

    def _posterior_mean(self, x):
        projected = (x.double() - self.mean) @ self.weight / self.variance
        return torch.linalg.solve(self.precision, projected.T).T


def principal_axes(data) -> tuple[torch.Tensor, torch.Tensor]:
    """(eigenvalues, directions) of the images' covariance, the largest first, in double precision.

    data: ImageData or images (N, P), divided by N. eigenvalues: (P,), not negative; directions:
    (P, P), one a column, each with its largest entry positive.
    """
    images, _ = images_of(data)
    values, directions = torch.linalg.eigh(torch.cov(images.double().T, correction=0))
    values, directions = values.flip(0).clamp(min=0), directions.flip(1)
    largest = directions.gather(0, directions.abs().argmax(0, keepdim=True))
    return values, directions * largest.sign()


def best_linear_vae(data, latents: int, variance: float | None = None) -> LinearVAE:
    """The linear VAE with the highest log p(x) and, its gap being zero, the highest ELBO.

    Column i of W is u_i sqrt(lambda_i - sigma^2), and zero where lambda_i <= sigma^2: that latent
    is dead. data: ImageData or images (N, P); latents: D < P. variance: sigma^2; if not given, the
    best one, which is the mean of the P - D discarded eigenvalues.
    Raises ValueError where these are all zero: as sigma falls log p(x) then rises without limit.
    Source: Tipping and Bishop 1999, equations 7 and 8.
    """
    images, _ = images_of(data)
    latents = whole_number(latents, "best_linear_vae: latents")
    values, directions = principal_axes(images)
    if latents >= len(values):
        raise ValueError(
            f"best_linear_vae: {latents} latents for {len(values)} pixels; take fewer."
        )
    if variance is None:
        variance = values[latents:].mean()
        if variance < 1e-12 * values[0]:
            raise ValueError(
                f"With {latents} latents nothing is left over, so the best sigma is 0 and log p(x)"
                " has no upper limit: take fewer latents, or give a variance."
            )
    weight = directions[:, :latents] * (values[:latents] - variance).clamp(min=0).sqrt()
    return LinearVAE(weight, images.double().mean(0), variance)


def spectral_log_marginal(values, latents, variance, spread=None) -> torch.Tensor:
    """Mean log p(x) under the best linear VAE for each sigma^2, from the eigenvalues alone; nats.

    -1/2 sum_i (log 2 pi c_i + spread_i / c_i), where c_i = max(lambda_i, sigma^2) for the first D
    directions and sigma^2 for the rest. values: eigenvalues, (P,), falling; variance: a number or
    (V,); the result has its shape. spread: mean squares of other images along the same directions,
    (P,); those of the images themselves, which are the eigenvalues, if not given.
    Source: Tipping and Bishop 1999, equation 4 at the optimum.
    """
    variance = torch.as_tensor(variance, dtype=values.dtype).unsqueeze(-1)
    own = values.maximum(variance)
    own = torch.where(torch.arange(len(values)) < latents, own, variance)
    spread = values if spread is None else spread
    return -0.5 * ((2 * math.pi * own).log() + spread / own).sum(-1)
