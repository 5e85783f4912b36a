"""Wake and sleep: step or play the two phases. Watch prior and average posterior move together."""

from ..plots import draw_moment, move_moment, new_figure
from ..plots.discrete import WHAT_MOVED, nats_limits
from .base import FigureView, checkbox, choice, film, slider


class WakeAndSleep(FigureView):
    """Recorded wake-sleep.

    Real digits beside dreams, the top units' prior beside the average posterior, the bound. runs:
    {name: moments as `wake_sleep.record` gives them}, all of one length and size; `run` chooses
    one. shape: of the pictures. Controls: `phase` (0 is before training, odd numbers are days, even
    ones nights), `play`, `run`, `smooth`. Raises ValueError where the runs do not go together.
    """

    def __init__(self, runs, shape):
        sizes = {(len(moments), len(moments[0].prior)) for moments in runs.values() if moments}
        if len(sizes) != 1:
            raise ValueError(
                "WakeAndSleep needs runs of one length over machines of one size; these have"
                f" (moments, units) {sorted(sizes)}. Record them with the same number of nights."
            )
        super().__init__()
        self.runs, self.shape = runs, shape
        (length, _), first = sizes.pop(), next(iter(runs))
        self.phase = slider("phase", 0, length - 1, 1)
        self.film = self.phase, 250
        self.play = film(*self.film)
        self.run = choice("machine", list(runs))
        self.smooth = checkbox("smooth pictures")
        figure, axes = new_figure(9.5, 6.6, columns=2, rows=2, height_ratios=[1, 1.25])
        self.artists = draw_moment(axes, runs[first], 0, shape, limits=nats_limits(*runs.values()))
        rows = [self.phase, self.play], [self.run, self.smooth]
        controls = [self.phase, self.run, self.smooth]  # `play` moves `phase`
        self.show(figure, self.artists.flat(), controls, rows)

    def move(self):
        moments, index = self.runs[self.run.value], self.phase.value
        move_moment(self.artists, moments, index, self.shape)
        for image in (self.artists.seen, self.artists.dreams):
            image.set_interpolation("bicubic" if self.smooth.value else "nearest")
        moment = moments[index]
        apart, n = (moment.prior - moment.average).abs().max(), len(moment.prior)
        self.alt = (
            f"Phase {index}, {self.run.value}; {WHAT_MOVED[moment.phase]}. Real digits beside"
            f" dreams; {n} units whose prior and average posterior differ by at most {apart:.2f};"
            f" test bound {moment.elbo:.2f} nats."
        )
