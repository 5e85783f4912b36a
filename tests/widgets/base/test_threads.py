"""Which thread of the kernel hears of a view; that it does while a cell trains is tested in the
browser.
"""

import sys
import threading
from types import SimpleNamespace

import pytest

from vaeteach.widgets.base.threads import answer_beside_cells

comm = pytest.importorskip("ipykernel.comm.comm")


@pytest.mark.skipif(
    not hasattr(comm.BaseComm, "_reply_subshell_for"), reason="this kernel makes no choice"
)
def test_the_choice_of_the_page_stands():
    one = SimpleNamespace(  # as the kernel keeps it after a view was shown by a cell
        _reply_subshell_lock=threading.Lock(),
        _reply_subshell_ids={},
        _reply_subshell_id="the cells' thread",
    )
    answer_beside_cells()
    assert comm.BaseComm._reply_subshell_for(one, {}, "the view's own") == "the view's own"


def test_other_kernels_are_left_alone(monkeypatch):
    monkeypatch.setattr(comm, "BaseComm", type("OfAnOlderKernel", (), {}))
    answer_beside_cells()
    assert not hasattr(comm.BaseComm, "_reply_subshell_for")
    monkeypatch.delitem(sys.modules, "ipykernel.comm.comm")
    answer_beside_cells()  # no kernel at all
