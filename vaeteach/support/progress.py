"""A progress line that ends as one final line.

In Lab, in a terminal, and in a notebook that is run without a screen. tqdm does the counting. Only
its drawing is ours where a kernel is running: one output that is updated in place, so that what
stays in the saved notebook is the last state (tqdm's own widget leaves its first one, "0%").
"""

import sys

from tqdm.std import tqdm


def _kernel():
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")


class _KernelBar(tqdm):
    """tqdm whose line goes to one display that is updated, not to standard error."""

    def __init__(self, *args, **kwargs):
        from IPython.display import display

        self._handle = display({"text/plain": ""}, raw=True, display_id=True)
        super().__init__(*args, **kwargs)

    def display(self, msg=None, pos=None):
        self._handle.update({"text/plain": str(self) if msg is None else msg}, raw=True)

    def close(self):
        if not self.disable:
            self.display()
        self.disable = True


def progress_bar(total, description, enabled=True):
    """A tqdm bar over `total` steps that shows time left, as wide everywhere."""
    if not enabled:
        return tqdm(total=total, disable=True)
    options = dict(
        total=total,
        desc=description,
        ncols=110,
        mininterval=0.1,
        dynamic_ncols=False,
        bar_format="{desc} |{bar:20}| {percentage:3.0f}% [{elapsed} gone, {remaining} left]",
    )
    if _kernel():
        return _KernelBar(**options, gui=False, ascii=False, file=_Nowhere())
    return tqdm(**options, file=sys.stdout)


class _Nowhere:
    """Stands in for a stream: the bar writes through its display instead."""

    def write(self, text):
        pass

    def flush(self):
        pass
