"""Two normals on a line, the integrand of their KL, and samples that find the same number."""

import math

import numpy as np

from ..plots import draw_kl, move_kl, new_figure, round_limit
from .base import FigureView, choice, slider

Z = np.linspace(-12, 12, 2401)
COUNTS = np.unique(np.geomspace(10, 10_000, 80).astype(int))


def compare(q, p, noise, reverse=False):
    """KL between two normals, in closed form, as an integrand and by samples.

    Each is (mu, log sigma); a dict for draw_kl. noise: standard normal draws (S,), moved to the
    first distribution's place. reverse: KL(p || q) in place of KL(q || p). Everything is in nats.
    """
    (mu, log_sigma), (nu, log_tau) = first, second = (p, q) if reverse else (q, p)
    shift, ratio = (mu - nu) / math.exp(log_tau), 2 * (log_sigma - log_tau)
    samples = mu + math.exp(log_sigma) * noise
    terms = _log_normal(samples, *first) - _log_normal(samples, *second)
    sums, squares = np.cumsum(terms)[COUNTS - 1], np.cumsum(terms**2)[COUNTS - 1]
    mean = sums / COUNTS
    return {
        "z": Z,
        "q": np.exp(_log_normal(Z, *q)),
        "p": np.exp(_log_normal(Z, *p)),
        "integrand": (
            np.exp(_log_normal(Z, *first)) * (_log_normal(Z, *first) - _log_normal(Z, *second))
        ),
        "counts": COUNTS,
        "estimate": mean,
        "stderr": np.sqrt(np.maximum(squares / COUNTS - mean**2, 0) / (COUNTS - 1)),
        "truth": 0.5 * (shift**2 + math.expm1(ratio) - ratio),
        "names": ("p", "q") if reverse else ("q", "p"),
    }


def _log_normal(z, mu, log_sigma):
    return -0.5 * ((z - mu) / math.exp(log_sigma)) ** 2 - log_sigma - 0.5 * math.log(2 * math.pi)


class KLOfTwoGaussians(FigureView):
    """q and p, both normal.

    Densities, the integrand with its sign, a running estimate beside the closed form. Controls:
    `moves` says whether the sliders `mu` and `log_sigma` move q or p; `direction` is "KL(q || p)"
    or "KL(p || q)". `state` holds the numbers on the screen, in nats. The samples keep their noise
    while sliders move.
    """

    def __init__(self):
        super().__init__()
        self.parameters = {"q": (1.0, -0.7), "p": (0.0, 0.0)}  # (mu, log sigma)
        self._held = "q"  # which of the two the sliders hold now
        self.moves = choice("sliders move", ["q", "p"])
        self.mu = slider("μ", -3.0, 3.0, 0.01, value=1.0)
        self.log_sigma = slider("log σ", -2.0, 1.0, 0.01, value=-0.7)
        self.direction = choice("direction", ["KL(q || p)", "KL(p || q)"])
        self._noise = np.random.default_rng(0).standard_normal(COUNTS[-1])
        figure, axes = new_figure(10.5, 3.9, columns=3)
        self._axes, self.state = axes, self._numbers()
        self._artists = draw_kl(axes, self.state, tight=False)
        moving = [
            artist for name in ("p", "q", "integrand", "estimate") for artist in self._artists[name]
        ]
        self.moves.observe(self._load, "value")
        rows = [self.moves, self.direction], [self.mu, self.log_sigma]
        controls = [self.mu, self.log_sigma, self.direction]
        self.show(figure, [*moving, self._artists["text"]], controls, rows)

    def _numbers(self):
        reverse = self.direction.value == "KL(p || q)"
        return compare(self.parameters["q"], self.parameters["p"], self._noise, reverse)

    def _load(self, change):
        """Show on the sliders where the other density stands, without a move in between."""
        self._held = None
        self.mu.value, self.log_sigma.value = self.parameters[change["new"]]
        self._held = change["new"]

    def move(self):
        if self._held:
            self.parameters[self._held] = (self.mu.value, self.log_sigma.value)
        self.state = self._numbers()
        for ax, value in zip(self._axes[1:], (self.state["integrand"].max(), self.state["truth"])):
            if ax.get_ylim()[1] != (top := round_limit(value)):
                ax.set_ylim(-0.3 * top if ax is self._axes[1] else -0.15 * top, top)
                # painting these numbers each time takes as long as the rest
                self.still_parts_changed()
        move_kl(self._artists, self.state)
        (mu, log_sigma), (nu, log_tau) = self.parameters["q"], self.parameters["p"]
        first, second = self.state["names"]
        self.alt = (
            f"q is normal with mean {mu:.2f} and standard deviation {math.exp(log_sigma):.2f}, p"
            f" with {nu:.2f} and {math.exp(log_tau):.2f}. KL({first} || {second}) is"
            f" {self.state['truth']:.3f} nats; {COUNTS[-1]} samples say"
            f" {self.state['estimate'][-1]:.3f} ± {self.state['stderr'][-1]:.3f}."
        )
