"""One slider for each latent, which runs where the codes have their mass."""

import numpy as np
import torch

from ..distributions import Gaussian, draw, kl_standard_normal
from ..plots import draw_latent_ranges, draw_picture, new_figure
from .base import FigureView, slider

SHOWN = 2000  # training images whose codes make the densities
MOST = 20  # sliders; more would not be read
REACH = 0.005  # share of the aggregate posterior beyond each end of a slider


class Traversal(FigureView):
    """Move along each latent of a model with many.

    The image decoded there, and where the codes have their mass. model: a VAE with a Gaussian
    posterior and 1 to 20 latents. data: ImageData. Dimensions are ordered by their KL, largest
    first, and say how many nats they carry. Each slider runs over the middle 99 percent of the
    aggregate posterior along its dimension. `z` is the point in the model's own order and can be
    set; `start_at` chooses the test image whose code is taken as the starting point; `picture` is
    what is decoded. Raises ValueError for other models.
    """

    def __init__(self, model, data):
        super().__init__()
        self.model, self.data = model, data
        with torch.no_grad():
            q = model.encode(data.train[:SHOWN])
            if not isinstance(q, Gaussian) or not 1 <= q.event_shape[0] <= MOST:
                raise ValueError(
                    f"Traversal needs a Gaussian posterior with 1 to {MOST} latents; this model has"
                    f" {type(q).__name__} with {q.event_shape[0]}. LatentExplorer shows other"
                    " models with two latents."
                )
            nats = kl_standard_normal(q.mu, q.logvar).mean(0)
            self.order = nats.argsort(descending=True).tolist()
            codes = draw(q, seed=0)
            low, high = codes.quantile(REACH, 0), codes.quantile(1 - REACH, 0)
            prior = draw(model.prior(), (20_000,), seed=0)
            self._codes_of_test = model.encode(data.test).mean
        names = [f"z{i + 1}".translate(_SMALL) for i in self.order]
        self.sliders = tuple(
            slider(name, min(float(low[i]), -0.1), max(float(high[i]), 0.1), 0.01)
            for name, i in zip(names, self.order)
        )
        for one in self.sliders:
            one.style.description_width = "34px"  # one below the other, so they begin together
        self.start_at = slider("start at image", 0, len(data.test) - 1, 1, continuous_update=False)
        figure, (left, right) = new_figure(
            6.4, max(3.2, 0.4 * len(names) + 0.9), columns=2, width_ratios=[1, 1.7]
        )
        self._picture = draw_picture(left, np.zeros(data.pixels), data.shape, title="decoded")
        places = np.linspace(min(-4.0, float(low.min())), max(4.0, float(high.max())), 161)
        labels = [f"{name}  {float(nats[i]):.2f} nats" for name, i in zip(names, self.order)]
        self._markers = draw_latent_ranges(
            right,
            places,
            _mixture(q, places)[self.order],
            _smooth(prior, places)[self.order],
            labels,
            np.zeros(len(names)),
        )
        right.set_title("filled: aggregate posterior; line: prior", fontsize=12)
        self.start_at.observe(lambda change: self._go_to(self._codes_of_test[change.new]), "value")
        self._go_to(self._codes_of_test[0])
        rows = [[*self.sliders, self.start_at]]
        self.show(figure, [self._picture, self._markers], self.sliders, rows, beside=True)

    @property
    def z(self):
        """The point that is decoded, (D,), in the model's order of dimensions."""
        z = torch.zeros(len(self.order))
        for one, i in zip(self.sliders, self.order):
            z[i] = one.value
        return z

    @z.setter
    def z(self, value):
        self._go_to(torch.as_tensor(value, dtype=torch.float32))

    @property
    def picture(self):
        """The mean of p(x|z) at z, (P,)."""
        with torch.no_grad():
            return self.model.decode(self.z[None]).mean[0]

    def move(self):
        values = [slider.value for slider in self.sliders]
        self._picture.set_data(self.picture.numpy().reshape(self.data.shape))
        self._markers.set_xdata(values)
        where = ", ".join(f"{slider.description} {slider.value:.2f}" for slider in self.sliders[:3])
        self.alt = (
            f"Image decoded at {where}; beside it the density of each latent over all codes, and"
            " its prior."
        )

    def _go_to(self, z):
        """Set all sliders, within their ranges, as one change."""
        if z.shape != (len(self.order),):
            raise ValueError(
                f"z has shape {tuple(z.shape)}; this model has {len(self.order)} latents."
            )
        with self.changed.together():
            for one, i in zip(self.sliders, self.order):
                one.value = min(max(float(z[i]), one.min), one.max)


_SMALL = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _mixture(q, places):
    """Density of the aggregate posterior in each dimension, (D, G): a mean of Gaussians'."""
    z = torch.as_tensor(places, dtype=torch.float32)[:, None, None]
    return torch.distributions.Normal(q.mean, q.stddev).log_prob(z).exp().mean(1).T.numpy()


def _smooth(samples, places):
    """Density of each dimension, (D, G), from samples (S, D), by a narrow kernel."""
    from scipy.ndimage import gaussian_filter1d

    step = places[1] - places[0]
    edges = np.append(np.asarray(places) - step / 2, places[-1] + step / 2)
    counts = np.stack([np.histogram(s, edges)[0] for s in samples.numpy().T])
    return gaussian_filter1d(counts / (len(samples) * step), 0.15 / step, mode="constant")
