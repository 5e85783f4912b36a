"""The aggregate posterior q(z) = mean over x of q(z|x): its density, samples, moments, and its
share of the KL term.

Everything here depends on the model through `encode` and `prior` alone. Gradients stop at the
encoder: these are measurements, not objectives.
"""

import math
from typing import NamedTuple

import torch
from torch.distributions import Distribution

from .distributions import draw, generator, kl

# numbers held at once when points meet components: a few megabytes, which is also the fastest
_PAIRS = 2**19


class AggregatePosterior(Distribution):
    """The mixture q(z) = (1/N) sum_n q(z|x_n) of the encoder's posteriors over N images, batch (),
    event (D,).

    model: a VAE; x: images, (N, P). `log_prob` is exact for these N images: points times components
    are worked off in chunks, so that 10,000 points against 60,000 codes stay far below 1 GB. The
    encoder's parameters are copied
    into the posteriors at once: training the model further does not change an AggregatePosterior
    made before.
    Raises ValueError where x is not a batch of images, and where codes are NaN or infinite.
    Source: Makhzani et al. 2016, equation 1 (there "aggregated posterior").
    """

    arg_constraints = {}
    has_rsample = False

    def __init__(self, model, x):
        self._set(encode(model, x))

    @classmethod
    def of(cls, q):
        """The same for posteriors that are already there: q, a Distribution with batch (N,) and
        event (D,).
        """
        self = cls.__new__(cls)
        self._set(_checked(q))
        return self

    def _set(self, q):
        self.components = q
        super().__init__(torch.Size(), q.event_shape, validate_args=False)

    @property
    def support(self):
        return self.components.support

    @property
    def n_components(self):
        """N, the number of images that are averaged over."""
        return self.components.batch_shape[0]

    @property
    def mean(self):
        return moments_of(self.components).mean

    @property
    def variance(self):
        return moments_of(self.components).variance

    def log_prob(self, value):
        """log q(z) = logsumexp_n log q(z|x_n) - log N in nats, for points of shape (..., D): shape
        (...).
        """
        points = value.reshape(-1, *self.event_shape)
        per_chunk = max(1, _PAIRS // (self.n_components * self.event_shape.numel()))
        # Written into one tensor: small results kept between large temporaries would leave the heap
        # full of holes.
        log_sum = points.new_empty(len(points))
        for start in range(0, len(points), per_chunk):
            part = slice(start, start + per_chunk)
            log_sum[part] = torch.logsumexp(self.components.log_prob(points[part].unsqueeze(1)), 1)
        return log_sum.reshape(value.shape[: value.ndim - len(self.event_shape)]) - math.log(
            self.n_components
        )

    def sample(self, sample_shape=()):
        """z ~ q(z): an image at random, then a draw from its q(z|x). Shape sample_shape + (D,), no
        gradient.

        Torch's global generator is used, as by every Distribution; `draw(q, shape, seed)` gives
        seeded draws.
        """
        shape = torch.Size(sample_shape)
        which = torch.randint(self.n_components, (shape.numel(),))
        # The components of an arbitrary family cannot be indexed, but all can be drawn from at
        # once: an image that is chosen for the k-th time takes its draw number k.
        order = torch.argsort(which, stable=True)
        counts = torch.bincount(which, minlength=self.n_components)
        first = torch.cumsum(counts, 0) - counts
        turn = torch.empty_like(which)
        turn[order] = torch.arange(len(which)) - first[which[order]]
        with torch.no_grad():
            draws = self.components.sample((int(counts.max()) if len(which) else 0,))
        return draws[turn, which].reshape(shape + self.event_shape)

    def log_density_grid(self, axis):
        """log q(z) on the grid axis x axis of a two-dimensional latent, shape (len(axis),
        len(axis)).

        Row i, column j is the point z = (axis[j], axis[i]), as matplotlib's contour and
        imshow(origin="lower") have it. Raises ValueError unless D = 2.
        """
        if self.event_shape != (2,):
            raise ValueError(
                "A density on a grid needs two latents, this q(z) has events of shape"
                f" {tuple(self.event_shape)}; use log_prob at points of your own, or a model with"
                " latent_dim=2."
            )
        axis = torch.as_tensor(axis, dtype=self.components.mean.dtype)
        return self.log_prob(torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1))


class Moments(NamedTuple):
    """Mean and variance of q(z), each (D,), with the two parts of the variance: variance = within +
    between.
    """

    mean: torch.Tensor
    within: torch.Tensor
    between: torch.Tensor
    variance: torch.Tensor


def moments(model, x):
    """Moments of q(z) by the law of total variance, exact for the N images x, (N, P); each shape
    (D,).

    mean = <mu(x)>, within = <sigma^2(x)>, between = var[mu(x)] (divided by N, not N - 1: the N
    images are all there is to this mixture), variance = within + between. Raises ValueError as
    AggregatePosterior does.
    Source: the law of total variance, for instance Blitzstein and Hwang 2019, theorem 9.5.4.
    """
    return moments_of(encode(model, x))


def moments_of(q):
    """`moments` for posteriors that are already there: q, a Distribution with batch (N,) and event
    (D,).
    """
    mu, variance = q.mean.double(), q.variance.double()
    parts = mu.mean(0), variance.mean(0), mu.var(0, unbiased=False)
    return Moments(*(part.to(q.mean.dtype) for part in (*parts, parts[1] + parts[2])))


def active_units(model, x, threshold=0.01):
    """Which latent dimensions carry anything: var over x of the mean of q(z|x) above `threshold`;
    (D,) of bool.

    Source: Burda et al. 2016, section 5.2 (threshold 10^-2).
    """
    return moments(model, x).between > threshold


class Surgery(NamedTuple):
    """mean_kl = mutual_information + marginal_kl, in nats an image; the bound of the first, log N;
    standard errors.

    mean_kl needs no standard error where the KL has a closed form; `sum_error` is that of the two
    estimates' sum.
    """

    mean_kl: float
    mutual_information: float
    marginal_kl: float
    log_n: float
    mutual_information_error: float
    marginal_kl_error: float
    sum_error: float


def surgery(model, x, seed=0, n_samples=10_000):
    """Split the mean KL term into what the codes say about the image and how far their average is
    from the prior.

    mean_n KL(q(z|x_n) || p(z)) = I(n; z) + KL(q(z) || p(z)), with I(n; z) = mean_n E[log q(z|x_n) -
    log q(z)] <= log N.
    x: images, (N, P). The left side is the model's own KL; the two terms on the right are estimated
    at about
    `n_samples` draws z ~ q(z|x_n), at least two an image, spread over all images (or, beyond
    n_samples / 2 of them, over a random choice). Raises ValueError as AggregatePosterior does.
    Source: Hoffman and Johnson 2016, "ELBO surgery" (there: index-code mutual information and
    marginal KL to prior).
    """
    return surgery_of(encode(model, x), model.prior(), seed, n_samples)


@torch.no_grad()
def surgery_of(q, p, seed=0, n_samples=10_000):
    """`surgery` for posteriors q, batch (N,), event (D,), and a prior p that are already there."""
    seed, n = generator(seed), q.batch_shape[0]
    z = draw(q, (max(2, -(-n_samples // n)),), seed)
    chosen = torch.randperm(n, generator=seed)[: max(2, n_samples // 2)]
    log_ratio = q.log_prob(z)[:, chosen].double()
    divergence = kl(q, p, z)
    z = z[:, chosen]
    log_q, log_p = AggregatePosterior.of(q).log_prob(z).double(), p.log_prob(z).double()
    information, information_error = _mean_over_images(log_ratio - log_q, n)
    marginal, marginal_error = _mean_over_images(log_q - log_p, n)
    _, sum_error = _mean_over_images(log_ratio - log_p, n)
    mean_kl = float(divergence.double().mean())
    return Surgery(
        mean_kl, information, marginal, math.log(n), information_error, marginal_error, sum_error
    )


def _mean_over_images(values, n):
    """Mean of values (S draws, M of the n images) and its standard error: the differences between
    images count only as far as images were left out."""
    draws, images = values.shape
    within = values.var(0).mean() / (draws * images)
    between = values.mean(0).var() / images * (1 - images / n) if images < n else 0.0
    return float(values.mean()), float((within + between) ** 0.5)


@torch.no_grad()
def encode(model, x):
    """q(z|x) of a whole set of images without gradients, or a ValueError that says what is wrong
    with them.
    """
    if not torch.is_tensor(x) or x.ndim != 2 or len(x) == 0:
        got = f"shape {tuple(x.shape)}" if torch.is_tensor(x) else type(x).__name__
        raise ValueError(
            "The images must be a tensor of shape (N, P) with N >= 1, such as data.train; got"
            f" {got}."
        )
    return _checked(model.encode(x))


def _checked(q):
    if len(q.batch_shape) != 1 or q.batch_shape[0] == 0:
        raise ValueError(
            f"The posteriors must have batch shape (N,) with N >= 1, got {tuple(q.batch_shape)}."
        )
    bad = ~(torch.isfinite(q.mean) & torch.isfinite(q.variance)).flatten(1).all(1)
    if bad.any():
        raise ValueError(
            f"The codes of {int(bad.sum())} of the {len(bad)} images are NaN or infinite, the first"
            f" at row {int(bad.nonzero()[0])}: look for NaN pixels, or at a training that ran away."
        )
    return q
