"""The ledgers are computed; that no verdict has flipped is seen where the lessons run."""

import ast

import pytest
from ledger import EXPECTED
from lesson_rules import NOTEBOOKS, code_of, read


def entries(notebook):
    """The calls that enter a line, in order."""
    for cell in code_of(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            name = getattr(getattr(node, "func", None), "attr", "")
            if isinstance(node, ast.Call) and name in ("identity", "measurement"):
                yield node


@pytest.mark.parametrize("number", EXPECTED)
def test_no_verdict_is_written_by_hand(number):
    """Each condition is an expression of computed values: no True or False stands in an entry."""
    (path,) = [path for path in NOTEBOOKS if path.name.startswith(number)]
    found = list(entries(read(path)))
    assert [node.args[0].value for node in found] == list(EXPECTED[number])
    for node in found:
        constants = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)]
        assert not any(isinstance(value, bool) for value in constants), node.args[0].value
