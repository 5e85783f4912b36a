"""The ledger of notebook 12: its claims, and the verdicts that it must compute. One that flips is a
failure.
"""

import re

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
    "The aggregate posterior matches the prior when training succeeds": (
        "holds if roughly is enough"
    ),
    "Three conditions make the average equal to the prior, and failing any of them breaks it": (
        "holds"
    ),
    "The variance of the average has two parts": "holds",
    "Adjacent weights can always make the moments match": "holds",
    "Explicit prior parameters are redundant in a Gaussian VAE": "holds",
    "Standardising speeds up early training (step size 0.008)": (
        "holds if early is the first 20 steps"
    ),
    "An RBM's prior must adapt": "holds",
    "Wake-sleep updates the prior to the average posterior": "holds",
    "Where the two differ, the average gives better pictures": "holds",
    "The posterior can serve as the new prior": (
        "holds if the average over the data is meant, and the codes overlap, as here"
    ),
}


def lines(notebook):
    """The rows of the ledger as the notebook that has run shows them: (claim, verdict,
    evidence).
    """
    (shown,) = [cell for cell in notebook.cells if cell.id == "ledger-show"]
    rows = shown.outputs[0]["data"]["text/markdown"].splitlines()[2:]
    split = [re.split(r"(?<!\\)\|", row)[2:5] for row in rows]
    return [tuple(text.strip().replace(r"\|", "|") for text in row) for row in split]
