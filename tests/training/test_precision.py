"""Products in bfloat16: what they are, that only the asked-for layers make them, and only while
asked.
"""

import pytest
import torch
from torch import nn

from vaeteach import build_vae, fit, load
from vaeteach.distributions import borrowed_rng
from vaeteach.training import bfloat16_products

ROUNDING = 2.0**-8  # relative, of one rounding to the eight binary digits of bfloat16


@pytest.fixture(scope="module")
def digits():
    return load("digits").binarized()


@pytest.fixture
def layer():
    with borrowed_rng(0):
        return nn.Sequential(nn.Linear(300, 100))


def rounded(tensor):
    return tensor.detach().bfloat16().double()


def close(value, expected):
    """To the rounding of the product; the bias is added afterwards, so small entries keep the error
    of their parts.
    """
    return torch.allclose(
        value.double(), expected, rtol=ROUNDING, atol=ROUNDING / 4 * expected.abs().max().item()
    )


@pytest.mark.parametrize("shape", [(7, 300), (300,), (2, 3, 300)])
def test_the_three_products_have_rounded_factors(layer, shape):
    g = torch.Generator().manual_seed(1)
    x, slope = (
        torch.randn(shape, generator=g, requires_grad=True),
        torch.randn(*shape[:-1], 100, generator=g),
    )
    weight, bias = layer[0].weight, layer[0].bias
    with bfloat16_products(layer):
        out = layer(x)
    by_x, by_weight, by_bias = torch.autograd.grad(out, (x, weight, bias), slope)
    assert {t.dtype for t in (out, by_x, by_weight, by_bias)} == {torch.float32}
    assert out.shape == slope.shape and by_x.shape == x.shape
    rows, slopes = rounded(x).reshape(-1, 300), rounded(slope).reshape(-1, 100)
    assert close(out.reshape(-1, 100), rows @ rounded(weight).T + bias.detach().double())
    assert close(by_x.reshape(-1, 300), slopes @ rounded(weight))
    assert close(by_weight, slopes.T @ rows)
    assert torch.allclose(by_bias, slope.reshape(-1, 100).sum(0), atol=1e-5)
    # it is not the float32 product under another name
    assert not torch.allclose(out, layer(x), atol=1e-5)


def test_afterwards_all_is_as_before_also_after_a_mistake(layer):
    x = torch.randn(5, 300, generator=torch.Generator().manual_seed(2))
    before = layer(x)
    with pytest.raises(ZeroDivisionError), bfloat16_products(layer):
        assert not torch.equal(layer(x), before)
        _ = 1 / 0
    assert torch.equal(layer(x), before) and "forward" not in vars(layer[0])


def test_small_layers_are_left_alone(digits):
    """The course's model has none that is large: the same numbers to the last digit."""
    ends = [
        fit(model := build_vae(digits), digits, epochs=2, progress=False, precision=precision)
        and model.state_dict()
        for precision in ("float32", "bfloat16")
    ]
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_training_ends_at_the_same_bound(digits):
    found = {}
    for precision in ("float32", "bfloat16"):
        model = build_vae(digits, hidden=(400,))
        found[precision] = fit(
            model, digits, epochs=15, lr=4e-3, progress=False, precision=precision
        ).last()
        assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert 0 < abs(found["float32"] - found["bfloat16"]) < 0.3  # seeds differ by as much
