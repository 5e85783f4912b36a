"""What every part may use: a cache for long computations, progress, one lock, the glossary."""

from .cache import cached, folder
from .ledger import Ledger, over_seeds
from .locks import exclusive
from .numbers import whole_number
from .progress import progress_bar
