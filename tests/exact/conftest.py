"""Models and data that the tests of this folder share."""

import pytest
from exact_models import trained_on

from vaeteach import bound_gap, expected_elbo, load, log_marginal


@pytest.fixture(scope="session")
def data():
    return load("digits").binarized()


@pytest.fixture(scope="session")
def model(data):
    return trained_on(data, hidden=(64,))


@pytest.fixture(scope="session")
def gaps(model, data):
    return (
        log_marginal(model, data.test),
        bound_gap(model, data.test),
        expected_elbo(model, data.test),
    )
