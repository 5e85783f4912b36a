"""Mixtures: K Gaussians with parameters of their own, or K outputs of the encoder itself.

Both are torch's MixtureSameFamily, whose components are joint distributions over all D dimensions.
The sum over dimensions is then taken inside each component and the logsumexp over components
outside: log sum_k w_k prod_d N_kd. The other order, sum_d log sum_k w_k N_kd, is the density of a
different distribution, which mixes each dimension on its own (K^D bumps instead of K) and from
which nobody samples.
"""

import math

import torch
from torch import nn

from ..distributions import Stretched, gaussian, generator, mixture
from ..support import whole_number
from .knobs import STRETCH, Knob


class _Bumps(nn.Module):
    """What can be turned in a mixture: the width of its bumps, and the whole."""

    def knobs(self):
        widths = hasattr(self().component_distribution, "logvar")  # in a box they have none
        return (Knob("bump width", 0.3, 3.0, 0.05, 1.0), STRETCH) if widths else ()

    def turned(self, width, stretch):
        """The mixture with the bumps' standard deviations times `width`, then stretched."""
        p = self()
        q = p.component_distribution
        bumps = gaussian(q.mu, q.logvar + 2 * math.log(width))
        return Stretched(mixture(p.mixture_distribution.logits, bumps), 0, stretch)


class GaussianMixture(_Bumps):
    """sum_k w_k N(mu_k, diag exp(logvar_k)), all learned.

    logits (K,) of the weights, mu and logvar (K, D). It starts with equal weights and means drawn
    from N(0, I) under `seed` (equal means would get equal gradients and stay together for ever). No
    closed KL: `kl` estimates it. Source: Dilokthanakul et al. 2016; the baseline "MoG" of Tomczak
    and Welling 2018, section 5.
    """

    def __init__(self, latent_dim, components, seed=0):
        super().__init__()
        shape = whole_number(components, "components"), whole_number(latent_dim, "latent_dim")
        self.logits = nn.Parameter(torch.zeros(shape[0]))
        self.mu = nn.Parameter(torch.randn(shape, generator=generator(seed)))
        self.logvar = nn.Parameter(torch.zeros(shape))

    def forward(self):
        return mixture(self.logits, gaussian(self.mu, self.logvar))


class VampPrior(_Bumps):
    """1/K sum_k q(z | u_k): the encoder's own posteriors at K learned pseudo-inputs u_k.

    Every weight is 1/K. encode: a function from images (K, P) to q(z|x), such as `model.encode`; it
    is used and not owned, so its weights stay where they are and get gradients from the prior as
    well. pseudo_inputs: K starting images (K, P) in [0, 1], for example training images; kept
    inside (0, 1) by a sigmoid. With all N training images as pseudo-inputs it would be the
    aggregate posterior, the prior that maximises the bound and remembers the training set. Source:
    Tomczak and Welling 2018, section 3. Raises ValueError for images that are not (K, P) in [0, 1].
    """

    # how far from 0 and 1 a pseudo-input starts: on the border itself a sigmoid has no gradient
    _MARGIN = 0.02

    def __init__(self, encode, pseudo_inputs):
        super().__init__()
        if not callable(encode):
            raise TypeError(
                "VampPrior: encode must be a function such as model.encode, got"
                f" {type(encode).__name__}."
            )
        images = torch.as_tensor(pseudo_inputs, dtype=torch.get_default_dtype()).detach()
        if images.ndim != 2 or len(images) == 0 or not bool(((images >= 0) & (images <= 1)).all()):
            raise ValueError(
                "VampPrior: pseudo_inputs must be images (K, P) with pixels in [0, 1], got shape "
                f"{tuple(images.shape)}; data.train[:50] is a usual start."
            )
        # past Module's book-keeping: the model already owns its encoder
        object.__setattr__(self, "encode", encode)
        self.pixel_logits = nn.Parameter(torch.logit(images.clamp(self._MARGIN, 1 - self._MARGIN)))

    @property
    def pseudo_inputs(self):
        """The learned images u, shape (K, P), pixels in (0, 1)."""
        return torch.sigmoid(self.pixel_logits)

    def forward(self):
        q = self.encode(self.pseudo_inputs)
        return mixture(q.mean.new_zeros(len(self.pixel_logits)), q)
