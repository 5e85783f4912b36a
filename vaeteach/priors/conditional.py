"""A prior that knows a label: a Gaussian for each class."""

import math

import torch
from torch import nn

from ..distributions import gaussian, mixture
from ..support import whole_number
from .mixtures import _Bumps


class ConditionalPrior(_Bumps):
    """p(z|c) = N(mu_c, diag exp(logvar_c)) for classes c = 0 .. C-1, and p(c) from logits, (C,).

    `forward()` is p(z) = sum_c p(c) p(z|c), what is left where no label is known: a mixture whose
    components carry names. mu and logvar are (C, D). All classes start at N(0, I) with equal
    weights; `match` puts them where the codes of each class are, `labelled_elbo` trains them.
    Source: the generative half of Kingma et al. 2014, "Semi-supervised learning with deep
    generative models", with the label at the code and not at the decoder.
    """

    def __init__(self, latent_dim, classes=10):
        super().__init__()
        shape = whole_number(classes, "classes"), whole_number(latent_dim, "latent_dim")
        self.logits = nn.Parameter(torch.zeros(shape[0]))
        self.mu = nn.Parameter(torch.zeros(shape))
        self.logvar = nn.Parameter(torch.zeros(shape))

    @torch.no_grad()
    def match(self, q, labels):
        """Give each class the moments of its codes, the best Gaussian for them. Returns the prior.

        q: posteriors, batch (N,). labels: (N,), -1 where none is known. Variances of fewer than
        ten codes are not trusted: they count as ten, the others with variance 1.
        """
        for c in range(len(self.logits)):
            own = labels == c
            if (n := int(own.sum())) == 0:
                continue
            mean, variance = q.mean[own], q.variance[own].mean(0)  # law of total variance
            spread = variance + mean.var(0, unbiased=False)
            share = min(1.0, n / 10)
            self.mu[c] = mean.mean(0)
            self.logvar[c] = (share * spread + 1 - share).log()
            self.logits[c] = math.log(n)
        return self

    def given(self, labels):
        """p(z|c) of labels (...), whole numbers: batch (...), event (D,)."""
        return gaussian(*(nn.functional.embedding(labels, t) for t in (self.mu, self.logvar)))

    def log_joint(self, z):
        """Log p(z, c) of points z (..., D) with every class, nats, (..., C)."""
        classes = gaussian(self.mu, self.logvar)
        return classes.log_prob(z.unsqueeze(-2)) + self.logits.log_softmax(0)

    def forward(self):
        return mixture(self.logits, gaussian(self.mu, self.logvar))
