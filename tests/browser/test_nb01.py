"""The view under a real mouse: hide pixels, and the posterior widens."""

import re

import pytest

NOTEBOOK = "01_distributions.ipynb"


@pytest.fixture(scope="module")
def sheet(lab):
    with lab.open_and_run(lab.excerpt(NOTEBOOK, "imports", "six-train", "bayes-view")) as sheet:
        yield sheet


def spread(view):
    """The two standard deviations that the alt text tells."""
    text = view.locator(".vaeteach-picture").first.get_attribute("aria-label")
    return [
        float(v) for v in re.search(r"standard deviations (\d+\.\d+) and (\d+\.\d+)", text).groups()
    ]


def test_hiding_pixels_widens_the_posterior(sheet):
    (view,) = sheet.views()
    picture, before_spread = view.locator(".vaeteach-picture").first, spread(view)
    before = sheet.settle(picture)
    sheet.drag(view.locator(".widget-slider").nth(1), -0.97)
    assert sheet.changed(picture, before) > 0
    sheet.settle(picture)
    assert min(spread(view)) > 1.2 * max(before_spread)
    sheet.screenshot("bayes-bench-hidden", view)
    sheet.no_page_errors()


def test_another_digit_by_mouse_and_by_keyboard(sheet):
    (view,) = sheet.views()
    picture = view.locator(".vaeteach-picture").first
    before = sheet.settle(picture)
    slider = view.locator(".widget-slider").first
    sheet.drag(slider, 0.4)
    assert sheet.changed(picture, before) > 0
    before = sheet.settle(picture)
    slider.locator(".noUi-handle").focus()
    sheet.page.keyboard.press("ArrowRight")
    assert sheet.changed(picture, before) > 0
    sheet.drag(view.locator(".widget-slider").nth(1), 1.0)  # smoothing is for whole pictures only
    before = sheet.settle(picture)
    view.locator("input[type=checkbox]").click()
    assert sheet.changed(picture, before) > 0
    sheet.screenshot("bayes-bench-raw", view)
    sheet.no_page_errors()
