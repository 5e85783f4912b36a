"""Prior zoo: change a model's prior and watch its density, its price, its samples."""

import ipywidgets
import numpy as np
import torch
from torch.distributions import constraints

from ..distributions import AggregatePosterior, SphereUniform, draw, support_contains
from ..plots import (
    COLOURS,
    draw_globe,
    draw_picture_grid,
    draw_prior,
    draw_prior_codes,
    globe_lines,
    move_prior,
    move_prior_codes,
    new_figure,
    picture_sheet,
    pixel_grid,
    seen_from_front,
    style_latent_space,
)
from ..priors import Knob, knobs_of, turned
from .base import FigureView, choice, slider

SAMPLES = 16
TURN = Knob("turn °", -180.0, 180.0, 5.0, 0.0)  # of a globe before our eyes, not of the prior
SPACES = {  # the narrowest first: name -> (D, what a prior of this space has inside its support)
    "sphere": (3, SphereUniform.support),
    "box": (2, constraints.unit_interval),
    "plane": (2, constraints.real),
}


def space_of(p):
    """Where a prior lives: "plane", "box" or "sphere"; ValueError where it cannot be drawn."""
    for space, (latent_dim, inside) in SPACES.items():
        if p.event_shape == (latent_dim,) and support_contains(inside, p.support):
            return space
    raise ValueError(
        "PriorZoo draws a density over two latents, or over the sphere in three; this prior is a"
        f" {type(p).__name__} over events of shape {tuple(p.event_shape)}. Train the model with"
        " latent_dim=2."
    )


class PriorZoo(FigureView):
    """Choose a model by its prior, change the prior, and see its fit and its samples change.

    models: {name: VAE}, two latents each (or the sphere). data: the ImageData they were trained on.
    Controls: `choose`, `knobs`, the prior's own, usually two, `first` and `second` (they start at
    the prior as trained; on a globe the last one turns it), and `again`, the number of the draw.
    Encoder and decoder stand still. `.marginal_kl` and `.elbo`, in nats, are KL(q(z) || p(z)) over
    training images and the bound on test images, both under the prior as it now is. Raises
    ValueError for an empty dict and for a prior that cannot be drawn.
    """

    def __init__(self, models, data, n_codes=700):
        if not models:
            raise ValueError("PriorZoo needs at least one model: {name: VAE}.")
        super().__init__()
        self.models, self.data = dict(models), data
        self.labels = data.train_labels[:n_codes].numpy()
        self._n_codes, self._kept = n_codes, {}
        names = list(self.models)
        for model in self.models.values():
            # a model that cannot be drawn is refused now, not when it is chosen
            space_of(model.prior())
        # Each prior has sliders of its own: a page whose slider gets another range answers with the
        # old value, and that would move the new prior.
        self._knobs = {name: _sliders(model.prior) for name, model in self.models.items()}
        self._place = ipywidgets.HBox(layout=ipywidgets.Layout(flex_flow="row wrap"))
        self.choose = choice("prior", names)
        self.again = slider("draw no.", 0, 20, 1)
        self._shown = None
        figure, (plane, sheet) = new_figure(11.5, 5.6, columns=2, width_ratios=[1.15, 1])
        exhibit = self._exhibit(names[0])
        self.plane = plane
        self.density = draw_prior(plane, np.ones(len(pixel_grid("plane"))), "plane")
        self.globe = draw_globe(plane)
        self.dots = draw_prior_codes(plane, exhibit["codes"], self.labels, exhibit["space"])
        style = dict(ms=7, mfc="none", mec=COLOURS["data"], mew=2.2, zorder=4)
        (self.samples,) = plane.plot([], [], "o", **style)
        blank = np.zeros((SAMPLES, data.pixels))
        self.pictures = draw_picture_grid(sheet, blank, data.shape, columns=4, smooth=True)
        sheet.set_title("samples of this prior, decoded", fontsize=13)
        below = dict(transform=sheet.transAxes, ha="center", va="top", fontsize=13)
        self.words = sheet.text(0.5, -0.02, "", **below)
        plane.set_title(" ", fontsize=13)
        moving = [*self.density, self.globe, self.dots, self.samples, self.pictures, self.words]
        self.choose.observe(self._back_to_start, "value")
        controls = [self.choose, *(knob for knobs in self._knobs.values() for knob in knobs)]
        rows = [[self.choose, self._place, self.again]]
        self.show(figure, moving, [*controls, self.again], rows)

    def in_use(self):
        return [self.choose, *self.knobs]  # other draws of the samples would take their room

    @property
    def knobs(self):
        """The sliders of the prior that is shown."""
        return self._knobs[self.choose.value]

    first = property(lambda self: self.knobs[0], doc="The first of them.")
    second = property(lambda self: self.knobs[1], doc="The second of them.")

    def prior_now(self):
        """The prior at the present setting, a Distribution."""
        name = self.choose.value
        prior = self.models[name].prior
        return turned(prior, *(k.value for k in self._knobs[name][: len(knobs_of(prior))]))

    def move(self):
        name = self.choose.value
        model, exhibit = self.models[name], self._exhibit(name)
        if name != self._shown:
            self._take_up(name, exhibit["space"])
        space = exhibit["space"]
        turn = self._knobs[name][-1].value if space == "sphere" else 0.0
        with torch.no_grad():
            p = self.prior_now()
            places = torch.as_tensor(pixel_grid(space, turn), dtype=torch.float32)
            density = p.log_prob(places).exp().numpy()
            z = draw(p, (SAMPLES,), self.again.value)
            pictures = model.decode(z).mean.numpy()
            self.marginal_kl = float((exhibit["log_q"] - p.log_prob(exhibit["z"])).mean())
            self.elbo = exhibit["without_prior"] + float(p.log_prob(exhibit["z_test"]).mean())
        move_prior(self.density, density, space)
        self.globe.set_segments(globe_lines(turn) if space == "sphere" else [])
        move_prior_codes(self.dots, exhibit["codes"], self.labels, space, turn)
        self.samples.set_data(*_seen(z.numpy(), space, turn))
        self.pictures.set_data(picture_sheet(pictures, self.data.shape, 4))
        text = f"KL(q(z)‖p(z)) {self.marginal_kl:.2f} nats, test ELBO {self.elbo:.2f} nats"
        self.words.set_text(text.replace("-", "\N{MINUS SIGN}"))
        setting = [f"{knob.description} {knob.value:.2f}" for knob in self._knobs[name]]
        self.alt = (
            f"{', '.join([name, *setting])}: the prior in grey under codes coloured by digit;"
            f" {SAMPLES}"
            " samples, decoded. KL of the aggregate posterior from the prior"
            f" {self.marginal_kl:.2f} nats, test ELBO {self.elbo:.2f} nats."
        )

    def _exhibit(self, name):
        """What stands still while a prior is moved, computed when a model is first chosen."""
        if name not in self._kept:
            self._kept[name] = _exhibit(self.models[name], self.data, self._n_codes)
        return self._kept[name]

    def _back_to_start(self, change):
        """A prior that is chosen again stands as it was trained."""
        name = change["new"]
        with self.changed.together():
            for knob, (*_, start) in zip(self._knobs[name], _turnable(self.models[name].prior)):
                knob.value = start

    def _take_up(self, name, space):
        """Another animal: its sliders, its axes."""
        self._shown, self._place.children = name, self._knobs[name]
        style_latent_space(self.plane, space)
        self.plane.set_title(f"{name}: codes of training images over the prior", fontsize=13)
        self.still_parts_changed()


def _turnable(prior):
    """The Knobs of a prior, and on a globe the one that turns it."""
    return (*knobs_of(prior), *([TURN] if space_of(prior()) == "sphere" else []))


def _sliders(prior):
    return tuple(
        slider(name, float(low), float(high), step, value=start)
        for name, low, high, step, start in _turnable(prior)
    )


def _seen(z, space, turn):
    """Where samples stand in the picture; those behind the globe are left out."""
    if space != "sphere":
        return z[:, 0], z[:, 1]
    x, y, front = seen_from_front(z, turn)
    return x[front], y[front]


@torch.no_grad()
def _exhibit(model, data, n_codes):
    """What no prior changes: codes, log q(z) at draws from q(z), the bound without log p(z)."""
    aggregate, q_test = AggregatePosterior(model, data.train), model.encode(data.test)
    z, z_test = draw(aggregate, (1000,), 1), draw(q_test, (3,), 2)
    log_likelihood = model.decode(z_test).log_prob(data.test)
    return {
        "space": space_of(model.prior()),
        "codes": draw(model.encode(data.train[:n_codes]), seed=0).numpy(),
        "z": z,
        "log_q": aggregate.log_prob(z),
        "z_test": z_test,
        "without_prior": float((log_likelihood - q_test.log_prob(z_test)).mean()),
    }
