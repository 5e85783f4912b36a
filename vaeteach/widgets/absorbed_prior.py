"""The prior moves or the latents turn, the layers move along, and the bound stands still."""

import math

import torch

from ..codes import map_latents
from ..models import VAE, Elbo, elbo
from ..plots import draw_absorption, move_absorption, new_figure
from ..priors import LearnedNormal
from .base import FigureView, checkbox, slider

REBUILT = 4  # test images that are rebuilt; below them as many new ones


class AbsorbedPrior(FigureView):
    """One model, written in latents u = m + S R z.

    Move the prior, and let the adjacent layers take the map over. model: a VAE with two latents and
    prior N(0, I). data: the ImageData it was trained on. Controls: `shift` (the prior's mean in
    z_1), `stretch` (its standard deviation in z_1), `turn` (degrees, of the latents before that),
    and `absorb`: whether the layers beside the latents move along, or only the prior moves and the
    networks stay. `.bound` is the mean Elbo over the test images, the same noise at every setting.
    Raises as map_latents does.
    """

    def __init__(self, model, data, n_codes=600):
        if model.prior().event_shape != (2,):
            raise ValueError(
                "AbsorbedPrior draws the plane of two latents; this model has"
                f" {model.prior().event_shape[0]}. Build one with latent_dim=2."
            )
        super().__init__()
        self.model, self.data, self.n_codes = model, data, n_codes
        self._type = next(model.parameters()).dtype
        self.shift = slider("shift m", -3.0, 3.0, 0.1)
        self.stretch = slider("stretch s", 0.4, 2.5, 0.05, value=1.0)
        self.turn = slider("turn °", -180, 180, 5)
        self.absorb = checkbox("layers move along")
        figure, axes = self._paper()
        self._artists = draw_absorption(axes, self.state(), data.train_labels[:n_codes], data.shape)
        names = ("dots", "encoder", "decoder", "pictures", "text")
        moving = [*(self._artists[name] for name in names), *self._artists["ellipses"]]
        self.show(figure, moving, [self.shift, self.stretch, self.turn, self.absorb])

    @staticmethod
    def _paper():
        return new_figure(12.5, 4.7, columns=3, width_ratios=[1.1, 1.1, 1])

    @classmethod
    def drawn(cls, model, data):
        """The drawing as it opens, as a figure that does not move."""
        view, (figure, axes) = cls(model, data), cls._paper()
        draw_absorption(axes, view.state(), data.train_labels[: view.n_codes], data.shape)
        return figure

    def written(self):
        """The model as set: with the map in its layers, or with the moved prior only."""
        angle = math.radians(self.turn.value)
        cos, sin = math.cos(angle), math.sin(angle)
        rotation = torch.tensor([[cos, -sin], [sin, cos]])
        mean, stddev = torch.tensor([[self.shift.value, 0.0], [self.stretch.value, 1.0]])
        prior = LearnedNormal(2).to(self._type)
        with torch.no_grad():
            prior.mu.copy_(mean)
            prior.logvar.copy_(2 * stddev.log())
        matrix = stddev.unsqueeze(1) * rotation
        if self.absorb.value:
            return map_latents(self.model, matrix, mean, prior), matrix, mean
        # nothing turns N(0, I)
        return VAE(self.model.encoder, self.model.decoder, prior), torch.diag(stddev), mean

    @torch.no_grad()
    def state(self):
        """What `plots.draw_absorption` draws, as arrays, at the present setting."""
        model, matrix, mean = self.written()
        test = self.data.test.to(self._type)
        self.bound = Elbo(*(float(term.mean()) for term in elbo(model, test, seed=0)))
        codes = model.encode(self.data.train[: self.n_codes].to(self._type)).mean
        noise = torch.randn(REBUILT, 2, generator=torch.Generator().manual_seed(4))
        causes = noise @ matrix.T + mean
        z = torch.cat([model.encode(test[:REBUILT]).mean, causes.to(self._type)])
        heads = self.model.encoder.net[-1].weight[:2].T
        return {
            "codes": codes.numpy(),
            "prior_mean": model.prior().mu.numpy(),
            "prior_stddev": model.prior().stddev.numpy(),
            "encoder": (heads @ matrix.T.to(heads) if self.absorb.value else heads).numpy(),
            "decoder": model.decoder.net[0].weight.numpy(),
            "pictures": model.decode(z).mean.numpy(),
            "bound": self.bound,
        }

    def move(self):
        move_absorption(self._artists, self.state(), self.data.shape)
        b = self.bound
        along = "the layers beside the latents moved along"
        who = along if self.absorb.value else "only the prior moved"
        self.alt = (
            f"Prior with mean {self.shift.value:.1f} and standard deviation"
            f" {self.stretch.value:.2f} in z1, latents turned by {self.turn.value} degrees; {who}."
            f" Test ELBO {b.value:.3f} nats, KL {b.kl:.3f} nats."
        )
