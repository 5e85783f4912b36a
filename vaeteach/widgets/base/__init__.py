"""What all views share.

Merged events; blitted pictures, sharp and small; keys, names and signs in the page.
"""

from .controls import checkbox, choice, film, slider
from .figure import FigureView
from .scripts import es_module, style_sheet
from .view import View, WithoutKernel
