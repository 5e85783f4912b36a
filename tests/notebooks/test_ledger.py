"""The ledger of notebook 12 is computed; that no verdict has flipped is seen where it runs."""

import ast

from ledger import EXPECTED
from lesson_rules import FOLDER, code_of, read

NOTEBOOK = FOLDER / "12_what_does_the_prior_do.ipynb"


def entries():
    """The calls that enter a line, in order."""
    for cell in code_of(read(NOTEBOOK)):
        for node in ast.walk(ast.parse(cell.source)):
            name = getattr(getattr(node, "func", None), "attr", "")
            if isinstance(node, ast.Call) and name in ("identity", "measurement"):
                yield node


def test_no_verdict_is_written_by_hand():
    """Each condition is an expression of computed values: no True or False stands in an entry."""
    found = list(entries())
    assert [node.args[0].value for node in found] == list(EXPECTED)
    for node in found:
        constants = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)]
        assert not any(isinstance(value, bool) for value in constants), node.args[0].value
