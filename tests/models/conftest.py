"""Models and data that the tests of this folder share."""

import pytest

from vaeteach import load


@pytest.fixture(scope="session")
def digits():
    return load("digits").binarized()
