"""The ledgers of notebooks 12 and 16: their claims, and the verdicts that they must compute. One
that flips is a failure.
"""

import re

PART_ONE = {
    "p(x, z) comes from the prior alone": "false",
    "More data wash the prior out": "false",
    "One pass through the decoder gives log p(x), as it gives log p(x|z)": "false",
    "A Gaussian posterior forces a Gaussian prior": "false",
    "A fixed prior gives away what a learned mean and variance would win": "false",
    "log p(x) is its own mean under any q(z)": "holds",
    "What the ELBO leaves out is small beside what a better prior gains": "false",
    "1/2 (1 + log s^2 - m^2 - s^2) is the KL": "false",
    "q(z|x) is pushed towards the shape of the prior": "holds if pulled is meant",
    "The aggregate posterior matches the prior when training succeeds": (
        "holds if roughly is enough"
    ),
    "Where the model fits and q is exact, and only there, the average is the prior": (
        "holds if sufficient is meant"
    ),
    "The variance of the average has two parts": "holds",
    "Adjacent weights can make the moments match and change no picture": "holds",
    "A learned mean and variance are redundant in a Gaussian VAE": "holds",
    "Standardising speeds up early training": "holds if early is the first 20 steps",
    "An RBM's prior must move": "holds if the joint p(h) is meant",
    "Wake-sleep updates the prior to the average posterior": "holds",
    "The average gives better pictures than the prior": "holds if ten latents, or two latents",
    "The posterior can serve as the new prior": (
        "holds if the average is meant, and the codes overlap"
    ),
}
PART_TWO = {
    "A learned prior makes a fixed one unnecessary": "false",
    "Collapse is the ELBO's fault (in a linear VAE)": "false",
    "A VQ-VAE has no prior": "false",
    "Diffusion replaces the VAE": "holds if as a place to sample from",
    "The label belongs into the decoder only": "false",
    "A perfect score is a perfect model": (
        "holds if of the codes whose score it is, or of new codes, where codes overlap"
    ),
    "A richer prior always gains nats": "holds if with ten, in two stages, or with ten, at once",
}

EXPECTED = {"12": PART_ONE, "16": PART_TWO}  # by the number of the notebook


def lines(notebook):
    """The rows of the ledger as the notebook that has run shows them: (claim, kind, verdict,
    evidence).
    """
    (shown,) = [cell for cell in notebook.cells if cell.id == "ledger-show"]
    rows = shown.outputs[0]["data"]["text/markdown"].splitlines()[2:]
    split = [re.split(r"(?<!\\)\|", row)[2:6] for row in rows]
    return [tuple(text.strip().replace(r"\|", "|") for text in row) for row in split]
