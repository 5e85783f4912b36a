"""The glyphs are what their factors say: measured on the pixels, not believed."""

import time

import numpy as np
import pytest
import torch

from vaeteach.data import load
from vaeteach.data.glyphs import FACTORS, FONTS, SIDE, draw_factors, render

COLUMNS = ["class", "font", "slant", "thickness", "rotation", "shift_x", "shift_y"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("VAETEACH_CACHE", str(tmp_path / "kept"))


def moments(images):
    """Mass, centre (x, y) and the 2x2 covariance of the ink of each image; y points up."""
    ink = images.reshape(-1, SIDE, SIDE).astype(float)
    mass = ink.sum((1, 2))
    x, y = np.arange(SIDE) + 0.5, SIDE - (np.arange(SIDE) + 0.5)
    cx, cy = (ink.sum(1) * x).sum(1) / mass, (ink.sum(2) * y).sum(1) / mass
    dx, dy = x[None] - cx[:, None], y[None] - cy[:, None]
    xx = (ink.sum(1) * dx**2).sum(1) / mass
    yy = (ink.sum(2) * dy**2).sum(1) / mass
    xy = np.einsum("nij,nj,ni->n", ink, dx, dy) / mass
    return mass, np.stack([cx, cy], 1), np.stack([np.stack([xx, xy], 1), np.stack([xy, yy], 1)], 1)


def one_factor(column, values):
    columns = {name: np.full(len(values), 1 if name == "class" else 0) for name in COLUMNS}
    columns["thickness"] = np.full(len(values), 1.0)
    columns[column] = np.asarray(values)
    return render(columns)


def test_shapes_and_columns():
    data = load("glyphs", n=50)
    assert data.train.shape == (40, 784) and data.test.shape == (10, 784) and data.shape == (28, 28)
    assert list(data.factors["train"].columns) == COLUMNS and len(data.factors["test"]) == 10
    assert torch.equal(data.train_labels, torch.tensor(data.factors["train"]["class"].to_numpy()))
    assert set(data.factors["train"]["font"]) <= set(FONTS)
    assert data.train.min() == 0 and data.train.max() == 1


def test_the_same_seed_gives_the_same_images():
    first, again, other = load("glyphs", n=30), load("glyphs", n=30), load("glyphs", n=30, seed=1)
    assert torch.equal(first.train, again.train) and not torch.equal(first.train, other.train)
    assert first.factors["test"].equals(again.factors["test"])


def test_only_what_varies_varies():
    everything = load("glyphs", n=40).factors["train"]
    for factor, (columns, *_) in FACTORS.items():
        frame = load("glyphs", n=40, vary=[factor]).factors["train"]
        for column in COLUMNS:
            if column in columns:
                # the same draws, whatever else varies
                assert frame[column].equals(everything[column])
            else:
                assert frame[column].nunique() == 1
    still = load("glyphs", n=4, vary=())
    assert torch.equal(still.train[0], still.train[1])


def test_ranges():
    drawn = draw_factors(20_000, tuple(FACTORS), seed=0)
    for columns, low, high, fixed in FACTORS.values():
        for column in columns:
            values = drawn[column]
            assert values.min() >= low and values.max() <= high and low <= fixed <= high
            assert abs(values.mean() - (low + high) / 2) < 0.02 * (high - low)
    correlation = np.corrcoef([drawn[column].astype(float) for column in COLUMNS])
    assert np.abs(correlation - np.eye(7)).max() < 0.03  # independent


def test_shift_moves_the_centre():
    wanted = np.linspace(-3, 3, 7)
    for axis, column in enumerate(["shift_x", "shift_y"]):
        _, centre, _ = moments(one_factor(column, wanted))
        assert np.allclose(np.diff(centre[:, axis]), 1.0, atol=0.03)  # a pixel is a pixel
        assert np.ptp(centre[:, 1 - axis]) < 0.03


def test_rotation_turns_anticlockwise():
    degrees = np.linspace(-25, 25, 7)
    _, _, spread = moments(one_factor("rotation", degrees))
    axis = 0.5 * np.degrees(np.arctan2(2 * spread[:, 0, 1], spread[:, 0, 0] - spread[:, 1, 1]))
    turned = np.unwrap(axis, period=180) - np.unwrap(axis, period=180)[3]
    assert np.allclose(turned, degrees, atol=1.5)


def test_slant_shears():
    slant = np.linspace(-0.4, 0.4, 9)
    _, _, spread = moments(one_factor("slant", slant))
    shear = spread[:, 0, 1] / spread[:, 1, 1]  # regression of x on y
    assert np.allclose(np.diff(shear), 0.1, atol=0.01)


def test_thickness_adds_ink():
    mass, _, _ = moments(one_factor("thickness", np.linspace(0, 2.4, 7)))
    assert (np.diff(mass) > 0).all() and mass[-1] > 1.5 * mass[0]


def test_every_class_and_font_looks_different():
    grid = np.array([(digit, font) for digit in range(10) for font in range(len(FONTS))])
    columns = {name: np.zeros(len(grid)) for name in COLUMNS} | {
        "class": grid[:, 0],
        "font": grid[:, 1],
    }
    images = render(columns).astype(float)
    distance = np.abs(images[:, None] - images[None]).sum(-1) / 255
    assert (distance + 1e9 * np.eye(len(grid))).min() > 5  # at least five pixels of ink
    assert (
        distance[:: len(FONTS), :: len(FONTS)][np.triu_indices(10, 1)].min() > 20
    )  # and more between digits of a font


def test_digits_stay_in_the_picture():
    """No factor alone touches the rim, and of all images together hardly any does."""

    def rim(images):
        images = images.reshape(-1, SIDE, SIDE)
        return np.concatenate(
            [images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], 1
        ).max(1)

    for columns, low, high, _ in list(FACTORS.values())[2:]:
        for column in columns:
            assert rim(one_factor(column, [low, high])).max() == 0
    assert (rim(render(draw_factors(5000, tuple(FACTORS), seed=1))) > 0).mean() < 0.02


@pytest.mark.parametrize(
    "options, message",
    [
        ({"vary": ["colour"]}, "no factor 'colour'; vary can hold 'class'"),
        ({"n": 1}, "n = 1"),
        ({"n": -5}, "n = -5"),
        ({"test": 0.0}, "share of test"),
        ({"test": 1.0}, "share of test"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        load("glyphs", **options)


def test_one_factor_by_name():
    assert load("glyphs", n=10, vary="class").factors["train"]["slant"].nunique() == 1


@pytest.mark.slow
def test_ten_thousand_in_under_ten_seconds(capsys):
    start = time.process_time()
    data = load("glyphs")
    made = time.process_time() - start
    assert len(data.train) + len(data.test) == 10_000 and made < 10
    start = time.process_time()
    load("glyphs")
    assert time.process_time() - start < made
    assert capsys.readouterr().out.count("Building glyphs") == 1
