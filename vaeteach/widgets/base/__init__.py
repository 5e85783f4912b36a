"""What all views share.

Merged events; blitted pictures, sharp and small; keys, names and signs in the page.
"""

from .controls import checkbox, choice, film, slider
from .figure import FigureView
from .view import View, WithoutKernel, es_module

__all__ = [
    "FigureView",
    "View",
    "WithoutKernel",
    "checkbox",
    "choice",
    "es_module",
    "film",
    "slider",
]
