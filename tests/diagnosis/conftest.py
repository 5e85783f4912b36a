"""Models and data that the tests of this folder share."""

import pytest

import vaeteach as vt
from vaeteach.diagnosis.faults import FAULTS


@pytest.fixture(scope="session")
def data():
    return vt.load("digits").binarized()


@pytest.fixture(scope="session")
def healthy(data):
    return FAULTS["healthy"].build(data, seed=300)
