"""Where to sample from: fits to the codes, decoded pictures, missing pixels filled in."""

import torch
from torch.distributions import (
    Categorical,
    Distribution,
    MixtureSameFamily,
    MultivariateNormal,
    constraints,
)

from ..distributions import AggregatePosterior, draw, encode, generator, support_contains
from ..models import VAE, pixel_mask
from ..support import whole_number

KINDS = ("normal", "mixture", "aggregate")
_FITTED = 5000  # draws from q(z) that a mixture is fitted to, at least


def fit_codes(
    model: VAE, x: torch.Tensor, kind: str = "normal", n_components: int = 10, seed=0
) -> Distribution:
    """A distribution fitted to the codes of images x, to decode in place of the prior's samples.

    "normal": the Gaussian with mean and full covariance of q(z) = (1/N) sum_n q(z|x_n), that is of
    the two parts mean_n Sigma_n + Cov_n[mu_n]. "mixture": scikit-learn's Gaussian mixture with
    `n_components` full covariances, by EM on at least 5000 draws z ~ q(z|x_n). "aggregate": q(z)
    itself, an AggregatePosterior. x: images, (N, P). Returns a Distribution with batch (), event
    (D,). seed: of the draws and of EM's start. Raises ValueError for another kind, for codes that
    are NaN or infinite, for latents that do not live on all of R^D (a Gaussian would leave their
    space) under the first two kinds, and for more components than images. Sources: Ghosh et al.
    2020, section 4 (mixtures fitted after training, there called ex-post density estimation).
    """
    if kind not in KINDS:
        raise ValueError(
            f"fit_codes: kind {kind!r} is not known; choose one of {', '.join(map(repr, KINDS))}."
        )
    if kind == "aggregate":
        return AggregatePosterior(model, x)
    q = encode(model, x)
    if not support_contains(q.support, constraints.real_vector):
        raise ValueError(
            f"fit_codes: these latents do not fill R^{q.event_shape[0]}, and a Gaussian would put"
            " mass where no code can be. Use kind='aggregate'."
        )
    return _normal(q) if kind == "normal" else _mixture(q, n_components, generator(seed))


def _normal(q):
    mu = q.mean.double()
    spread = (
        q.covariance_matrix.double()
        if hasattr(q, "covariance_matrix")
        else torch.diag_embed(q.variance.double())
    )
    covariance = spread.mean(0) + torch.cov(mu.T, correction=0).reshape(mu.shape[1], -1)
    return MultivariateNormal(mu.mean(0).to(q.mean), covariance.to(q.mean))


def _mixture(q, n_components, seed):
    from sklearn.mixture import GaussianMixture

    n = q.batch_shape[0]
    n_components = whole_number(n_components, "fit_codes: n_components")
    if n_components > n:
        raise ValueError(
            f"fit_codes: n_components is {n_components}, more than the {n} images to fit."
        )
    z = draw(q, (-(-_FITTED // n),), seed).reshape(-1, *q.event_shape)
    start = int(torch.randint(2**31 - 1, (), generator=seed))
    fitted = GaussianMixture(n_components, random_state=start, max_iter=500).fit(z.double().numpy())
    weights, means, covariances = (
        torch.as_tensor(t).to(q.mean) for t in (fitted.weights_, fitted.means_, fitted.covariances_)
    )
    return MixtureSameFamily(Categorical(weights), MultivariateNormal(means, covariances))


def generate(model: VAE, codes: Distribution, n: int, seed=0, pixels: str = "mean") -> torch.Tensor:
    """n images decoded from z ~ codes: the mean of p(x|z) ("mean"), or a draw x ~ p(x|z) ("draw").

    Shape (n, P). codes: a Distribution over the latents with batch (), such as model.prior() or
    what fit_codes returns. The mean is what one looks at; a draw is what the model says an image
    is, and what to measure against binary images. Raises ValueError for another kind of pixels, or
    codes of another dimension than the model's latents.
    """
    if pixels not in ("mean", "draw"):
        raise ValueError(f"generate: pixels must be 'mean' or 'draw', got {pixels!r}.")
    seed = generator(seed)
    with torch.no_grad():
        p = model.decode(draw(codes, (n,), seed))
        return p.mean if pixels == "mean" else draw(p, seed=seed)


def inpaint(
    model: VAE, x: torch.Tensor, observed: torch.Tensor, steps: int = 50, seed=0
) -> torch.Tensor:
    """Fill in the pixels of x that are not observed, by z ~ q(z|x), x_missing ~ p(x|z), and again.

    Shape (B, P). x: images, (B, P); their missing pixels are not read: they start at random, each 0
    or 1. observed: Boolean mask, (P,) or (B, P). Returns the images with the mean of p(x|z) of the
    last step at the missing pixels. Were q(z|x) the exact posterior, the chain would draw from
    p(x_missing | x_observed) in the long run. Raises ValueError for a mask of another shape or
    type. Source: Rezende, Mohamed and Wierstra 2014, appendix F.
    """
    observed, steps = pixel_mask(observed, x), whole_number(steps, "inpaint: steps")
    seed = generator(seed)
    with torch.no_grad():
        filled = torch.where(observed, x, torch.randint(2, x.shape, generator=seed).to(x))
        for _ in range(steps):
            p = model.decode(draw(model.encode(filled), seed=seed))
            filled = torch.where(observed, x, draw(p, seed=seed))
        return torch.where(observed, x, p.mean)
