"""The aggregate posterior q(z) = mean over x of q(z|x): its density and its samples.

It depends on the model through `encode` alone. Gradients stop at the encoder: it is measured, not
trained.
"""

import math

import torch
from torch.distributions import Distribution

from .gaussian import Gaussian

# numbers held at once when points meet components: a few megabytes, which is also the fastest
_PAIRS = 2**19


class AggregatePosterior(Distribution):
    """The mixture q(z) = (1/N) sum_n q(z|x_n) of the encoder's posteriors over N images.

    Batch (), event (D,). model: a VAE; x: images, (N, P). `log_prob` is exact for these N images:
    points times components are worked off in chunks, so that 10,000 points against 60,000 codes
    stay far below 1 GB. The encoder's parameters are copied into the posteriors at once: training
    the model further does not change an AggregatePosterior made before. Raises ValueError where x
    is not a batch of images, and where codes are NaN or infinite. Source: Makhzani et al. 2016,
    equation 1 (there "aggregated posterior").
    """

    arg_constraints = {}
    has_rsample = False

    def __init__(self, model, x):
        self._set(encode(model, x))

    @classmethod
    def of(cls, q):
        """The same for posteriors that are there: q, batch (N,), event (D,)."""
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
        mean = self.components.mean
        return mean.double().mean(0).to(mean)

    @property
    def variance(self):
        mean, variance = self.components.mean, self.components.variance  # law of total variance
        within, between = variance.double().mean(0), mean.double().var(0, unbiased=False)
        return (within + between).to(mean)

    def log_prob(self, value):
        """log q(z) = logsumexp_n log q(z|x_n) - log N, nats, (...), for points (..., D)."""
        points = value.reshape(-1, *self.event_shape)
        log_probs, numbers = self._pairs()
        per_chunk = max(1, _PAIRS // (self.n_components * numbers))
        # Written into one tensor: small results kept between large temporaries would leave the heap
        # full of holes.
        log_sum = points.new_empty(len(points))
        for start in range(0, len(points), per_chunk):
            part = slice(start, start + per_chunk)
            log_sum[part] = torch.logsumexp(log_probs(points[part]), 1).to(points)
        return log_sum.reshape(value.shape[: value.ndim - len(self.event_shape)]) - math.log(
            self.n_components
        )

    def _pairs(self):
        """log q(z|x_n) of points (M, D) as a function to (M, N), and how many numbers a pair takes.

        Gaussians by one product of matrices, -z^2 / 2 sigma^2 + z mu / sigma^2 + ..., five times as
        fast; in double precision, and only while what cancels is below 1e9, so that at least six
        decimals are left.
        """
        q = self.components
        if isinstance(q, Gaussian):
            mu, precision = q.mu.double(), (-q.logvar.double()).exp()
            if (mu.square() * precision).max() < 1e9:
                rest = mu.square() * precision + q.logvar + math.log(2 * math.pi)
                rest, table = -rest.sum(1) / 2, torch.cat([-precision / 2, mu * precision], 1).T

                def by_matrix(z):
                    z = z.double()
                    return torch.addmm(rest, torch.cat([z.square(), z], 1), table)

                return by_matrix, 1
        return lambda z: q.log_prob(z.unsqueeze(1)), self.event_shape.numel()

    def sample(self, sample_shape=()):
        """z ~ q(z): an image at random, then a draw from its q(z|x).

        Shape sample_shape + (D,), no gradient. Torch's global generator is used, as by every
        Distribution; `draw(q, shape, seed)` gives seeded draws.
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
        """log q(z) on the grid axis x axis of a two-dimensional latent.

        Shape (len(axis), len(axis)). Row i, column j is the point z = (axis[j], axis[i]), as
        matplotlib's contour and imshow(origin="lower") have it. Raises ValueError unless D = 2.
        """
        if self.event_shape != (2,):
            raise ValueError(
                "A density on a grid needs two latents, this q(z) has events of shape"
                f" {tuple(self.event_shape)}; use log_prob at points of your own, or a model with"
                " latent_dim=2."
            )
        axis = torch.as_tensor(axis, dtype=self.components.mean.dtype)
        return self.log_prob(torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1))


@torch.no_grad()
def encode(model, x):
    """q(z|x) of a whole set of images, no gradient; a ValueError says what is wrong with them."""
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
