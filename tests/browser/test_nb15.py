"""Notebook 15 in a real browser: words by mouse and keyboard, and another prior."""

import functools
import re

NOTEBOOK = "15_what_if_a_code_is_a_word.ipynb"


def code_and_bits(image):
    label = image.get_attribute("aria-label")
    code = re.search(r"Code \[(\d+), (\d+), (\d+)\]", label)
    return tuple(map(int, code.groups())), float(re.search(r"costs ([\d.]+) bits", label)[1])


def test_compose_code(lab):
    cells = lab.excerpt(NOTEBOOK, "imports", "train", "second-stage", "still", "view")
    with lab.open_and_run(cells) as sheet:
        (view,) = sheet.views()
        image = view.locator(".vaeteach-picture").first
        sliders = view.locator(".widget-slider:has(.noUi-handle)")
        answers = functools.partial(sheet.answers, image)

        sheet.settle(view)
        (first, *others), bits = code_and_bits(image)
        assert bits == 12.0
        answers(lambda: sheet.drag(sliders.nth(0), 0.5), 0.0005)
        (dragged, *rest), bits = code_and_bits(image)
        assert dragged != first and rest == others and bits == 12.0
        sheet.screenshot("compose-code-uniform", view)
        key = "ArrowLeft" if dragged > 7 else "ArrowRight"
        answers(lambda: sliders.nth(0).locator(".noUi-handle").first.press(key), 0.0005)
        assert abs(code_and_bits(image)[0][0] - dragged) == 1
        answers(lambda: view.locator("select").first.select_option("one after another"), 0.0005)
        assert code_and_bits(image)[1] != 12.0
        sheet.screenshot("compose-code-sequence", view)
        sheet.no_page_errors()
