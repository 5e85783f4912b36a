"""Models and data that the tests of this folder share."""

import pytest

import vaeteach as vt


@pytest.fixture(scope="session")
def data():
    return vt.load("digits").binarized()


@pytest.fixture(scope="session", params=[2, 8])
def trained(request, data):
    model = vt.build_vae(data, request.param, hidden=(32,))
    return model, vt.fit(model, data, epochs=6, batch_size=64, lr=8e-3, progress=False)
