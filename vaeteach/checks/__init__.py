"""One check for each exercise of the notebooks: `checks.<name>(your_function)`; `exercise.py` says how they judge."""

from .exercise import Exercise, Mistake, WrongAnswer
from .nb00 import average_code, count_parameters
from .nb11 import free_energy, importance_weights, price_of_one_half, prior_gradient

__all__ = [
    "Exercise",
    "Mistake",
    "WrongAnswer",
    "average_code",
    "count_parameters",
    "free_energy",
    "importance_weights",
    "price_of_one_half",
    "prior_gradient",
]
