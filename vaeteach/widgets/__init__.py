"""Interactive views of one idea each.

The only part of the package that imports ipywidgets and anywidget.
"""

import importlib

from .base.threads import answer_beside_cells

_PUBLIC = {  # module -> names
    "compose_code": ["ComposeCode"],
    "where_to_sample": ["WhereToSample"],
    "absorbed_prior": ["AbsorbedPrior"],
    "prior_times_likelihood": ["PriorTimesLikelihood"],
    "bound_and_gap": ["BoundAndGap"],
    "kl_of_two_gaussians": ["KLOfTwoGaussians"],
    "through_training": ["ThroughTraining"],
    "clinic": ["Clinic"],
    "dissolving_codes": ["DissolvingCodes"],
    "quiz": ["SelfTest"],
    "wake_sleep": ["WakeAndSleep"],
    "latent_explorer": ["LatentExplorer"],
    "prior_zoo": ["PriorZoo"],
    "live_training": ["LiveTraining"],
    "traversal": ["Traversal"],
}
_MODULE_OF = {name: module for module, names in _PUBLIC.items() for name in names}
__all__ = sorted(_MODULE_OF)

answer_beside_cells()


def __getattr__(name):
    if name not in _MODULE_OF:
        raise AttributeError(f"vaeteach.widgets has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(importlib.import_module(f".{_MODULE_OF[name]}", __name__), name)


def __dir__():
    return __all__
