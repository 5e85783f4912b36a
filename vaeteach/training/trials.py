"""One recipe for every prior, so that a table of them compares priors and nothing else.

Two thirds of the training is done under the prior in question; the first third is done under N(0,
I) where the encoder is Gaussian. A prior that can follow the encoder (VampPrior most of all) may
otherwise stay at the point where all codes are one code and the KL is zero; codes that are already
apart keep it from there. Priors on the box and on the sphere have no Gaussian encoder to
begin with and train under themselves from the start.
"""

import time
from dataclasses import dataclass

import torch

from ..codes import surgery
from ..exact import exact_log_marginal
from ..models import LabelledVAE, build_vae, elbo, iwae_bound, labelled_elbo, with_labels
from ..priors import (
    BetaPrior,
    ConditionalPrior,
    DiffusionPrior,
    FlowPrior,
    GaussianMixture,
    HierarchicalPrior,
    Laplace,
    LearnedNormal,
    SpherePrior,
    StandardNormal,
    StudentT,
    VampPrior,
)
from ..support import cached
from .loop import fit
from .score_matching import diffusion_elbo


@dataclass(frozen=True)
class Trial:
    """A prior and the posterior that goes with it. make(model, data, D, seed) -> prior module."""

    make: object
    posterior: str = "gaussian"
    only: int | None = None  # the one latent dimension in which it exists
    normal_first: bool = True  # whether the first third is trained under N(0, I)
    objective: object = elbo  # of the training under the prior itself
    labelled: bool = False  # whether that training also gets the labels


def _pseudo_inputs(data, seed, n=50):
    return data.train[
        torch.randperm(len(data.train), generator=torch.Generator().manual_seed(seed))[:n]
    ]


def _in_box(a, b, posterior="beta"):
    return Trial(lambda model, data, d, seed: BetaPrior(d, a, b), posterior, normal_first=False)


TRIALS = {
    "standard normal": Trial(lambda model, data, d, seed: StandardNormal(d)),
    "learned normal": Trial(lambda model, data, d, seed: LearnedNormal(d)),
    "Laplace": Trial(lambda model, data, d, seed: Laplace(d)),
    "Student t, 5 degrees": Trial(lambda model, data, d, seed: StudentT(d, 5.0)),
    "Student t, learned degrees": Trial(
        lambda model, data, d, seed: StudentT(d, 5.0, learn_df=True)
    ),
    "uniform box, Beta q": _in_box(1.0, 1.0),
    "Beta(2, 2), Beta q": _in_box(2.0, 2.0),
    "Beta(2, 1), Beta q": _in_box(2.0, 1.0),
    "Beta(2, 1), Kumaraswamy q": _in_box(2.0, 1.0, "kumaraswamy"),
    "sphere, von Mises-Fisher q": Trial(
        lambda model, data, d, seed: SpherePrior(), "von_mises_fisher", only=3, normal_first=False
    ),
    "mixture of 10": Trial(lambda model, data, d, seed: GaussianMixture(d, 10, seed=seed)),
    "VampPrior of 50": Trial(
        lambda model, data, d, seed: VampPrior(model.encode, _pseudo_inputs(data, seed))
    ),
    "flow of 6 layers": Trial(lambda model, data, d, seed: FlowPrior(d, layers=6, seed=seed)),
    "diffusion": Trial(
        lambda model, data, d, seed: DiffusionPrior(d, seed=seed), objective=diffusion_elbo
    ),
    "hierarchical, a plane above": Trial(
        lambda model, data, d, seed: HierarchicalPrior(d, seed=seed)
    ),
    "conditional, with labels": Trial(
        lambda model, data, d, seed: ConditionalPrior(d, len(data.train_labels.unique())).match(
            model.encode(data.train), data.train_labels
        ),
        objective=labelled_elbo,
        labelled=True,
    ),
}


def train_trial(name, data, latent_dim=2, seed=0, epochs=60, lr=8e-3, progress=False):
    """(model, seconds): a VAE trained under the prior TRIALS[name] by the recipe above.

    On the sphere D is 3. Raises ValueError for a name that is not in TRIALS.
    """
    if name not in TRIALS:
        raise ValueError(
            f"There is no trial {name!r}; choose one of {', '.join(map(repr, TRIALS))}."
        )
    trial, start = TRIALS[name], time.perf_counter()
    model = _untrained(name, data, latent_dim, seed)
    options = dict(batch_size=64, lr=lr, progress=progress)
    fit(model, data.train, epochs=max(1, epochs // 3), seed=seed, **options)
    if trial.normal_first:
        model.prior = trial.make(model, data, trial.only or latent_dim, seed)
    train, rest = data.train, epochs - max(1, epochs // 3)
    if trial.labelled:
        train = with_labels(train, data.train_labels, len(model.prior.logits))
    fit(model, train, rest, objective=trial.objective, seed=seed + 1000, **options)
    return model, time.perf_counter() - start


@torch.no_grad()
def measure_trial(model, data, n_samples=500, seed=0):
    """Numbers in nats an image, {name: number}.

    elbo (50 draws), kl, marginal_kl, iwae (n_samples), exact log p(x) (NaN above 2-D). All on the
    test images but marginal_kl, KL(q(z) || p(z)), whose q(z) is the average over the training
    images.
    """
    x = data.test
    draws = [elbo(model, x, seed=seed + s) for s in range(50)]
    return {
        "elbo": float(torch.stack([d.value for d in draws]).mean()),
        "kl": float(torch.stack([d.kl for d in draws]).mean()),
        "marginal_kl": surgery(model, data.train, seed=seed).marginal_kl,
        "train_elbo": float(
            torch.stack([elbo(model, data.train, seed=s).value for s in range(10)]).mean()
        ),
        "iwae": float(iwae_bound(model, x, n_samples, seed=seed).mean()),
        "exact": float(exact_log_marginal(model, x).mean()),
    }


def kept_trial(name, data, latent_dim=2, seed=0, epochs=60):
    """The model of `train_trial`, from the cache if it was trained before on the same data.

    One line says so where it is trained anew. Raises as `train_trial`.
    """

    def build():
        return train_trial(name, data, latent_dim, seed, epochs)[0].state_dict()

    # version: raise it when the recipe, or anything it trains with, gives other numbers
    key = dict(version=2, train=data.train, latent_dim=latent_dim, epochs=epochs)
    slug = "".join(c if c.isalnum() else "-" for c in name.lower())
    return _filled(name, data, latent_dim, seed, cached(f"prior-{slug}-seed-{seed}", build, **key))


def kept_trials(names, data, seeds, latent_dim=2, epochs=60):
    """{name: [its `kept_trial` for each seed]}; each is kept alone, so that lessons share it."""
    return {
        name: [kept_trial(name, data, latent_dim, seed, epochs) for seed in seeds] for name in names
    }


def _filled(name, data, latent_dim, seed, state):
    """The trained model of a trial, made of its parameters."""
    model = _untrained(name, data, latent_dim, seed)
    if TRIALS[name].normal_first:
        model.prior = TRIALS[name].make(model, data, TRIALS[name].only or latent_dim, seed)
    model.load_state_dict(state)
    return model.requires_grad_(False)


def _untrained(name, data, latent_dim, seed):
    """The model as a trial starts: under N(0, I), or under its own prior."""
    trial = TRIALS[name]
    latent_dim = trial.only or latent_dim
    first = None if trial.normal_first else trial.make(None, data, latent_dim, seed)
    model = build_vae(data, latent_dim, first, trial.posterior, seed=seed)
    return LabelledVAE(model.encoder, model.decoder, model.prior) if trial.labelled else model
