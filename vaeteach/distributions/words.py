"""Words of a dictionary as a distribution: independent positions, or one after another."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.distributions import Categorical, Distribution, Independent, constraints, register_kl


class Words(Independent):
    """M independent positions with one of K words each: batch (...), event (M,).

    A code is a row of M whole numbers from 0 to K - 1. logits: (..., M, K), log-probabilities up to
    a constant; -inf makes a word impossible. log_prob is one number a code, in nats.
    """

    def __init__(self, logits: Tensor):
        self.logits = logits.log_softmax(-1)
        base = Categorical(logits=logits, validate_args=False)
        super().__init__(base, 1, validate_args=False)

    @classmethod
    def at(cls, codes: Tensor, words: int) -> "Words":
        """Certainty of the codes (..., M): what a deterministic encoder says. Its entropy is 0."""
        chosen = torch.nn.functional.one_hot(codes, words).bool()
        return cls(torch.zeros(chosen.shape).masked_fill(~chosen, -torch.inf))

    def expand(self, batch_shape, _instance=None):
        return Words(self.logits.expand(torch.Size(batch_shape) + self.logits.shape[-2:]))


class WordChain(Distribution):
    """p(z) = product over positions of p(z_m | z_1 ... z_{m-1}): batch (), event (M,).

    logits_of(codes) gives (..., M, K), log-probabilities up to a constant for each position; they
    may depend on the words before it only. log_prob is one number a code, in nats.
    """

    arg_constraints = {}
    has_rsample = False

    def __init__(self, positions: int, words: int, logits_of: Callable[[Tensor], Tensor]):
        self.words, self.logits_of = words, logits_of
        super().__init__(torch.Size(), torch.Size([positions]), validate_args=False)

    @property
    def support(self):
        """Rows of words; where there are two words, of bits."""
        word = constraints.integer_interval(0, self.words - 1)
        return constraints.independent(constraints.boolean if self.words == 2 else word, 1)

    def log_prob(self, value):
        return Words(self.logits_of(value)).log_prob(value)

    @torch.no_grad()
    def sample(self, sample_shape=()):
        """Ancestral: the first word, then the second given the first, and so on.

        Whole numbers in the type of the logits, so that codes of two words are bits.
        """
        codes = torch.zeros(torch.Size(sample_shape) + self.event_shape)
        for m in range(self.event_shape[0]):
            logits = self.logits_of(codes)
            codes = codes.to(logits)
            codes[..., m] = Categorical(logits=logits[..., m, :]).sample().to(logits)
        return codes


@register_kl(Words, Words)
def _kl_words(q: Words, p: Words) -> Tensor:
    """Sum of q (log q - log p) over words and positions, (B,); a word that q excludes adds 0."""
    ratio = (q.logits - p.logits).masked_fill(q.logits.isneginf(), 0.0)
    return (q.logits.exp() * ratio).sum((-2, -1))
