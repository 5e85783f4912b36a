"""Notebook 10 in a real browser: choosing sampler and model, redrawing and switching the pixels
change the picture.
"""

import functools
import re

NOTEBOOK = "10_where_to_sample.ipynb"


def distance(image):
    return float(re.search(r"to the test images (\d+\.\d+)", image.get_attribute("aria-label"))[1])


def test_sampler_bench(lab):
    cells = lab.excerpt(NOTEBOOK, "imports", "train", "train-or-read", "features", "bench-view")
    with lab.open_and_run(cells) as sheet:
        (view,) = sheet.views()
        image = view.locator(".vaeteach-picture").first
        model, sampler = view.locator("select").nth(0), view.locator("select").nth(1)
        slider = view.locator(".widget-slider:has(.noUi-handle)").first
        answers = functools.partial(sheet.answers, image)

        sheet.settle(view)
        assert "samples of: prior; model: D = 2." in image.get_attribute("aria-label")
        sheet.screenshot("sampler-bench", view)
        near = distance(image)
        answers(lambda: sampler.select_option(label="one q(z|x)"))
        assert distance(image) > 4 * near
        sheet.screenshot("sampler-bench-one", view)
        answers(lambda: model.select_option(label="D = 10, β = 0.1"))
        answers(lambda: sampler.select_option(label="aggregate"))
        redrawn = distance(image)
        answers(lambda: sheet.drag(slider, 0.5))
        assert distance(image) != redrawn
        # most pixels are sure of themselves
        answers(lambda: view.get_by_role("button", name="draw").click(), least=0)
        sheet.screenshot("sampler-bench-draws", view)
        sheet.no_page_errors()
