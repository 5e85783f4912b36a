"""Copies of the lessons: an update reaches what a reader left alone, and nothing they touched."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from vaeteach.support import copies

NOTE = "lesson.ipynb"


def notebook(**cells):
    """A notebook of code cells, {id: text}."""
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(text, id=name) for name, text in cells.items()]
    return made


def texts(content):
    """{id: text} in the order of the cells."""
    return {cell["id"]: "".join(cell["source"]) for cell in content["cells"]}


class Course:
    """A course's folder with one lesson, and a reader's folder."""

    def __init__(self, folder):
        self.lessons, self.own = folder / "notebooks", folder / "my"
        self.lessons.mkdir()

    def gives(self, **cells):
        nbformat.write(notebook(**cells), self.lessons / NOTE)
        return copies.refresh(self.own, [self.lessons])

    @property
    def mine(self):
        return json.loads((self.own / NOTE).read_text("utf-8"))

    def edit(self, change):
        """What a reader does in JupyterLab: run all, change something, save."""
        content = self.mine
        for number, cell in enumerate(content["cells"]):
            cell["execution_count"] = number
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["out\n"]}]
        change(content)
        (self.own / NOTE).write_text(json.dumps(content, indent=1), "utf-8")


@pytest.fixture
def course(tmp_path):
    made = Course(tmp_path)
    assert str(made.gives(a="say", b="solve", c="end")) == ""  # the first time nothing is news
    return made


def put(name, text):
    """A change: one cell gets this text."""

    def change(content):
        (cell,) = [c for c in content["cells"] if c["id"] == name]
        cell["source"] = text

    return change


def nothing(content):
    pass


def test_a_lesson_left_alone_is_the_course_s(course):
    report = course.gives(a="say it", b="solve", c="end")
    assert (course.own / NOTE).read_bytes() == (course.lessons / NOTE).read_bytes()
    assert str(report) == f"Brought up to date: {NOTE}."
    assert not str(course.gives(a="say it", b="solve", c="end"))


def test_a_lesson_that_was_run_gets_the_mended_sentence(course):
    """Running changes the file; outputs go only where the text changed."""
    course.edit(nothing)
    course.gives(a="say it", b="solve", c="end")
    assert texts(course.mine) == {"a": "say it", "b": "solve", "c": "end"}
    assert [bool(cell["outputs"]) for cell in course.mine["cells"]] == [False, True, True]
    nbformat.validate(nbformat.from_dict(course.mine))


def test_an_answer_is_kept_beside_the_mended_sentence(course):
    course.edit(put("b", "my answer"))
    report = course.gives(a="say it", b="solve", c="end")
    assert texts(course.mine) == {"a": "say it", "b": "my answer", "c": "end"}
    assert report.updated == [NOTE] and not report.kept


def test_a_cell_that_both_changed_is_the_reader_s_and_said_once(course):
    course.edit(put("b", "my answer"))
    report = course.gives(a="say", b="solve this", c="end")
    assert texts(course.mine)["b"] == "my answer"
    assert not report.updated and "Kept as you left it" in str(report)
    assert f"1 cell of {NOTE}" in str(report)
    assert not str(copies.refresh(course.own, [course.lessons]))
    # nor does a later change elsewhere touch it, or mention it
    report = course.gives(a="say it", b="solve this", c="end")
    assert texts(course.mine)["b"] == "my answer" and not report.kept


def test_what_a_reader_added_or_deleted_stays_so(course):
    def change(content):
        own = copy.deepcopy(content["cells"][1]) | {"id": "own", "source": "note"}
        first = copy.deepcopy(own) | {"id": "first", "source": "top"}
        content["cells"] = [first, content["cells"][0], content["cells"][1], own]

    course.edit(change)
    course.gives(a="say it", b="solve", new="more", c="the end")
    assert list(texts(course.mine)) == ["first", "a", "b", "own", "new"]
    assert texts(course.mine)["own"] == "note"


def test_what_the_course_took_out_goes_unless_it_was_touched(course):
    course.edit(put("b", "my answer"))
    report = course.gives(a="say")
    assert texts(course.mine) == {"a": "say", "b": "my answer"} and report.updated == [NOTE]


def test_a_deleted_copy_is_made_anew(course):
    (course.own / NOTE).unlink()
    report = course.gives(a="say it")
    assert texts(course.mine) == {"a": "say it"} and str(report) == f"New: {NOTE}."


@pytest.mark.parametrize("damage", ["{", "[]", '{"cells": [{"id": "a"}, {"id": "a"}]}', "ids"])
def test_a_copy_that_cannot_be_read_is_left_alone(course, damage):
    if damage == "ids":  # an old format, whose cells have no names
        damage = '{"cells": [{"source": "x"}]}'
    (course.own / NOTE).write_text(damage)
    report = course.gives(a="say it")
    assert (course.own / NOTE).read_text() == damage and report.kept == {NOTE: 0}


@pytest.mark.parametrize("state", [None, "{", "[]"])
def test_without_its_memory_all_counts_as_touched(course, state):
    course.edit(put("b", "my answer"))
    memory = course.own / copies.HANDED_OUT
    memory.unlink() if state is None else memory.write_text(state)
    course.gives(a="say it", b="solve", c="end", d="new")
    assert texts(course.mine) == {"a": "say", "b": "my answer", "c": "end", "d": "new"}


def test_pages_count_as_a_whole_and_other_files_are_not_handed_out(course):
    page, own = course.lessons / "faq.md", course.own / "faq.md"
    page.write_text("one")
    (course.lessons / "ruff.toml").write_text("")
    assert copies.refresh(course.own, [course.lessons]).new == ["faq.md"]
    page.write_text("two")
    assert copies.refresh(course.own, [page]).updated == ["faq.md"] and own.read_text() == "two"
    own.write_text("mine")
    page.write_text("three")
    report = copies.refresh(course.own, [course.lessons])
    assert own.read_text() == "mine" and report.kept == {"faq.md": 0}
    assert sorted(os.listdir(course.own)) == [copies.HANDED_OUT, "faq.md", NOTE]
    own.write_text("three")
    (course.own / copies.HANDED_OUT).unlink()
    assert not str(copies.refresh(course.own, [course.lessons]))


def test_a_full_disk_leaves_the_reader_s_text(course, monkeypatch):
    course.edit(put("b", "my answer"))
    before = course.mine

    def full(self, content):
        with open(self, "wb") as file:
            file.write(content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    nbformat.write(notebook(a="say it", b="solve", c="end"), course.lessons / NOTE)
    with pytest.raises(OSError, match="No space"):
        copies.refresh(course.own, [course.lessons])
    assert course.mine == before and not list(course.own.glob(".*.part"))


def test_every_lesson_goes_through_a_merge(root, tmp_path):
    """The real files: each cell has a name, and what a reader ran stays a notebook."""
    own = tmp_path / "my"
    copies.refresh(own, [root / "notebooks"])
    memory = json.loads((own / copies.HANDED_OUT).read_text())
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        given = nbformat.read(path, 4)
        assert list(memory[path.name]["cells"]) == [cell.id for cell in given.cells]
        mended = copy.deepcopy(given)
        mended.cells[0].source += " Mended."
        merged, updated, kept = copies.merge(given, memory[path.name]["cells"], mended)
        assert merged == mended and (updated, kept) == (1, 0)


def test_as_a_command(course):
    nbformat.write(notebook(a="say it"), course.lessons / NOTE)
    command = [sys.executable, "-I", "-S", copies.__file__, str(course.own), str(course.lessons)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout == f"Brought up to date: {NOTE}.\n"
    (course.lessons.parent / "file").touch()
    command[-2] = str(course.lessons.parent / "file")
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.startswith("Your copies of the lessons could not")
