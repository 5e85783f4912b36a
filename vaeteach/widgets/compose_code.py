"""Compose a code word by word, see it decoded, and see what three priors say of it."""

import math

import torch

from ..distributions import draw
from ..machines import encode_words, word_shares
from ..plots import draw_code, move_code, new_figure
from .base import FigureView, choice, slider

SAMPLES = 18


class ComposeCode(FigureView):
    """A code of a VQ-VAE, chosen word by word; its picture, and its price under each prior.

    model: a VQ-VAE with at most three positions and words in a plane. priors: {name: prior}, to
    choose from. data: the ImageData it was trained on. Controls: a slider for the word of each
    position, and `prior`. `.bits` is the price of the code under the prior, and `.uses` the number
    of training images that have it. Raises ValueError for another model.
    """

    def __init__(self, model, priors, data):
        (positions,), (words, dims) = model.prior().event_shape, model.encoder.codebook.words.shape
        if positions > 3 or dims != 2:
            raise ValueError(
                "ComposeCode has a slider for each position, at most three, and draws words in a"
                f" plane; this model has {positions} positions and words of {dims} dimensions."
            )
        super().__init__()
        self.model, self.priors, self.data = model, priors, data
        self._codes = encode_words(model, data.train)
        self._shares = word_shares(self._codes, words)
        self._samples = {name: self._drawn_from(prior) for name, prior in priors.items()}
        self.words = [
            slider(f"word {m + 1}", 0, words - 1, 1, value=int(word), width="220px")
            for m, word in enumerate(self._codes[0])
        ]
        self.prior = choice("prior", list(priors))
        figure, axes = self._paper()
        self._artists = draw_code(axes, self.state(), data.shape)
        moving = [self._artists[name] for name in ("picture", "table", "rings", "samples", "text")]
        rows = [self.words, [self.prior]]
        controls = [*self.words, self.prior]
        self.show(figure, [*moving, *self._artists["marks"]], controls, rows)

    @staticmethod
    def _paper():
        return new_figure(10.5, 7.4, columns=2, rows=2, height_ratios=[1.35, 1])

    @classmethod
    def drawn(cls, model, priors, data):
        """The drawing as it opens, as a figure that does not move."""
        view, (figure, axes) = cls(model, priors, data), cls._paper()
        draw_code(axes, view.state(), data.shape)
        figure.alt = view.alt
        return figure

    def _drawn_from(self, prior):
        with torch.no_grad():
            return self.model.decode(draw(prior(), (SAMPLES,), seed=1)).mean.numpy()

    @torch.no_grad()
    def state(self):
        """What `plots.draw_code` draws, at the present setting."""
        code = torch.tensor([control.value for control in self.words])
        prior = self.priors[self.prior.value]
        table = prior.logits_of(code) if hasattr(prior, "logits_of") else prior.logits
        self.bits = -float(prior().log_prob(code)) / math.log(2)
        self.uses = int((self._codes == code).all(1).sum())
        images = len(self._codes)
        return {
            "words": self.model.encoder.codebook.words.numpy(),
            "shares": self._shares.numpy(),
            "code": code.tolist(),
            "picture": self.model.decode(code).mean.numpy(),
            "table": table.softmax(-1).numpy(),
            "samples": self._samples[self.prior.value],
            "text": f"{self.bits:.1f} bits; {self.uses} of {images} training digits",
        }

    def move(self):
        state = self.state()
        move_code(self._artists, state, self.data.shape)
        self.alt = (
            f"Code {state['code']} and its picture; {self.prior.value} prior: the code costs"
            f" {self.bits:.1f} bits. Training digits with this code: {self.uses}. Below, the"
            f" prior's probabilities of each word and {SAMPLES} pictures of codes drawn from it."
        )
