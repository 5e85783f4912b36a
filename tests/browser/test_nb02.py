"""The view of bound and gap under a real mouse: sliders move q, play climbs, the bar's sum stands
still.
"""

import re

import pytest

NOTEBOOK = "02_elbo.ipynb"


@pytest.fixture(scope="module")
def sheet(lab):
    with lab.open_and_run(
        lab.excerpt(NOTEBOOK, "imports", "setup-train", "constant-compute", "bench-view")
    ) as sheet:
        yield sheet


def numbers(view):
    """ELBO, gap and log p(x) from the alt text."""
    text = view.locator(".vaeteach-picture").first.get_attribute("aria-label")
    return [
        float(v)
        for v in re.search(
            r"ELBO is (\S+), the gap (\S+), together log p\(x\) = (\S+) nats", text
        ).groups()
    ]


def test_a_slider_moves_q_and_the_sum_stays(sheet):
    (view,) = sheet.views()
    picture = view.locator(".vaeteach-picture").first
    before, (elbo, _, evidence) = sheet.settle(picture), numbers(view)
    sheet.drag(view.locator(".widget-slider").first, 0.2)
    assert sheet.changed(picture, before) > 0
    sheet.settle(picture)
    moved = numbers(view)
    assert moved[0] != elbo and moved[2] == evidence
    assert moved[0] + moved[1] == pytest.approx(evidence, abs=0.02)  # two decimals each
    sheet.screenshot("elbo-bench-dragged", view)


def test_play_climbs_and_pause_holds(sheet):
    (view,) = sheet.views()
    picture, (elbo, *_) = view.locator(".vaeteach-picture").first, numbers(view)
    buttons = view.locator("button")
    sheet.settle(picture)
    buttons.first.click()
    sheet.page.wait_for_timeout(3000)
    buttons.first.click()
    sheet.settle(picture, still=1.0)
    climbed = numbers(view)
    assert climbed[0] > elbo
    sheet.page.wait_for_timeout(1000)
    assert numbers(view) == climbed
    sheet.screenshot("elbo-bench-climbed", view)
    sheet.no_page_errors()


def test_another_digit(sheet):
    (view,) = sheet.views()
    picture = view.locator(".vaeteach-picture").first
    before, evidence = sheet.settle(picture), numbers(view)[2]
    view.locator("select").first.select_option(index=3)
    assert sheet.changed(picture, before) > 0
    sheet.settle(picture)
    assert numbers(view)[2] != evidence
    sheet.screenshot("elbo-bench-digit", view)
    sheet.no_page_errors()
