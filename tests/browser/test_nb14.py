"""Notebook 14 in a real browser: drag above, see the ellipse move below, and ask for a digit."""

import re

NOTEBOOK = "14_can_a_prior_have_a_prior.ipynb"


def numbers_in(canvas):
    """The place above, then mean and standard deviations below, from the description."""
    words = canvas.get_attribute("aria-label").replace("\N{MINUS SIGN}", "-")
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", words)]


def test_two_levels(lab):
    cells = lab.excerpt(NOTEBOOK, "imports", "train", "two-levels-view")
    with lab.open_and_run(cells) as sheet:
        (view,) = sheet.views()
        above = view.locator(".upper canvas")
        page, root = sheet.page, ".vaeteach-levels"
        page.locator(f"{root}[data-frames]").first.wait_for()

        def answered(act, canvas=".upper canvas"):
            """Act, and wait until the description has changed."""
            before = above.get_attribute("aria-label")
            act()
            page.wait_for_function(
                "([s, was]) => document.querySelector(s).getAttribute('aria-label') !== was",
                arg=[f"{root} {canvas}", before],
            )

        start = numbers_in(above)
        assert start[:2] == [0.0, 0.0] and len(start) == 6
        answered(lambda: sheet.drag(above, 0.25, -0.1))
        moved = numbers_in(above)
        assert moved[0] != 0 and moved[2:] != start[2:]
        found = page.evaluate(f"() => document.querySelector('{root}').vaeteach.below()")
        assert [round(v, 2) for v in found["mean"]] == moved[2:4]
        sheet.screenshot("two-levels-dragged", view)
        answered(lambda: above.press("ArrowLeft"))
        assert numbers_in(above)[0] < moved[0]

        answered(lambda: view.locator(".switch input").click())
        assert above.get_attribute("aria-label").startswith("c = ")
        box = above.bounding_box()
        answered(lambda: page.mouse.click(box["x"] + 0.2 * box["width"],
                                          box["y"] + 0.75 * box["height"]))  # fmt: skip
        assert numbers_in(above)[0] in (6, 7, 8)
        sheet.screenshot("two-levels-labels", view)
        sheet.no_page_errors()
