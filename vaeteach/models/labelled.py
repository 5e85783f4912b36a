"""Pictures with labels: the pair is what is observed, and a label may be missing."""

import torch

from ..distributions import draw, kl
from .bounds import Elbo, log_prob_of_pixels
from .vae import VAE


def with_labels(images, labels, classes=10):
    """Pairs (x, c): images (N, P) with their labels as C further columns, (N, P + C).

    labels: (N,) whole numbers; their columns hold one 1 at the label, and only 0 where the label is
    -1, not known. Raises ValueError for labels that do not fit.
    """
    labels = torch.as_tensor(labels)
    if labels.shape != images.shape[:1] or labels.is_floating_point():
        raise ValueError(
            f"labels must be {len(images)} whole numbers, one an image, got"
            f" {labels.dtype} of shape {tuple(labels.shape)}."
        )
    if len(labels) and not -1 <= int(labels.min()) <= int(labels.max()) < classes:
        raise ValueError(
            f"labels must be 0 to {classes - 1}, or -1 where none is known, got"
            f" {int(labels.min())} to {int(labels.max())}."
        )
    columns = torch.eye(classes, dtype=images.dtype)[labels.clamp(min=0)]
    return torch.cat([images, columns * (labels >= 0).unsqueeze(1)], 1)


class LabelledVAE(VAE):
    """A VAE of pairs (x, c) whose prior is p(z|c): encoder and decoder see the picture alone.

    prior: a ConditionalPrior, or a module with its `given`, `logits` and forward(). `encode` takes
    pictures (B, P) or pairs (B, P + C) from `with_labels`; what reads pictures only, such as
    `log_marginal`, works on it as on any VAE, with p(z) = sum_c p(c) p(z|c).
    """

    def encode(self, x):
        return super().encode(x[..., : self.pixels])

    @property
    def pixels(self):
        """P, how many of the columns are the picture."""
        return self.encoder.net[0].in_features


def labelled_elbo(model, pairs, beta=1.0, seed=0):
    """A bound on log p(x, c) of pairs, and on log p(x) of pairs whose label is missing.

    E_q log p(x|z) - KL(q(z|x) || p(z|c)) + log p(c), one draw z ~ q(z|x) an image. Without a label
    the prior is p(z) = sum_c p(c) p(z|c): the sum over classes is taken exactly, where Kingma et
    al. 2014 need a second encoder q(c|x) (equation 7).
    model: a LabelledVAE. pairs: (B, P + C) from `with_labels`. Returns Elbo, each (B,), nats; `kl`
    is the price of the code and of the label, KL - log p(c).
    """
    x, columns = pairs[:, : model.pixels], pairs[:, model.pixels :]
    q, label, known = model.encode(x), columns.argmax(1), columns.any(1)
    z = draw(q, seed=seed)
    log_likelihood = log_prob_of_pixels(model.decode(z), x)
    of_label = -model.prior.logits.log_softmax(0)[label]
    price = torch.where(
        known, kl(q, model.prior.given(label), z) + of_label, kl(q, model.prior(), z)
    )
    return Elbo(log_likelihood, price, log_likelihood - beta * price)
