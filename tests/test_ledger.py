"""The ledger of notebook 12: nineteen claims whose verdicts the notebook computes. One that flips fails here."""

import json

import nbformat
import pytest
from lesson_rules import FOLDER, read

NOTEBOOK = FOLDER / "12_what_does_the_prior_do.ipynb"
EXPECTED = {
    "p(x, z) comes from the prior alone": "false",
    "The prior is a distribution over parameters": "false",
    "p(x|z) would need approximating, too": "false",
    "A Gaussian posterior forces a Gaussian prior": "false",
    "Theta shared by decoder and prior contradicts a fixed prior": "false",
    "log p(x) is its own mean under any q(z)": "holds",
    "The ELBO is a bound that can close on p(x)": "holds if log p(x) is meant",
    "1/2 (1 + log s^2 - m^2 - s^2) is the KL": "false",
    "q(z|x) is pushed towards the shape of the prior": "holds if the average over x is meant",
    "The aggregate posterior matches the prior when training succeeds": "holds if roughly is enough",
    "Three conditions make the average equal to the prior, and failing any of them breaks it": "holds",
    "The variance of the average has two parts": "holds",
    "Adjacent weights can always make the moments match": "holds",
    "Explicit prior parameters are redundant in a Gaussian VAE": "holds",
    "Standardising speeds up early training (step size 0.008)": "holds if early is the first 20 steps",
    "An RBM's prior must adapt": "holds",
    "Wake-sleep updates the prior to the average posterior": "holds",
    "Where the two differ, the average gives better pictures": "holds",
    "The posterior can serve as the new prior": "holds if the average over the data is meant, and the codes overlap, "
    "as here",
}


def cell(notebook, name):
    return next(cell for cell in notebook.cells if cell.id == name)


@pytest.mark.notebook
def test_the_verdicts_are_computed_and_none_has_flipped(tmp_path, monkeypatch):
    from nbclient import NotebookClient

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = read(NOTEBOOK)
    last = nbformat.v4.new_code_cell("import json\nprint(json.dumps(ledger))")
    notebook.cells.append(last)
    NotebookClient(notebook, timeout=180, resources={"metadata": {"path": str(FOLDER)}}).execute()
    found = json.loads(notebook.cells[-1].outputs[0].text)
    assert {claim: verdict for claim, verdict, _ in found} == EXPECTED
    assert all(any(letter.isdigit() for letter in number) for _, _, number in found)
    shown = cell(notebook, "ledger-show").outputs[0]["data"]["text/markdown"]
    for claim, verdict, _ in found:
        assert f"{claim} | {verdict}".replace("x|z", r"x\|z").replace("z|x", r"z\|x") in shown


def test_no_verdict_is_written_by_hand():
    """Each condition is an expression of computed values: no True or False stands in a call of `enter`."""
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
