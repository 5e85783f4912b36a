"""The concept inventory: sixteen questions, each wrong answer a documented confusion; its file."""

import csv
import re

import nbformat
import pytest

from vaeteach.checks.inventory import FIELDS, INVENTORY
from vaeteach.widgets.inventory import Inventory

EACH = pytest.mark.parametrize("question", INVENTORY, ids=lambda question: question.key)


def right(question):
    return [option.right for option in question.options].index(True)


def test_there_are_sixteen():
    assert len({question.key for question in INVENTORY}) == 16 == len(INVENTORY)
    assert len({right(question) for question in INVENTORY}) > 1  # not always the same place


@EACH
def test_one_answer_is_right_and_every_other_is_documented(question, root):
    texts = [option.text for option in question.options]
    assert len(set(texts)) == 4 and sum(option.right for option in question.options) == 1
    faq = (root / "notebooks" / "faq.md").read_text("utf-8")
    for option in question.options:
        if not option.right:
            kind, number = re.search(r"\((FAQ|notebook) (\d+)\)\.$", option.says).groups()
            if kind == "FAQ":
                assert f"\n### {number}. " in faq
            else:
                assert len(list((root / "notebooks").glob(f"{number}_*.ipynb"))) == 1


@EACH
def test_the_section_with_the_answer_exists(question, root):
    number, section = re.fullmatch(r"notebook (\d\d), section (\d)", question.section).groups()
    (path,) = (root / "notebooks").glob(f"{number}_*.ipynb")
    prose = "\n".join(cell.source for cell in nbformat.read(path, 4).cells)
    assert re.search(rf"(?m)^## {section}\. ", prose)


def test_answers_are_noted_without_a_verdict(tmp_path):
    view = Inventory("07", "before", tmp_path)
    said = set()
    for question in INVENTORY:
        number = (right(question) + len(said)) % 4  # the first one right, the second one wrong
        view.answer(number)
        said.add(view.feedback.value)
        view.next.click()
    assert len(said) == 1 and "Right" not in said.pop() + view.total.value
    assert "16 of 16 answered" in view.total.value
    rows = list(csv.DictReader((tmp_path / "inventory-07-before.csv").open(encoding="utf-8")))
    assert tuple(rows[0]) == FIELDS and len(rows) == 16
    assert {row["question"]: bool(int(row["right"])) for row in rows} == {
        question.key: question.options[int(row["option"])].right
        for question, row in zip(INVENTORY, rows)
    }
    again = Inventory("07", "before", tmp_path)
    assert again.results == view.results and again.score == view.score


def test_nothing_is_noted_where_nothing_was_chosen(tmp_path):
    view = Inventory("07", "after", tmp_path)
    view.check.click()
    assert not list(tmp_path.iterdir()) and "Choose one" in view.feedback.value


@pytest.mark.parametrize("words", [("", "before"), ("a/b", "before"), ("07", "then")])
def test_words_that_make_no_file(words, tmp_path):
    with pytest.raises(ValueError, match="student|before"):
        Inventory(*words, tmp_path)
