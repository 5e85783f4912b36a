"""Notebook 16 in a real browser: time, a click that starts a path, arrows, and the page's own
arithmetic beside torch's.
"""

import numpy as np
import pytest

SETUP = """
import torch
import vaeteach as vt
from vaeteach.widgets import DissolvingCodes
data = vt.load("digits").binarized()
model = vt.build_vae(data, hidden=(16,))
vt.fit(model, data, epochs=4, progress=False)
prior = vt.DiffusionPrior(2, hidden=(16,))
vt.match_scores(prior, model.encode(data.train), steps=100, progress=False)
view = DissolvingCodes(model.requires_grad_(False), prior.requires_grad_(False), data)
"""
TORCH = "print([view.path(which)[-1].tolist() for which in ('learned', 'exact')])"


def numbers(root, name):
    return [float(v) for v in root.get_attribute(f"data-{name}").split()]


def test_dissolving_codes(lab):
    with lab.open_and_run(lab.notebook(SETUP + TORCH, "view")) as sheet:
        root = sheet.page.locator(".vaeteach-dissolving").first
        plane = root.locator(".latent-plane")
        sheet.page.locator(".vaeteach-dissolving[data-end]").wait_for()
        (printed,) = [
            o["text"]
            for cell in sheet.notebook()["cells"]
            for o in cell.get("outputs", [])
            if o.get("name") == "stdout" and "[[" in "".join(o["text"])
        ]
        torch_says = np.array(eval("".join(printed).splitlines()[-1]))
        page_says = [numbers(root, "end"), numbers(root, "exact")]
        assert page_says == [pytest.approx(end, abs=2e-3) for end in torch_says]
        sheet.screenshot("dissolving-codes", root)

        slider, side = root.locator("input[type=range]"), root.locator(".side")

        def into_noise():
            slider.focus()
            for _ in range(15):
                slider.press("ArrowRight")

        sheet.answers(plane, into_noise, 0.01)
        assert root.get_attribute("data-t") == "0.15"
        sheet.screenshot("dissolving-codes-in-noise", root)

        def click():
            box = plane.bounding_box()
            place = box["x"] + 0.35 * box["width"], box["y"] + 0.3 * box["height"]
            sheet.page.mouse.click(*place)

        for action in (click, lambda: plane.press("Home")):
            end = numbers(root, "end")
            sheet.answers(side, action, 0.0)
            assert numbers(root, "end") != end
        sheet.answers(plane, root.locator("input[type=checkbox]").first.click, 0.01)

        root.get_by_role("button", name="come back").click()
        sheet.page.wait_for_function(
            "() => document.querySelector('.vaeteach-dissolving').dataset.t === '0'"
        )
        sheet.no_page_errors()
