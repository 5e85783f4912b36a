"""One check for each exercise of the notebooks: `checks.<name>(your_function)`; `exercise.py` says how they judge."""

from .exercise import Exercise, Mistake, WrongAnswer
from .nb00 import average_code, count_parameters

__all__ = ["Exercise", "Mistake", "WrongAnswer", "average_code", "count_parameters"]
