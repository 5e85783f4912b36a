"""What every part may use: a cache for long computations, progress, one lock, the glossary."""

from .cache import cached, folder
from .locks import exclusive
from .numbers import whole_number
from .progress import progress_bar

__all__ = ["cached", "exclusive", "folder", "progress_bar", "whole_number"]
