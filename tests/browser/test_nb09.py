"""Notebook 09 in a real browser: choose a prior, move it, turn the globe, draw again."""

import functools
import re

NOTEBOOK = "09_must_the_prior_be_gaussian.ipynb"


def numbers_in(image):
    """(KL of q(z) from the prior, test ELBO) as the picture's description gives them."""
    found = re.search(
        r"from the prior (-?[\d.]+) nats, test ELBO (-?[\d.]+) nats",
        image.get_attribute("aria-label"),
    )
    return float(found[1]), float(found[2])


def test_prior_zoo(lab):
    cells = lab.excerpt(NOTEBOOK, "imports", "train", "zoo-view")
    with lab.open_and_run(cells) as sheet:
        (view,) = sheet.views()
        image = view.locator(".vaeteach-picture").first
        sliders = view.locator(".widget-slider:has(.noUi-handle)")
        choose = view.locator("select").first
        answers = functools.partial(sheet.answers, image)

        sheet.settle(view)
        assert image.get_attribute("aria-label").startswith("standard normal")
        divergence, bound = numbers_in(image)
        answers(lambda: sheet.drag(sliders.nth(0), 0.3))
        moved = numbers_in(image)
        assert moved[0] > divergence + 0.2 and moved[1] < bound - 0.2
        sheet.screenshot("prior-zoo-normal-shifted", view)

        for name, least in [("uniform box, Beta q", 0.02), ("sphere, von Mises-Fisher q", 0.02),
                            ("VampPrior of 50", 0.02)]:  # fmt: skip
            answers(lambda name=name: choose.select_option(name), least)
            assert image.get_attribute("aria-label").startswith(name)
            answers(lambda: sheet.drag(sliders.nth(0), 0.2))
            sheet.screenshot(f"prior-zoo-{name.split()[0].strip(',')}", view)

        answers(lambda: choose.select_option("sphere, von Mises-Fisher q"))
        sheet.settle(view)  # the sliders, too, stand where they will be
        still = numbers_in(image)
        # the globe turns and nothing is worth more or less
        answers(lambda: sheet.drag(sliders.nth(1), 0.2))
        assert numbers_in(image) == still
        answers(lambda: sliders.nth(2).locator(".noUi-handle").first.press("ArrowRight"))
        assert numbers_in(image) == still
        sheet.no_page_errors()
