"""Exercise 15.1: the word nearest to each vector."""

import torch

from ..exercise import Exercise


def _vectors_and_words(seed=0):
    g = torch.Generator().manual_seed(seed)
    cases = [
        # the longest word has the largest inner product, and is not the nearest
        (torch.tensor([[1.0, 0.0]]), torch.tensor([[0.9, 0.1], [5.0, 0.0]])),
        # by the sum of distances the first is nearer, by Euclid the second
        (torch.tensor([[0.0, 0.0], [4.0, 0.0]]), torch.tensor([[3.0, 0.0], [1.8, 1.8]])),
    ]
    for n, k, d in ((4, 3, 1), (6, 6, 2), (5, 9, 3)):
        cases.append((torch.randn(n, d, generator=g), 1.5 * torch.randn(k, d, generator=g)))
    return cases


def _distances(vectors, words):
    return (vectors[:, None] - words).square().sum(-1)


def _one_by_one(vectors, words):
    found = []
    for vector in vectors:
        lengths = [float((vector - word).norm()) for word in words]
        found.append(lengths.index(min(lengths)))
    return torch.tensor(found)


def _without_the_square_of_the_vector(vectors, words):
    return (words.square().sum(1) - 2 * vectors @ words.T).argmin(1)


nearest_word = Exercise(
    name="nearest_word",
    solution=lambda vectors, words: _distances(vectors, words).argmin(1),
    inputs=_vectors_and_words,
    praise="one number of a word for each vector.",
    mistakes="""
        the farthest word: _distances(vectors, words).argmax(1)
            You took the word at the largest distance: argmin, not argmax.
        the largest inner product: (vectors @ words.T).argmax(1)
            A long word has a large inner product with everything in its direction. The nearest word
            has the smallest distance.
        the most similar direction:
                torch.cosine_similarity(vectors[:, None], words, dim=-1).argmax(1)
            That is the word with the smallest angle. The length counts as well: the smallest
            distance.
        the distance for the number: _distances(vectors, words).min(1).values
            You return how far the nearest word is. Return which one it is.
        the words themselves: words[_distances(vectors, words).argmin(1)]
            You looked the word up already. The code holds its number: return that.
        the nearest vector to each word: _distances(vectors, words).argmin(0)
            You asked each word for its nearest vector. Minimise over the words, the last axis.
        distances added up without squares: (vectors[:, None] - words).sum(-1).argmin(1)
            Differences of both signs cancel. Square them before you add them up.
        absolute differences: (vectors[:, None] - words).abs().sum(-1).argmin(1)
            That is the distance by city blocks. The dictionary is searched by Euclid's: squares.
    """,
    also_right=(
        _one_by_one,
        _without_the_square_of_the_vector,
        lambda vectors, words: torch.cdist(vectors, words).argmin(-1),
    ),
)
