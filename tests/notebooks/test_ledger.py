"""The ledger of notebook 12 is computed; that no verdict has flipped is seen where the notebook
runs.
"""

import pytest
from ledger import EXPECTED
from lesson_rules import FOLDER, read

NOTEBOOK = FOLDER / "12_what_does_the_prior_do.ipynb"


def cell(notebook, name):
    return next(cell for cell in notebook.cells if cell.id == name)


def test_no_verdict_is_written_by_hand():
    """Each condition is an expression of computed values: no True or False stands in a call of
    `enter`.
    """
    import ast

    calls = [
        node
        for c in read(NOTEBOOK).cells
        if c.cell_type == "code"
        for node in ast.walk(ast.parse(c.source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "enter"
    ]
    assert len(calls) == len(EXPECTED)
    for call in calls:
        constants = [n.value for n in ast.walk(call.args[1]) if isinstance(n, ast.Constant)]
        assert not any(isinstance(value, bool) for value in constants), ast.unparse(call.args[0])


@pytest.mark.parametrize(
    ("conditions", "verdict"),
    [
        (True, "holds"),
        (False, "false"),
        ({"a": True, "b": True}, "holds"),
        ({"a": False, "b": False}, "false"),
        ({"a": False, "b": True}, "holds if b"),
        ({"a": True, "b": False, "c": True}, "holds if a, or c"),
    ],
)
def test_a_condition_that_changes_sides_changes_the_verdict(conditions, verdict):
    names = {"Markdown": str, "display": lambda text: None}
    exec(cell(read(NOTEBOOK), "ledger").source, names)
    names["enter"]("claim", conditions, "1")
    assert names["ledger"] == [("claim", verdict, "1")]
