"""Which thread of the kernel hears of a view; that it does while a cell trains is tested in the
browser.
"""

import sys

import pytest

from vaeteach.widgets.threads import answer_beside_cells

comm = pytest.importorskip("ipykernel.comm.comm")


def test_the_choice_of_the_page_stands(monkeypatch):
    monkeypatch.setattr(
        comm.BaseComm, "_reply_subshell_for", lambda *_: "the cells' thread", raising=False
    )
    answer_beside_cells()
    assert comm.BaseComm._reply_subshell_for(None, {}, "the view's own") == "the view's own"


def test_other_kernels_are_left_alone(monkeypatch):
    monkeypatch.setattr(comm, "BaseComm", type("OfAnOlderKernel", (), {}))
    answer_beside_cells()
    assert not hasattr(comm.BaseComm, "_reply_subshell_for")
    monkeypatch.delitem(sys.modules, "ipykernel.comm.comm")
    answer_beside_cells()  # no kernel at all
