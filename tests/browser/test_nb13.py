"""Notebook 13 in a real browser: drag the threshold across the spectrum, add latents."""

import functools
import re

NOTEBOOK = "13_when_does_a_latent_die.ipynb"


def described(image):
    """(sigma^2, latents alive, latents, log p(x)) as the picture's description gives them."""
    found = re.match(
        r"Threshold sigma\^2 ([\d.]+): (\d+) of (\d+) latents live\. .*? (-?[\d.]+) nats;",
        image.get_attribute("aria-label"),
    )
    return float(found[1]), int(found[2]), int(found[3]), float(found[4])


def test_latent_spectrum(lab):
    cells = lab.excerpt(NOTEBOOK, "imports", "data", "view")
    with lab.open_and_run(cells) as sheet:
        (view,) = sheet.views()
        image = view.locator(".vaeteach-picture").first
        sliders = view.locator(".widget-slider:has(.noUi-handle)")
        tick = view.locator("input[type=checkbox]").first
        answers = functools.partial(sheet.answers, image)

        sheet.settle(view)
        variance, alive, latents, value = described(image)
        assert alive == latents == 8
        answers(lambda: sheet.drag(sliders.nth(0), 0.2))
        raised = described(image)
        assert raised[0] > variance and raised[1] < alive and raised[3] < value
        sheet.screenshot("latent-spectrum-raised", view)
        answers(lambda: sheet.drag(sliders.nth(1), 0.3))
        assert described(image)[1] == raised[1] and described(image)[2] > latents
        answers(lambda: sliders.nth(0).locator(".noUi-handle").first.press("ArrowLeft"))
        assert described(image)[0] < raised[0]
        answers(tick.click, 0.005)
        sheet.screenshot("latent-spectrum-noise", view)
        sheet.no_page_errors()
