"""Exercise 2.4: find the fault in a derivation of the bound."""

import torch

from ..exercise import Exercise

fault_in_elbo = Exercise(
    name="fault_in_elbo",
    solution=lambda: 3,
    inputs=lambda: [()],
    praise=(
        "a logarithm may not simply go inside a mean; by Jensen that line must read ≥, and the gap"
        " is lost there."
    ),
    otherwise="Lines count from 1 to 5, and 0 stands for no fault: return one of these numbers.",
    mistakes="""
        line 1: 1
            Line 1 is the definition of p(x) as a sum over all causes; it is right.
        line 2: 2
            Line 2 multiplies and divides by q(z|x), which changes nothing wherever q is positive.
        line 4: 4
            Line 4 splits a logarithm of a product into a sum of logarithms, which is right. The
            fault is before it.
        line 5: 5
            Line 5 gathers the last two terms as minus a KL divergence, correctly. The fault is
            before it.
        no fault: 0
            There is a fault: the last line is smaller than the first by the whole gap, yet every
            line says '='.
    """,
    also_right=(lambda: 3.0, lambda: torch.tensor(3)),
)
