"""Models and data that the tests of this folder share."""

import pytest
from families import CASES, posterior_case, prior_case


@pytest.fixture(params=CASES, ids=lambda pair: f"{pair[0]}: {pair[1]}")
def case(request):
    kind, name = request.param
    return prior_case(name) if kind == "prior" else posterior_case(name)
