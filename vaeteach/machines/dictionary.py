"""A VQ-VAE: a code is a row of words from one learned dictionary, and the encoder is certain.

Small enough that all codes can be listed. Names are those of van den Oord, Vinyals and Kavukcuoglu
2017, "Neural Discrete Representation Learning": the dictionary is the codebook.
"""

import torch
from torch import Tensor, nn

from ..distributions import Words, borrowed_rng, generator, kl
from ..models import VAE, Decoder, Elbo, log_prob_of_pixels, mlp, start_from_mean
from ..priors import IndependentWords
from ..support import whole_number


class Codebook(nn.Module):
    """K words, each a vector of d numbers: ``words`` (K, d), standard normal before training."""

    def __init__(self, words: int, dims: int):
        super().__init__()
        self.words = nn.Parameter(torch.randn(words, dims))

    def nearest(self, vectors: Tensor) -> Tensor:
        """The number of the word nearest to each vector, (..., d) -> (...)."""
        return (vectors.unsqueeze(-2) - self.words).square().sum(-1).argmin(-1)

    def forward(self, codes):
        """The words themselves: codes (..., M) -> (..., M, d)."""
        return self.words[codes.long()]


class WordEncoder(nn.Module):
    """q(z|x) of a VQ-VAE: M vectors of d numbers, and certainty of the word nearest to each."""

    def __init__(self, pixels: int, positions: int, codebook: Codebook, hidden: tuple[int, ...]):
        super().__init__()
        self.positions, self.codebook = positions, codebook
        self.net = mlp([pixels, *hidden, positions * codebook.words.shape[1]])

    def vectors(self, x):
        """What the network says before words are chosen, (..., M, d)."""
        return self.net(x).unflatten(-1, (self.positions, -1))

    def forward(self, x):
        return Words.at(self.codebook.nearest(self.vectors(x)), len(self.codebook.words))


class WordDecoder(nn.Module):
    """p(x|z) of codes (..., M): their words are looked up, laid end to end, and decoded."""

    def __init__(self, pixels: int, positions: int, codebook: Codebook, hidden: tuple[int, ...]):
        super().__init__()
        self.codebook = codebook
        self.of_vectors = Decoder(positions * codebook.words.shape[1], pixels, hidden)

    def forward(self, codes):
        return self.of_vectors(self.codebook(codes).flatten(-2))


def build_vq_vae(
    data, positions: int = 3, words: int = 16, dims: int = 2, hidden=(64,), seed=0
) -> VAE:
    """An untrained VQ-VAE: M positions, one codebook of K words of d numbers, a uniform prior.

    data: ImageData, or images (N, P), binary. A code has M whole numbers, (B, M); the KL of its
    certain q from the uniform prior is M log K. Train it with ``fit(model, data, ...,
    objective=straight_through)``. The decoder starts from the mean picture.
    """
    pixels = (data if torch.is_tensor(data) else data.train).shape[-1]
    positions, words = whole_number(positions, "positions"), whole_number(words, "words")
    with borrowed_rng(seed):
        codebook = Codebook(words, whole_number(dims, "dims"))
        encoder = WordEncoder(pixels, positions, codebook, hidden)
        decoder = WordDecoder(pixels, positions, codebook, hidden[::-1])
    prior = IndependentWords(positions, words, learn=False)
    start_from_mean(VAE(encoder, decoder.of_vectors, prior), data)
    return VAE(encoder, decoder, prior)


def straight_through(model: VAE, x: Tensor, commitment: float = 1.0, codebook: float = 1.0) -> Elbo:
    """The bound of a VQ-VAE, with the gradients that it is trained by. Each field (B,), nats.

    To choose the nearest word is a step and has no gradient. The decoder's gradient at the word is
    handed to the encoder's vector as it is; the words are pulled to the vectors (weight
    ``codebook``) and the vectors to their words (``commitment``) by squared distances. ``value`` is
    the bound itself: the pulls add gradients and no nats. Source: van den Oord et al. 2017,
    equation 3, where commitment is beta = 0.25.
    """
    vectors, book = model.encoder.vectors(x), model.encoder.codebook
    codes = book.nearest(vectors)
    words = book(codes)
    through = vectors + (words - vectors).detach()
    log_likelihood = log_prob_of_pixels(model.decoder.of_vectors(through.flatten(-2)), x)
    divergence = kl(Words.at(codes, len(book.words)), model.prior())
    pull = codebook * (words - vectors.detach()).square().sum((1, 2))
    pull = pull + commitment * (vectors - words.detach()).square().sum((1, 2))
    return Elbo(log_likelihood, divergence, log_likelihood - divergence - pull + pull.detach())


@torch.no_grad()
def encode_words(model: VAE, x: Tensor) -> Tensor:
    """The code of each image, (B, P) -> (B, M), whole numbers."""
    return model.encoder.codebook.nearest(model.encoder.vectors(x))


def word_shares(codes: Tensor, words: int) -> Tensor:
    """How often each of the words stands in the codes, (K,), adding up to one."""
    return torch.bincount(codes.flatten().long(), minlength=words) / codes.numel()


def perplexity(shares: Tensor) -> Tensor:
    """exp of the entropy of shares (K,): so many words, used equally, are as hard to guess."""
    return (-torch.special.xlogy(shares, shares).sum()).exp()


@torch.no_grad()
def revive_words(model: VAE, x: Tensor, seed: int | torch.Generator = 0) -> int:
    """Put each word that no image of x uses where the encoder's vector of a random image is.

    Returns how many. Source: Dhariwal et al. 2020, "Jukebox" (random restarts for embeddings).
    """
    book, vectors = model.encoder.codebook, model.encoder.vectors(x).flatten(0, 1)
    dead = (word_shares(book.nearest(vectors), len(book.words)) == 0).nonzero().flatten()
    book.words[dead] = vectors[torch.randint(len(vectors), (len(dead),), generator=generator(seed))]
    return len(dead)
