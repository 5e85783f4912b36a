"""What all views share: merged events; pictures, sharp and small; keys and names."""

from .controls import checkbox, choice, film, slider
from .figure import FigureView
from .scripts import es_module, style_sheet
from .view import View, WithoutKernel
