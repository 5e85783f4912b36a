"""What a student may hand to fit by mistake: each kind is either taken or told in a sentence."""

import functools

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from vaeteach import (
    VAE,
    StandardNormal,
    absorb_prior,
    build_vae,
    diagnose,
    elbo,
    fit,
    iwae_bound,
    kl,
    load,
)
from vaeteach.machines import build_bernoulli_vae, leave_one_out
from vaeteach.models import Elbo


@pytest.fixture(scope="module")
def digits():
    return load("digits").binarized()


def train(digits, data=None, **options):
    model = build_vae(digits, hidden=(8,))
    data = digits.train[:100] if data is None else data
    return model, fit(model, data, **{"epochs": 1, "progress": False, **options})


TAKEN = {
    "array": lambda d: d.train[:100].numpy(),
    "float64 array": lambda d: d.train[:100].double().numpy(),
    "read-only array": lambda d: np.broadcast_to(d.train[:100].numpy(), (100, 64)),
    "pair of tensors": lambda d: (d.train[:100], d.test),
    "pair of arrays": lambda d: [d.train[:100].numpy(), d.test.numpy()],
}


@pytest.mark.parametrize("kind", TAKEN)
def test_arrays_and_pairs_train_as_the_tensor_does(digits, kind):
    data = TAKEN[kind](digits)
    (model, history), (expected, _) = train(digits, data), train(digits)
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), expected.parameters()))
    assert (history.rows[-1][1] == "test") == kind.startswith("pair")
    built = build_vae(data, hidden=(8,))
    assert torch.equal(built.decode(torch.zeros(1, 2)).mean, build_vae(
        digits.train[:100], hidden=(8,)).decode(torch.zeros(1, 2)).mean)  # fmt: skip


REFUSED = {
    "list of tensors": (lambda x: list(x), "torch.stack"),
    "nested list": (lambda x: x.tolist(), "numpy.array"),
    "three": (lambda x: (x, x, x), "a tuple; expected ImageData"),
    "images and labels": (lambda x: (x, torch.zeros(100)), r"test images have shape \(100,\)"),
    "other pixels": (lambda x: (x, x[:, :9]), "64 pixels and the test images 9"),
    "TensorDataset": (lambda x: TensorDataset(x), r"dataset.tensors\[0\]"),
    "DataLoader": (lambda x: DataLoader(TensorDataset(x)), "not its batches"),
    "name": (lambda x: "digits", r"load\('digits'\)"),
    "nothing": (lambda x: [], "a list"),
    "bytes": (lambda x: (x * 255).numpy().astype("uint8"), "255"),
    "objects": (lambda x: np.array([[None]]), "array of object"),
    "sparse": (lambda x: x.to_sparse(), "to_dense"),
    "double": (lambda x: x.double(), "float64 and the model is torch.float32"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_other_data_are_refused_with_what_to_do(digits, kind):
    make, sentence = REFUSED[kind]
    with pytest.raises((TypeError, ValueError), match=sentence):
        train(digits, make(digits.train[:100]))


def minus(bound):
    return bound._replace(value=-bound.value)


def no_return(model, x):
    elbo(model, x)


OPTIONS = {
    "learning rate": (dict(learning_rate=1e-3), "no option 'learning_rate'; write lr="),
    "typing error": (dict(bach_size=3), "write batch_size="),
    "beta": (dict(beta=4), r"functools.partial\(elbo, beta"),
    "unknown": (dict(zzz=4), "its options are epochs, batch_size"),
    "no function": (dict(objective=3.0), "without calling it"),
    "on_step": (dict(on_step=5), "on_step must be a function of one argument"),
    "on_step without argument": (dict(on_step=lambda: None), "function of one argument"),
    "on_step with two": (dict(on_step=lambda model, step: None), "function of one argument"),
    "objective without model": (dict(objective=lambda x: x), r"takes \(x\)"),
    "objective that needs more": (dict(objective=iwae_bound), r"n_samples.*functools.partial"),
    "seed of 70 bits": (dict(seed=2**70), "fit into 64 bits"),
    "no return": (dict(objective=no_return), "returned nothing"),
    "a pair": (dict(objective=lambda m, x: (elbo(m, x).value, 1)), "returned tuple"),
    "cut": (dict(objective=lambda m, x: elbo(m, x).value.detach()), "no gradient"),
    "negative beta": (dict(objective=functools.partial(elbo, beta=-1.0)), "at least 0, got -1.0"),
    "no beta": (dict(objective=functools.partial(elbo, beta=float("nan"))), "at least 0, got nan"),
    "a loss": (dict(objective=lambda m, x, seed: -elbo(m, x, seed=seed).value), "minus the bound"),
    "a loss, own noise": (
        dict(objective=lambda m, x: -elbo(m, x, seed=7).value),
        "minus the bound",
    ),
    "a loss in parts": (dict(objective=lambda m, x, seed: minus(elbo(m, x, seed=seed))),
                        "minus the bound"),
}  # fmt: skip


@pytest.mark.parametrize("kind", OPTIONS)
def test_options_that_cannot_be_meant_are_refused(digits, kind):
    options, sentence = OPTIONS[kind]
    with pytest.raises((TypeError, ValueError), match=sentence):
        train(digits, **options)


def test_an_objective_of_another_model_is_refused(digits):
    other = build_vae(digits, hidden=(8,))
    with pytest.raises(ValueError, match="does not depend on this model"):
        train(digits, objective=lambda model, x: elbo(other, x).value)


NEIGHBOURS = {
    "elbo, swapped": (lambda m, x: elbo(x, m), "first argument is a Tensor"),
    "iwae_bound, swapped": (lambda m, x: iwae_bound(x, m, 2), "first argument is a Tensor"),
    "elbo, beta a word": (lambda m, x: elbo(m, x, beta="1"), "must be a number, got '1'"),
    "elbo, beta a list": (
        lambda m, x: elbo(m, x, beta=torch.ones(2)),
        "must be a number, got tensor",
    ),
    "absorb_prior, images": (lambda m, x: absorb_prior(x), "wants a model.*got Tensor"),
    "elbo, beta None": (lambda m, x: elbo(m, x, beta=None), "must be a number, got None"),
    "kl, module": (lambda m, x: kl(m.encode(x), m.prior), r"p must be.*as in model.prior\(\)"),
    "kl, None": (lambda m, x: kl(None, m.prior()), "q must be a Distribution, got a NoneType"),
    "sample, word": (lambda m, x: m.sample("3"), "number of images, must be a whole number"),
    "sample, -1": (lambda m, x: m.sample(-1), "number of images, must be a whole number"),
    "prior, word": (
        lambda m, x: build_vae(x, prior="normal"),
        r"StandardNormal\(2\), got 'normal'",
    ),
    "prior, class": (lambda m, x: build_vae(x, prior=StandardNormal), "the class StandardNormal"),
    "prior, p(z)": (lambda m, x: build_vae(x, prior=m.prior()), "a module whose forward"),
    "diagnose, tensor": (lambda m, x: diagnose(m, x), "ImageData.*got Tensor"),
    "fit, class": (lambda m, x: fit(VAE, x, 1), r"VAE is a class.*build_vae\(data\)"),
}


@pytest.mark.parametrize("kind", NEIGHBOURS)
def test_what_the_neighbours_of_fit_cannot_take_gets_a_sentence(digits, kind):
    call, sentence = NEIGHBOURS[kind]
    with pytest.raises((TypeError, ValueError), match=sentence):
        call(build_vae(digits, hidden=(8,)), digits.train[:9])


def free_bits(model, x, seed):
    bound = elbo(model, x, seed=seed)
    return bound._replace(value=bound.log_likelihood - bound.kl.clamp(min=3.0))


def surrogate(model, x, seed):
    """A value that is no bound and above zero: only its gradient counts."""
    value = elbo(model, x, seed=seed).value
    return Elbo(value, value * 0, 50 + value)


@pytest.mark.parametrize(
    "objective",
    [functools.partial(iwae_bound, n_samples=5), functools.partial(elbo, beta=0.0), free_bits,
     surrogate, lambda m, x: m.decode(m.encode(x).mean).log_prob(x)],
)  # fmt: skip
def test_objectives_of_other_kinds_are_not_refused(digits, objective):
    assert train(digits, objective=objective)[1].steps == 2


def test_leave_one_out_and_a_density_above_one_are_not_refused(digits):
    bits = build_bernoulli_vae(digits, 4)
    assert fit(bits, digits.train[:64], 1, objective=leave_one_out, progress=False).steps == 1
    flat = torch.full((64, 9), 0.5) + 1e-3 * torch.rand(64, 9)
    model = build_vae(flat, likelihood="gaussian")
    torch.nn.init.constant_(model.decoder.likelihood.logvar, -8.0)
    torch.nn.init.zeros_(model.decoder.net[-1].weight)
    assert (
        fit(model, flat, 1, lr=1e-5, progress=False).last(split="train") > 0
    )  # a bound above zero nats


def test_gradients_flow_under_no_grad_and_inference_mode(digits):
    model, _ = train(digits)
    for mode in (torch.no_grad, torch.inference_mode):
        other = build_vae(digits, hidden=(8,))
        with mode():
            fit(other, digits.train[:100], 1, progress=False)
            assert not torch.is_grad_enabled()
        assert all(torch.equal(p, q) for p, q in zip(model.parameters(), other.parameters()))
    with torch.inference_mode():
        born_inside = build_vae(digits, hidden=(8,))
    with pytest.raises(ValueError, match="inference_mode"):
        fit(born_inside, digits, 1)


def test_models_that_cannot_be_trained_are_refused(digits):
    with pytest.raises(ValueError, match="requires_grad is False"):
        fit(build_vae(digits).requires_grad_(False), digits, 1)
    with pytest.raises(TypeError, match=r"is a ImageData. The order is fit\(model, data"):
        fit(digits, build_vae(digits), 1)
    with pytest.raises(TypeError, match="is a Linear"):
        fit(torch.nn.Linear(64, 2), digits, 1)
