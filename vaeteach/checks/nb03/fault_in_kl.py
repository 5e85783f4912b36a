"""Exercise 3.4: find the fault in a derivation of the KL."""

from ..exercise import Exercise

fault_in_kl = Exercise(
    name="fault_in_kl",
    solution=lambda: 3,
    inputs=lambda: [()],
    praise="the second moment about zero is μ² + σ², not σ²: the mean was lost there.",
    otherwise="Lines count from 1 to 5, and 0 stands for no fault: return one of these numbers.",
    mistakes="""
        line 1: 1
            Line 1 is the definition of the divergence, the mean under q of log q - log p; it is
            right.
        line 2: 2
            Line 2 writes out the two log densities of the normal; the constants log(2π)/2 cancel.
            It is right.
        line 4: 4
            Line 4 only gathers the terms of the line before, which is right. The fault came
            earlier.
        line 5: 5
            Line 5 sums over independent dimensions, which is right; the fault came earlier.
        no fault: 0
            There is a fault: put μ = 1 and σ = 1 into the last line. Two different normals with
            divergence zero?
    """,
    also_right=(lambda: 3.0,),
)
