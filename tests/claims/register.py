"""Sentences of the lessons about a figure or a table: functions of the seed, true or false.

A claim belongs to the file of its lesson, `lesson_06.py`, and names the cell whose sentence it is.
It trains what the lesson trains, under another seed. `report.py` counts over seeds; a claim that
holds in fewer than nine of ten is rewritten or goes.
"""

import functools
import importlib
import pathlib
from collections.abc import Callable
from dataclasses import dataclass

import torch

import vaeteach as vt

FOLDER = pathlib.Path(__file__).parent


@dataclass(frozen=True)
class Claim:
    """`sentence` of `cell` in `lesson`; holds(seed) -> bool."""

    lesson: str
    cell: str
    sentence: str
    holds: Callable[[int], bool]

    @property
    def name(self):
        return self.holds.__name__


CLAIMS: list[Claim] = []


def claim(lesson, cell, sentence):
    """Register the decorated function, seed -> bool, as the claim `sentence` of that cell."""

    def register(holds):
        CLAIMS.append(Claim(lesson, cell, sentence, holds))
        return holds

    return register


def all_claims():
    """Every claim, the files of the lessons imported once."""
    if not CLAIMS:
        for path in sorted(FOLDER.glob("lesson_*.py")):
            importlib.import_module(path.stem)
    return CLAIMS


@functools.cache
def digits():
    """The digits that the lessons train on, binarised by the same rule."""
    return vt.load("digits").binarized()


@functools.cache
def trained(seed, epochs=60, latent_dim=2, **options):
    """(model, history) as a lesson's first cell trains it, under another seed; kept for the run."""
    model = vt.build_vae(digits(), latent_dim=latent_dim, seed=seed)
    history = vt.fit(model, digits(), epochs=epochs, seed=seed, progress=False, **options)
    return model.requires_grad_(False), history


def generator(seed):
    return torch.Generator().manual_seed(seed)
