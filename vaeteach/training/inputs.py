"""What training is given, checked before the clock starts: each mistake gets its sentence."""

import difflib
import inspect
import math

import torch

from ..distributions import draw, generator
from ..models import Elbo, elbo, require_possible
from ..support import whole_number
from .optimiser import peak_rate, usual_batch

OPTIONS = ("epochs", "batch_size", "lr", "objective", "seed", "progress", "on_step")
# what other libraries call them
ELSEWHERE = {
    "learning_rate": "lr", "rate": "lr", "step_size": "lr", "max_lr": "lr",
    "n_epochs": "epochs", "num_epochs": "epochs", "max_epochs": "epochs", "steps": "epochs",
    "bs": "batch_size", "loss": "objective", "loss_fn": "objective", "criterion": "objective",
    "verbose": "progress", "random_state": "seed", "generator": "seed", "callback": "on_step",
    "callbacks": "on_step",
}  # fmt: skip


def check_options(unknown):
    """Name the option that was meant."""
    for name in unknown:
        if name == "beta":
            raise TypeError(
                "fit has no option 'beta'; the weight of the KL belongs to the objective:"
                " objective=functools.partial(elbo, beta=...)."
            )
        near = difflib.get_close_matches(name, OPTIONS, 1)
        meant = ELSEWHERE.get(name.lower()) or (near[0] if near else None)
        raise TypeError(
            f"fit has no option {name!r}; "
            + (f"write {meant}=..." if meant else f"its options are {', '.join(OPTIONS)}.")
        )


def check_settings(model, epochs, batch_size, lr, on_step):
    """(epochs, batch_size, lr), the last two by the size of the model where none is given."""
    if isinstance(model, type):
        raise TypeError(
            f"fit trains a model, and {model.__name__} is a class: make one of it first, such as"
            " build_vae(data)."
        )
    for method in ("encode", "decode", "parameters"):
        if not hasattr(model, method):
            raise TypeError(
                f"fit trains a model with {method}(), such as build_vae makes; its first argument"
                f" is a {type(model).__name__}. The order is fit(model, data, epochs=...)."
            )
    learning = [p for p in model.parameters() if p.requires_grad]
    if not learning:
        raise ValueError(
            "No parameter of this model may change (requires_grad is False for all);"
            " model.requires_grad_(True) lets them learn."
        )
    if any(p.is_inference() for p in learning):
        raise ValueError(
            "The model was made under torch.inference_mode(), whose tensors cannot learn; make it"
            " outside."
        )
    if epochs is None:
        raise ValueError("fit needs the number of epochs: fit(model, data, epochs=20).")
    if on_step is not None and not (callable(on_step) and _takes(on_step, 1)):
        raise TypeError(
            f"on_step must be a function of one argument, the step's number, got {on_step!r}."
        )
    lr = peak_rate(model) if lr is None else lr
    batch_size = usual_batch(model) if batch_size is None else batch_size
    if isinstance(lr, bool) or not isinstance(lr, (int, float)) or not 0 < lr < math.inf:
        raise ValueError(f"lr, the learning rate, must be a positive number, got {lr!r}.")
    return whole_number(epochs, "epochs"), whole_number(batch_size, "batch_size"), float(lr)


def prepared(objective):
    """The objective as `fit` calls it: it takes a seed and returns an Elbo."""
    if not callable(objective):
        raise TypeError(
            "objective must be a function (model, x, seed) -> bound, got"
            f" {type(objective).__name__}. Pass the function itself, without calling it."
        )
    if not _takes(objective, 2):
        raise TypeError(
            "objective must take (model, x) or (model, x, seed), and this one takes"
            f" {inspect.signature(objective)}. functools.partial sets what else it needs."
        )
    try:
        takes_seed = any(
            p.name == "seed" or p.kind is p.VAR_KEYWORD
            for p in inspect.signature(objective).parameters.values()
        )
    except (TypeError, ValueError):
        takes_seed = True

    def bound(model, x, seed):
        return _as_elbo(objective(model, x, seed=seed) if takes_seed else objective(model, x))

    return bound


def _takes(function, count):
    """Whether it can be called with so many arguments and, if it has one, a seed."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # written in C: one sees when it is called
        return True
    named = {"seed": 0} if "seed" in signature.parameters else {}
    try:
        signature.bind(*[None] * count, **named)
    except TypeError:
        return False
    return True


def check_fits(model, train, test, objective):
    """Every pixel under this likelihood, and what the objective returns: shape, gradient, sign."""
    kind = next(model.parameters()).dtype
    if train.dtype != kind:
        raise ValueError(
            f"The images are {train.dtype} and the model is {kind}: images.to({kind}) makes them"
            " fit."
        )
    with torch.no_grad():
        for images in (train, test):
            if images is not None:
                q = model.encode(images[:1])
                require_possible(model.decode(draw(q)), images)
    few = train[:64]
    bound = objective(model, few, seed=generator(0))
    for name, term in zip(bound._fields, bound):
        if term.shape != few.shape[:1]:
            raise ValueError(
                f"The objective must return one number per image, shape (B,); for {len(few)}"
                f" images its {name} has shape {tuple(term.shape)}. Sum over pixels and dimensions,"
                " never over the batch."
            )
    if not bound.value.requires_grad:
        raise ValueError(
            "The objective's value has no gradient: something in it cuts the way to the parameters"
            " (detach, .item(), numpy, no_grad, or a fixed number)."
        )
    learning = [p for p in model.parameters() if p.requires_grad]
    if not any(
        slope is not None
        for slope in torch.autograd.grad(bound.value.sum(), learning, allow_unused=True)
    ):
        raise ValueError(
            "The objective's value does not depend on this model: is it that of another model? Use"
            " the model that the objective is called with."
        )
    _require_sign(bound.value.detach(), model, few)


@torch.no_grad()
def _require_sign(value, model, x):
    """Refuse a loss, which is to be minimised, in the place of the bound.

    Only what is minus the ELBO image by image is refused, within a tenth for an objective that
    draws its own noise; an objective of another kind may have any sign.
    """
    try:
        bound = elbo(model, x, seed=generator(0)).value
    except Exception:  # a model that has no ELBO of ours: nothing to compare with
        return
    if (value + bound).abs().mean() < 0.1 * bound.abs().mean():
        raise ValueError(
            f"fit maximises the objective, and this one is minus the bound ({value.mean():.1f}"
            f" where the ELBO is {bound.mean():.1f} nats an image): return the ELBO itself,"
            " log-likelihood minus KL, and not the loss."
        )


def _as_elbo(result):
    if isinstance(result, Elbo):
        return result
    if not torch.is_tensor(result):
        what = "nothing (is its return missing?)" if result is None else type(result).__name__
        raise TypeError(
            f"The objective returned {what}; expected an Elbo or a tensor with one number per"
            " image, shape (B,)."
        )
    # a bound without named parts counts as one term
    return Elbo(result.detach(), torch.zeros_like(result.detach()), result)
