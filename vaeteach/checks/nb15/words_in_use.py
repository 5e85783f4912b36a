"""Exercise 15.2: perplexity, the number of words in use."""

import torch
from torch.distributions import Categorical

from ..exercise import Exercise


def _usages(seed=0):
    return [
        (torch.tensor([0, 1, 1, 0]), 2),
        (torch.tensor([2, 2, 2]), 4),
        (torch.tensor([0, 1, 1, 3, 3, 3, 3, 4]), 6),
        (torch.randint(9, (200,), generator=torch.Generator().manual_seed(seed)), 12),
    ]


def _shares(words, size):
    return torch.bincount(words, minlength=size) / len(words)


def _entropy(p):
    return -torch.special.xlogy(p, p).sum()


def _count_by_count(words, size):
    total = 0.0
    for k in range(size):
        share = float((words == k).float().mean())
        total -= share * torch.tensor(share).log().item() if share > 0 else 0.0
    return torch.tensor(total).exp()


words_in_use = Exercise(
    name="words_in_use",
    solution=lambda words, size: _entropy(_shares(words, size)).exp(),
    inputs=_usages,
    praise="all words equally often: as many as there are; one word only: one.",
    mistakes="""
        the entropy: _entropy(_shares(words, size))
            This is the entropy in nats. The perplexity is its exponential: a number of words.
        2 to the power of nats: 2 ** _entropy(_shares(words, size))
            2 to the power of an entropy needs it in bits. With the natural logarithm take exp.
        words counted: (_shares(words, size) > 0).sum().float()
            You count every word that occurs, however rarely. A rare word must count less.
        zero times log zero: (-(_shares(words, size) * _shares(words, size).log()).sum()).exp()
            A word that never occurs gives 0 times minus infinity, which a computer calls nan.
            torch.special.xlogy(p, p) knows that it is 0.
        sign flipped: (-_entropy(_shares(words, size))).exp()
            Your perplexity is below one. The entropy is minus the sum of p log p.
        one over the sum of squares: 1 / _shares(words, size).square().sum()
            This is another number of equally used words (Simpson's). Perplexity takes the entropy.
        mean for sum: (_entropy(_shares(words, size)) / size).exp()
            The entropy adds up over the words; you took the mean.
    """,
    also_right=(
        _count_by_count,
        lambda words, size: Categorical(_shares(words, size)).entropy().exp(),
        lambda words, size: _entropy(words.unique(return_counts=True)[1] / len(words)).exp(),
    ),
)
