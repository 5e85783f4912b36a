"""Through training: how the average of the codes finds its way to the prior, epoch by epoch."""

import numpy as np
import torch

from ..codes import moments_of, surgery_of
from ..distributions import AggregatePosterior, draw, gaussian
from ..plots import (
    draw_codes,
    draw_kl_split,
    draw_marginals,
    draw_moment_bars,
    draw_normal_contours,
    draw_radius,
    move_moment_bars,
    new_figure,
    style_plane,
)
from .base import FigureView, film, slider

AXIS = np.linspace(-4.0, 4.0, 161)
RADII = np.linspace(0.0, 4.5, 91)


class ThroughTraining(FigureView):
    """Recorded snapshots under an epoch slider and a play button.

    Codes, marginals, radius, moments, the split KL. history: of a model with two latents and
    Gaussian posteriors under the prior N(0, I), trained by `fit`. labels: (N,) of the training
    images. Everything is computed from the snapshots when the view is made; moving the slider draws
    and does not compute. `epoch.value` is the snapshot that is shown. Raises ValueError for a
    history without snapshots, or of another latent dimension.
    """

    def __init__(self, history, labels):
        if not history.snapshots or history.snapshots[0].mean.shape[1] != 2:
            raise ValueError(
                "ThroughTraining needs the snapshots of a model with two latents (latent_dim=2)."
            )
        super().__init__()
        self.states = [_state(snapshot) for snapshot in history.snapshots]
        figure, only = new_figure(12, 6.4)
        only.remove()
        axes = figure.subplot_mosaic("abc;ade", width_ratios=[2, 1, 1])
        plane, first, second, third, last = axes.values()
        for ax in axes.values():
            ax.tick_params(labelsize=11)
        now = self.states[-1]
        style_plane(plane, 4)
        draw_normal_contours(plane)
        self.dots = draw_codes(plane, now["codes"], labels[: len(now["codes"])], numerals=False)
        plane.set_title("one draw from q(z|x) for each image", fontsize=13)
        normal = np.exp(-(AXIS**2) / 2) / np.sqrt(2 * np.pi)
        self.marginals = draw_marginals(first, AXIS, now["marginals"], normal)[:-1]
        self.radius = draw_radius(second, RADII, now["radius"], RADII * np.exp(-(RADII**2) / 2))[0]
        self.bars = draw_moment_bars(third, now["within"], now["between"])
        most = max(float((s["within"] + s["between"]).max()) for s in self.states)
        third.set_ylim(0, max(1.6, 1.45 * most))
        epochs = [s["epoch"] for s in self.states]
        draw_kl_split(last, epochs, *list(zip(*(s["split"] for s in self.states)))[1:])
        self.marker = last.axvline(epochs[-1], color="k", lw=1.5)
        self.words = figure.suptitle("epoch", fontsize=15, family="monospace")
        last_one = len(self.states) - 1
        self.epoch = slider("epoch", 0, last_one, 1, value=last_one, width="420px")
        self.film = self.epoch, 350
        self.play = film(*self.film)
        patches = [patch for container in self.bars for patch in container]
        moving = [self.dots, *self.marginals, self.radius, *patches, self.marker, self.words]
        self.show(figure, moving, [self.epoch], rows=[[self.play, self.epoch]])

    def move(self):
        now = self.states[self.epoch.value]
        self.dots.set_offsets(now["codes"])
        for line, density in zip(self.marginals, now["marginals"]):
            line.set_ydata(density)
        self.radius.set_ydata(now["radius"])
        move_moment_bars(self.bars, now["within"], now["between"])
        self.marker.set_xdata([now["epoch"]] * 2)
        mean_kl, information, marginal = now["split"]
        self.words.set_text(
            f"epoch {now['epoch']:4.3g}:  mean KL {mean_kl:5.2f} = information {information:5.2f} "
            f"+ marginal KL {marginal:5.2f} nats"
        )
        self.alt = (
            f"Epoch {now['epoch']:g}: variances {_pair(now['within'] + now['between'])}, marginal"
            f" KL {marginal:.2f} nats, information {information:.2f} nats; codes over the prior's"
            " contours, marginals, radius, moments."
        )


def _pair(values):
    return ", ".join(f"{v:.2f}" for v in values)


@torch.no_grad()
def _state(snapshot):
    """All that the view shows of one snapshot, as arrays."""
    q = gaussian(snapshot.mean, 2 * snapshot.stddev.log())
    p = gaussian(torch.zeros(2), torch.zeros(2))
    m, split = moments_of(q), surgery_of(q, p, n_samples=len(snapshot.mean))
    # the mean KL has a closed form, so one part is estimated and the other is what is left
    parts = split.mean_kl, max(0.0, split.mean_kl - split.marginal_kl), split.marginal_kl
    z = draw(AggregatePosterior.of(q), (20_000,)).norm(dim=1).numpy()
    counts, edges = np.histogram(z, bins=45, range=(0, 4.5))
    density = np.interp(RADII, (edges[1:] + edges[:-1]) / 2, counts / len(z) / np.diff(edges))
    axis = torch.as_tensor(AXIS, dtype=q.mu.dtype)[:, None]
    alone = [gaussian(q.mu[:, [d]], q.logvar[:, [d]]) for d in range(2)]
    return {
        "epoch": snapshot.epoch,
        "codes": draw(q).numpy(),
        "mean": m.mean.numpy(),
        "within": m.within.numpy(),
        "between": m.between.numpy(),
        "split": parts,
        "marginals": [AggregatePosterior.of(one).log_prob(axis).exp().numpy() for one in alone],
        "radius": density,
    }
