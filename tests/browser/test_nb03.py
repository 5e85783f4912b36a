"""The view of two Gaussians under a real mouse: sliders, direction, and which density they move."""

import re

import pytest

NOTEBOOK = "03_kl.ipynb"


@pytest.fixture(scope="module")
def sheet(lab):
    with lab.open_and_run(lab.excerpt(NOTEBOOK, "imports", "bench-view")) as sheet:
        yield sheet


def divergence(view):
    text = view.locator(".vaeteach-picture").first.get_attribute("aria-label")
    direction, value, estimate, error = re.search(
        r"(KL\(. \|\| .\)) is (\S+) nats; \d+ samples say (\S+) ± (\S+)\.", text
    ).groups()
    return direction, float(value), float(estimate), float(error)


def test_slider_direction_and_choice(sheet):
    (view,) = sheet.views()
    picture = view.locator(".vaeteach-picture").first
    before, (direction, value, *_) = sheet.settle(picture), divergence(view)
    sheet.drag(view.locator(".widget-slider").first, 0.2)
    assert sheet.changed(picture, before) > 0
    before = sheet.settle(picture)
    _, moved, estimate, error = divergence(view)
    assert moved > value and abs(estimate - moved) < 5 * error + 0.002
    sheet.screenshot("kl-bench-dragged", view)

    view.locator("select").nth(1).select_option(index=1)
    assert sheet.changed(picture, before) > 0
    before = sheet.settle(picture)
    reverse, other, *_ = divergence(view)
    assert reverse == "KL(p || q)" != direction and other != moved
    sheet.screenshot("kl-bench-reverse", view)

    view.locator("select").first.select_option(index=1)
    sheet.page.wait_for_timeout(500)
    assert divergence(view)[1] == other  # the sliders now hold p, which has not moved
    sheet.drag(view.locator(".widget-slider").first, -0.2)
    assert sheet.changed(picture, before) > 0
    sheet.settle(picture)
    assert divergence(view)[1] > other
    sheet.screenshot("kl-bench-p", view)
    sheet.no_page_errors()
