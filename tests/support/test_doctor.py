"""What the doctor says of the environment that these tests run in."""

import pathlib
import re
import types

from vaeteach import load
from vaeteach.support import doctor

CONSTRAINTS = pathlib.Path(__file__).resolve().parent.parent.parent / "constraints.txt"


def test_all_is_well_here(capsys):
    assert doctor.examine(CONSTRAINTS, load) == 0
    said = capsys.readouterr().out
    for what in (
        "torch 2",
        ".* the widgets of anywidget",
        "data digits: 1437 training",
        r"cache \S",
    ):
        assert re.search(rf"(?m)^  {what}", said), what
    assert said.endswith("All is well.\n")


def test_each_fault_has_its_line(tmp_path, monkeypatch, capsys):
    (tmp_path / "constraints.txt").write_text("numpy==0.1  # old\nnot-here==1\n", "utf-8")
    monkeypatch.setattr(doctor, "sys", types.SimpleNamespace(prefix=str(tmp_path)))
    monkeypatch.setattr(doctor.os, "access", lambda *_: False)
    assert doctor.examine(tmp_path / "constraints.txt", lambda name: 1 / 0) == 1
    said = capsys.readouterr().out
    for what in (
        r"numpy is [\d.]+, tried was ==0\.1: run",
        "JupyterLab cannot display the widgets of anywidget",
        "cache .*: it cannot be written",
        r"the package does not work \(ZeroDivisionError",
    ):
        assert re.search(rf"(?m)^! {what}", said), what
    assert said.endswith("5 problem(s) found.\n")
