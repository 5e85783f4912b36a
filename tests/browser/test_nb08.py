"""Notebook 08 in a real browser: the bench moves codes, prior and weights; bound and pictures stand
still.
"""

import functools
import re

NOTEBOOK = "08_why_fix_the_prior.ipynb"


def described(image):
    """(mean, standard deviation, turn, ELBO, KL) as the picture's description gives them."""
    return [
        float(number)
        for number in re.findall(
            r"-?\d+\.?\d*", image.get_attribute("aria-label").replace("z1", "")
        )
    ]


def test_absorption_bench(lab):
    cells = lab.excerpt(NOTEBOOK, "imports", "train", "bench-view")
    with lab.open_and_run(cells) as sheet:
        (view,) = sheet.views()
        image = view.locator(".vaeteach-picture").first
        sliders = view.locator(".widget-slider:has(.noUi-handle)")
        tick = view.locator("input[type=checkbox]").first
        answers = functools.partial(sheet.answers, image)

        sheet.settle(view)
        mean, stddev, turn, value, divergence = described(image)
        assert (mean, stddev, turn) == (0, 1, 0)
        answers(lambda: sheet.drag(sliders.nth(0), 0.25))
        answers(lambda: sheet.drag(sliders.nth(1), 0.3))
        answers(lambda: sheet.drag(sliders.nth(2), 0.15))
        moved = described(image)
        assert moved[0] > 0.5 and moved[1] > 1.2 and moved[2] > 20
        assert moved[3:] == [value, divergence]  # to the last digit shown
        sheet.screenshot("absorption-bench-moved", view)

        answers(tick.click)
        alone = described(image)
        assert alone[3] < value - 0.1 and alone[4] > divergence + 0.1
        sheet.screenshot("absorption-bench-prior-alone", view)
        answers(tick.click)
        answers(lambda: sliders.nth(0).locator(".noUi-handle").first.press("ArrowRight"))
        assert described(image)[0] > moved[0] and described(image)[3:] == [value, divergence]
        sheet.no_page_errors()
