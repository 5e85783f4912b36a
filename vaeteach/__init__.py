"""Variational autoencoders and their priors, to teach with.

Every public name can be imported from here; its module is loaded when the name is first used, so
that
`import vaeteach` costs little more than `import torch`.
"""

import importlib

_PUBLIC = {  # module -> names
    "data": ["load", "ImageData"],
    "distributions": [
        "gaussian",
        "kl",
        "kl_standard_normal",
        "draw",
        "VonMisesFisher",
        "SphereUniform",
    ],
    "priors": [
        *("StandardNormal", "LearnedNormal", "StudentT", "Laplace", "BetaPrior"),
        *("SpherePrior", "GaussianMixture", "VampPrior", "FlowPrior"),
    ],
    "models": ["VAE", "build_vae"],
    "objectives": ["Elbo", "elbo", "iwae_bound"],
    "aggregate": [
        "AggregatePosterior",
        "moments",
        "Moments",
        "surgery",
        "surgery_of",
        "Surgery",
        "active_units",
    ],
    "comparison": ["compare_with_prior"],
    "diagnosis": ["FAULTS", "diagnose", "Diagnosis"],
    "exact": ["log_marginal", "posterior_grid", "bound_gap", "expected_elbo", "quadrature_error"],
    "amortisation": ["best_gaussian"],
    "absorption": ["absorb_prior", "affine_latents", "standardize_latents", "standardize_latents_"],
    "rotation": ["rotate_latents"],
    "generation": ["fit_codes", "generate", "inpaint"],
    "quality": ["DigitFeatures", "frechet_distance", "precision_recall", "copying"],
    "boltzmann": ["RBM", "contrastive_divergence", "annealed_log_partition"],
    "helmholtz": ["HelmholtzMachine"],
    "wake_sleep": ["WakeSleep"],
    "bernoulli_vae": ["BernoulliPrior", "build_bernoulli_vae", "leave_one_out", "exact_bits"],
    "training": ["fit", "History", "Snapshot", "NonFiniteBound"],
}
_MODULE_OF = {name: module for module, names in _PUBLIC.items() for name in names}
__all__ = sorted(_MODULE_OF)


def __getattr__(name):
    if name not in _MODULE_OF:
        raise AttributeError(f"vaeteach has no {name!r}; it has {', '.join(__all__)}.")
    value = getattr(importlib.import_module(f".{_MODULE_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__
