"""Priors over codes of M words: independent positions, uniform or learned; or one after another."""

import torch
from torch import nn

from ..distributions import WordChain, Words, borrowed_rng
from ..support import whole_number


class IndependentWords(nn.Module):
    """p(z) of M independent positions with one of K words each: ``logits`` (M, K).

    Uniform until they are learned; ``learn=False`` keeps it uniform.
    """

    def __init__(self, positions: int, words: int, learn: bool = True):
        super().__init__()
        shape = whole_number(positions, "positions"), whole_number(words, "words")
        self.logits = nn.Parameter(torch.zeros(shape), requires_grad=learn)

    def forward(self):
        return Words(self.logits)


class AutoregressiveWords(nn.Module):
    """p(z) = product of p(z_m | earlier words), a network of one hidden layer for each position.

    The network of a position sees which words stand before it, one-hot, and gives K logits; it
    starts uniform. hidden: its width. seed: of the initial weights. Source: Bengio and Bengio 2000,
    "Modeling High-Dimensional Discrete Data with Multi-Layer Neural Networks".
    """

    def __init__(self, positions: int, words: int, hidden: int = 32, seed=0):
        super().__init__()
        positions, self.words = whole_number(positions, "positions"), whole_number(words, "words")
        self.first = nn.Parameter(torch.zeros(words))
        with borrowed_rng(seed):
            self.later = nn.ModuleList(
                nn.Sequential(nn.Linear(m * words, hidden), nn.Tanh(), nn.Linear(hidden, words))
                for m in range(1, positions)
            )
        for net in self.later:
            nn.init.zeros_(net[-1].weight)
            nn.init.zeros_(net[-1].bias)

    def forward(self):
        return WordChain(len(self.later) + 1, self.words, self.logits_of)

    def logits_of(self, codes):
        """Logits (..., M, K) of the words at each position of codes (..., M), given those before.

        Raises ValueError for codes of another length.
        """
        positions = len(self.later) + 1
        if codes.shape[-1] != positions:
            raise ValueError(
                f"codes have shape {tuple(codes.shape)}: this prior is over {positions} positions,"
                " the last axis."
            )
        seen = nn.functional.one_hot(codes.long(), self.words).to(self.first).flatten(-2)
        given = [net(seen[..., : m * self.words]) for m, net in enumerate(self.later, 1)]
        return torch.stack([self.first.expand(*codes.shape[:-1], -1), *given], -2)
