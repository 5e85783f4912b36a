"""Notebook 11 in a real browser: the phases of wake and sleep answer to the mouse, the keyboard and
the play button.
"""

import re

NOTEBOOK = "11_when_must_the_prior_learn.ipynb"


def phase_of(view):
    found = re.search(
        r"Phase (\d+)", view.locator(".vaeteach-picture").first.get_attribute("aria-label")
    )
    return int(found[1])


def test_wake_and_sleep(lab):
    cells = lab.excerpt(NOTEBOOK, "imports", "rbm-run", "record-runs", "view")
    with lab.open_and_run(cells) as sheet:
        (view,) = sheet.views()
        image = view.locator(".vaeteach-picture").first
        slider = view.locator(".widget-slider:has(.noUi-handle)").first

        def answers(action):
            """Do it, and wait until the picture is another one; the control's own pixels do not
            count.
            """
            before = sheet.settle(image)
            action()
            assert sheet.changed(image, before) > 0.001
            sheet.settle(image)

        sheet.settle(view)
        assert phase_of(view) == 0
        answers(lambda: sheet.drag(slider, 0.5))
        dragged = phase_of(view)
        assert 20 < dragged < 60
        sheet.screenshot("wake-sleep-dragged", view)
        answers(lambda: slider.locator(".noUi-handle").first.press("ArrowRight"))
        assert phase_of(view) == dragged + 1
        answers(lambda: view.locator("select").first.select_option(label="prior frozen at 1/2"))
        assert "frozen" in image.get_attribute("aria-label")
        sheet.screenshot("wake-sleep-frozen", view)
        answers(lambda: view.locator("input[type=checkbox]").first.click())
        sheet.screenshot("wake-sleep-raw", view)

        play, start = (
            view.locator(".jupyter-widget-play button, .widget-play button"),
            phase_of(view),
        )
        play.first.click()
        sheet.page.wait_for_function(
            "([box, from]) =>"
            " Number(/Phase (\\d+)/.exec(box.querySelector('canvas').ariaLabel)[1]) !== from",
            arg=[view.element_handle(), start],
            timeout=60_000,
        )
        play.nth(1).click()  # stop; the third repeats without end
        sheet.no_page_errors()
