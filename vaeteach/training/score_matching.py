"""Teach a diffusion prior the score of the codes: after the VAE, or together with it."""

import torch

from ..distributions import Gaussian, draw, encode, gaussian, generator
from ..models import Elbo
from ..models.bounds import log_prob_of_pixels
from ..priors import DiffusionPrior
from ..support import cached, progress_bar
from ..support.adam import Adam
from .optimiser import warm_up_then_cosine


def match_scores(prior, q: Gaussian, steps=2000, batch_size=256, lr=1e-2, seed=0, progress=True):
    """Fit a DiffusionPrior to the codes q(z|x) of N images by denoising score matching, in place.

    Each step takes `batch_size` images, one time each, and descends on `prior.kl_bound`. q: a
    Gaussian, batch (N,), which stands still. Returns the prior.
    Source: Vincent 2011, section 4.2; Song et al. 2021, equation 7.
    """
    noise, rate = generator(seed), warm_up_then_cosine(lr, steps)
    optimiser, mu, logvar = Adam(prior.parameters()), q.mu.detach(), q.logvar.detach()
    with progress_bar(steps, "learning the score", progress) as bar:
        for step in range(steps):
            rows = torch.randint(len(mu), (batch_size,), generator=noise)
            bound = prior.kl_bound(gaussian(mu[rows], logvar[rows]), noise, draws=1)
            optimiser.zero_grad()
            bound.mean().backward()
            optimiser.step(rate(step))
            bar.update(1)
    return prior


def diffusion_elbo(model, x: torch.Tensor, seed=0) -> Elbo:
    """The bound of a VAE under a DiffusionPrior, its KL replaced by `kl_bound`: still a bound.

    For `fit(..., objective=diffusion_elbo)`, which trains encoder, decoder and score at once
    without solving the probability-flow equation. Elbo, each (B,), nats.
    Source: Vahdat, Kreis and Kautz 2021, section 3.1.
    """
    seed = generator(seed)
    q = model.encode(x)
    log_likelihood = log_prob_of_pixels(model.decode(draw(q, seed=seed)), x)
    divergence = model.prior.kl_bound(q, seed)
    return Elbo(log_likelihood, divergence, log_likelihood - divergence)


def kept_diffusion(model, x, seed=0, steps=1500, **options):
    """A DiffusionPrior matched to the codes of images x, from the cache if it was made before.

    model: a VAE with a Gaussian posterior. options: of DiffusionPrior.
    """
    q = encode(model, x)
    prior = DiffusionPrior(q.event_shape[0], seed=seed, **options)
    key = dict(version=1, mu=q.mu, logvar=q.logvar, seed=seed, steps=steps, options=options)

    def build():
        return match_scores(prior, q, steps, seed=seed, progress=False).state_dict()

    prior.load_state_dict(cached("diffusion-prior", build, **key))
    return prior.requires_grad_(False)
