"""Traversal in JupyterLab: each slider moves the picture, and the starting image moves all
sliders.
"""

import pytest

CELL = """from vaeteach import build_vae, fit, load
from vaeteach.widgets import Traversal
data = load().binarized()
model = build_vae(data, latent_dim=10)
fit(model, data, epochs=10, progress=False)
view = Traversal(model, data)
view"""


@pytest.fixture(scope="module")
def sheet(lab):
    with lab.open_and_run(lab.notebook(CELL)) as sheet:
        yield sheet


def test_traversal(sheet):
    (view,) = sheet.views()
    image = view.locator(".vaeteach-picture")
    image.wait_for()
    before = sheet.settle(image)
    sliders = view.locator(".widget-slider")
    assert sliders.count() == 11  # ten latents and the starting image
    readouts = [sliders.nth(i).locator(".widget-readout") for i in range(10)]
    old, alt = readouts[0].inner_text(), image.get_attribute("aria-label")
    sheet.drag(sliders.nth(0), 0.3 if float(old.replace("−", "-")) < 0 else -0.3)
    assert sheet.changed(image, before) > 0.002
    assert readouts[0].inner_text() != old
    sheet.settle(image)
    assert image.get_attribute("aria-label") != alt
    sheet.screenshot("traversal-first", view)

    values = [readout.inner_text() for readout in readouts]
    held = sheet.settle(image)
    sheet.drag(sliders.nth(10), 0.5)
    assert sheet.changed(image, held) > 0.002
    sheet.settle(image)
    assert sum(a != b.inner_text() for a, b in zip(values, readouts)) >= 5
    sheet.screenshot("traversal-other_image", view)
    sheet.no_page_errors()


def test_keyboard(sheet):
    (view,) = sheet.views()
    image = view.locator(".vaeteach-picture")
    image.wait_for()
    before = sheet.settle(image)
    view.locator(".noUi-handle").first.focus()
    for _ in range(10):
        sheet.page.keyboard.press("ArrowRight")
    assert sheet.changed(image, before) > 0
