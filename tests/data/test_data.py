"""Every data set has the promised shape and values, and bad ones are refused with a sentence."""

import pytest
import torch

import vaeteach
from vaeteach.data import DATASETS, ImageData, load


def make(**changes):
    parts = dict(
        train=torch.rand(3, 6), train_labels=torch.zeros(3).long(),
        test=torch.rand(2, 6), test_labels=torch.zeros(2).long(), shape=(2, 3),
    )  # fmt: skip
    return ImageData(**(parts | changes))


def test_default_and_environment_variable(monkeypatch):
    assert load().name == "digits"
    monkeypatch.setenv("VAETEACH_DATA", "glyphs")
    assert load(n=10).name == "glyphs"
    assert load("digits").name == "digits"
    monkeypatch.setenv("VAETEACH_DATA", "")
    assert load().name == "digits"
    monkeypatch.setenv("VAETEACH_DATA", "cats")
    with pytest.raises(
        ValueError, match="no data set 'cats'.*'digits', 'glyphs', 'mnist', 'fashion_mnist'"
    ):
        load()


def test_unknown_option():
    with pytest.raises(
        ValueError, match=r"load\('digits'\) has no option size; it takes no options"
    ):
        load("digits", size=3)
    with pytest.raises(
        ValueError, match="has no option size, colour; it takes n, vary, seed, test"
    ):
        load("glyphs", size=3, n=4, colour=1)


def test_a_type_error_inside_is_not_disguised():
    with pytest.raises(TypeError):
        load("glyphs", n="many")


def test_public_names():
    assert vaeteach.load is load and vaeteach.ImageData is ImageData


def test_threshold():
    data = make(
        train=torch.tensor([[0.0, 0.49999, 0.5, 0.50001, 1.0, 0.25]]),
        train_labels=torch.zeros(1).long(),
    )
    assert data.binarized().train.tolist() == [[0, 0, 1, 1, 1, 0]]
    assert data.train[0, 1] != 0  # the grey ones are still there


def test_sampled_binarisation():
    grey = torch.linspace(0, 1, 6).repeat(40_000, 1)
    data = make(train=grey, train_labels=torch.zeros(len(grey)).long())
    before = torch.get_rng_state()
    binary = data.binarized(seed=3)
    assert torch.equal(torch.get_rng_state(), before)
    assert set(binary.train.unique().tolist()) == {0.0, 1.0}
    error = (grey[0] * (1 - grey[0]) / len(grey)).sqrt()
    # each pixel is on with its grey value
    assert ((binary.train.mean(0) - grey[0]).abs() <= 4 * error).all()
    assert torch.equal(binary.train, data.binarized(seed=3).train)
    assert not torch.equal(binary.train, data.binarized(seed=4).train)
    assert torch.equal(binary.train_labels, data.train_labels) and binary.shape == data.shape


def test_subset():
    data = load("glyphs", n=20)
    part = data.subset(5, 2)
    assert torch.equal(part.train, data.train[:5]) and torch.equal(
        part.test_labels, data.test_labels[:2]
    )
    assert len(part.factors["train"]) == 5 and len(part.factors["test"]) == 2
    assert len(data.subset(5).test) == 4
    for bad in ({"train": 0}, {"train": 17}, {"train": 3, "test": 5}):
        with pytest.raises(ValueError, match="such images"):
            data.subset(**bad)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"train": torch.rand(3, 5)}, r"train has shape \(3, 5\); expected \(N, 6\)"),
        ({"train": torch.rand(3, 2, 3)}, r"train has shape \(3, 2, 3\)"),
        ({"train": torch.rand(3, 6).double()}, "train has dtype torch.float64; expected a float32"),
        ({"test": [[0.0] * 6] * 2}, "test has dtype list"),
        ({"test": torch.zeros(0, 6), "test_labels": torch.zeros(0).long()}, "test holds no images"),
        (
            {"train_labels": torch.zeros(2).long()},
            r"train_labels has shape \(2,\).*expected \(3,\)",
        ),
        ({"train_labels": torch.zeros(3)}, "train_labels.*torch.float32"),
        ({"test": torch.tensor([[0.0] * 6, [0.0] * 5 + [torch.nan]])}, r"test has NaN.*image 1"),
        ({"test": torch.full((2, 6), torch.inf)}, "NaN or infinite"),
        ({"train": torch.full((3, 6), 255.0)}, "pixels from 255 to 255.*divide bytes by 255"),
        ({"train": torch.full((3, 6), -0.1)}, "pixels from -0.1"),
        ({"shape": (6,)}, "shape is .6,."),
        ({"shape": (0, 6)}, "shape is"),
    ],
)
def test_bad_images(changes, message):
    with pytest.raises(ValueError, match=message):
        make(**changes)


def test_repr_is_short():
    assert repr(load("digits")) == "ImageData(digits: 1437 train + 360 test, 8x8)"


def test_the_table_names_modules():
    for name, (module, line, network) in DATASETS.items():
        assert isinstance(network, bool) and line and module in ("digits", "glyphs", "mnist"), name
