"""Prior times likelihood is posterior, on three maps: hide pixels and it widens."""

import numpy as np
import torch

from ..exact import grid_for, pairwise_log_prob
from ..plots import draw_bayes, move_bayes, new_figure
from ..support import exclusive
from .base import FigureView, checkbox, slider

POINTS = 101  # an axis of the grid: a step of 0.12, fine enough for a picture


class PriorTimesLikelihood(FigureView):
    """One digit: prior, likelihood and exact posterior, with the ellipse of q(z|x).

    model: a VAE with two latents. data: ImageData, whose test digits are shown. Controls: `digit`
    (its number among the test digits), `observed` (percent of the pixels that are seen), `smooth`.
    `posterior` holds the exact posterior of the pixels seen as masses on the grid `nodes`, `spread`
    its standard deviation along each axis; q(z|x) is always that of the whole picture, because the
    encoder was never shown a part of one.
    Raises ValueError for a model that does not have exactly two latents.
    """

    def __init__(self, model, data):
        if tuple(model.prior().event_shape) != (2,):
            raise ValueError(
                "PriorTimesLikelihood draws maps of a plane; build its model with build_vae(data,"
                " latent_dim=2), the default."
            )
        super().__init__()
        self._images = data.test.to(next(model.parameters()).dtype)
        with exclusive(), torch.no_grad():
            grid, q = grid_for(model, self._images, POINTS), model.encode(self._images)
            self._decoded = model.decode(grid.nodes)
            self._log_prior = model.prior().log_prob(grid.nodes).double()
        self.nodes, self._axes_of_grid, self._log_weight = (
            grid.nodes.double(),
            grid.axes,
            grid.log_weight,
        )
        self._q_mean, self._q_stddev = q.mean.numpy(), q.stddev.numpy()
        self._order = torch.randperm(data.pixels, generator=torch.Generator().manual_seed(0))
        self.digit = slider("test digit", 0, len(self._images) - 1, 1)
        self.observed = slider("% observed", 0, 100, 2, value=100)
        self.smooth = checkbox("smooth picture")
        figure, axes = new_figure(11, 3.6, columns=4)
        self._artists = draw_bayes(axes, grid.axes, self._state(), data.shape)
        controls = [self.digit, self.observed, self.smooth]
        self.show(figure, self._artists["moving"], controls)

    @property
    def spread(self):
        """Standard deviation of the exact posterior along each axis, (2,)."""
        mean = self.posterior @ self.nodes
        return (self.posterior @ self.nodes.square() - mean.square()).sqrt()

    def _state(self):
        row = self.digit.value
        seen = torch.zeros(self._images.shape[1], dtype=torch.bool)
        seen[self._order[: round(self.observed.value / 100 * len(seen))]] = True
        with torch.no_grad():
            log_likelihood = pairwise_log_prob(self._decoded, self._images[row : row + 1], seen)[
                :, 0
            ]
        log_joint = log_likelihood + self._log_prior
        self.evidence = float(torch.logsumexp(log_joint + self._log_weight, 0))
        self.posterior = torch.softmax(log_joint + self._log_weight, 0)
        shape = [len(axis) for axis in self._axes_of_grid]
        maps = {"prior": self._log_prior, "likelihood": log_likelihood, "posterior": log_joint}
        return {
            "picture": self._images[row].float().numpy(),
            "seen": seen.numpy(),
            "mean": self._q_mean[row],
            "stddev": self._q_stddev[row],
            **{k: (v - v.max()).exp().reshape(shape).numpy() for k, v in maps.items()},
        }

    def move(self):
        move_bayes(self._artists, self._state(), self.smooth.value)
        share, spread = self.observed.value, self.spread
        q = np.round(self._q_mean[self.digit.value], 2)
        self.alt = (
            f"Test digit {self.digit.value}, {share} percent of its pixels observed. The exact"
            f" posterior has standard deviations {spread[0]:.2f} and {spread[1]:.2f}, the prior 1"
            " and 1 if it is the standard normal; q(z|x) of the whole picture is centred at"
            f" ({q[0]:.2f}, {q[1]:.2f})."
        )
