"""The latent explorer under a real mouse: what is decoded, how it is driven, and the page that
needs no kernel.
"""

import base64
import json

import nbconvert
import nbformat
import numpy as np
import pytest

SETUP = """
import json, torch
from vaeteach import build_vae, fit, load
from vaeteach.widgets import LatentExplorer
data = load("digits").binarized()
model = build_vae(data, hidden=(32,))
history = fit(model, data, epochs=8, progress=False)
"""
POINTS = [[0.0, 0.0], [1.5, -0.7], [-3.2, 3.1], [0.01, 2.5]]
SHOW = """
with torch.no_grad():
    torch_says = model.decode(torch.tensor(POINTS)).mean.tolist()
print(json.dumps(torch_says))
"""
KERNEL_ONLY = """
class Shifted(torch.nn.Module):
    def __init__(self, part, shift):
        super().__init__()
        self.part, self.shift = part, shift
    def forward(self, value):
        return self.part(value + self.shift)
model.decoder, model.encoder = Shifted(model.decoder, 0.5), Shifted(model.encoder, 0.0)
"""


def decoded_bytes(sheet):
    return sheet.page.evaluate(
        "() => document.querySelector('.vaeteach-explorer .decoded').toDataURL()"
    )


def z_in_page(page):
    return [
        float(v) for v in page.locator(".vaeteach-explorer").first.get_attribute("data-z").split()
    ]


def draw_a_stroke(sheet, explorer):
    pad = explorer.locator(".pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    sheet.page.mouse.move(box["x"] + 75, box["y"] + 20)
    sheet.page.mouse.down()
    sheet.page.mouse.move(box["x"] + 75, box["y"] + 130, steps=10)
    sheet.page.mouse.up()


def printed(sheet):
    texts = [
        o["text"]
        for c in sheet.notebook()["cells"]
        for o in c.get("outputs", [])
        if o.get("name") == "stdout"
    ]
    return "".join(texts[-1])


@pytest.fixture(scope="module")
def sheet(lab):
    cells = [SETUP, f"POINTS = {POINTS}" + SHOW, "explorer = LatentExplorer(model, data)\nexplorer",
             KERNEL_ONLY + "LatentExplorer(model, data)"]  # fmt: skip
    with lab.open_and_run(lab.notebook(*cells)) as sheet:
        sheet.page.locator(".vaeteach-explorer[data-z]").nth(1).wait_for()
        yield sheet


@pytest.fixture
def explorer(sheet):
    """The one that the page decodes."""
    return sheet.page.locator(".vaeteach-explorer").first


def test_the_page_decodes_what_torch_decodes(sheet):
    in_page = sheet.page.evaluate(
        "(points) => points.map((z) =>"
        " document.querySelector('.vaeteach-explorer').vaeteach.decode(z))",
        POINTS,
    )
    assert np.abs(np.array(in_page) - np.array(json.loads(printed(sheet)))).max() < 1 / 255


def test_a_drag_decodes_under_the_pointer_and_nothing_lags_behind(sheet, explorer):
    plane = explorer.locator(".latent-plane")
    plane.scroll_into_view_if_needed()
    before, box = decoded_bytes(sheet), plane.bounding_box()
    sheet.page.mouse.move(box["x"] + 250, box["y"] + 250)
    sheet.page.mouse.down()
    sheet.page.mouse.move(box["x"] + 330, box["y"] + 150, steps=25)
    sheet.page.mouse.up()
    sheet.page.wait_for_timeout(100)  # ms after release, as promised
    assert sheet.page.evaluate("() => document.querySelector('.vaeteach-explorer').vaeteach.idle()")
    assert decoded_bytes(sheet) != before
    z = z_in_page(sheet.page)
    assert z[0] > 0 and z[1] > 0  # right of and above the middle of the canvas
    sheet.screenshot("explorer-dragged")
    sheet.no_page_errors()


def test_the_keyboard_moves_the_pointer(sheet, explorer):
    plane = explorer.locator(".latent-plane")
    plane.focus()
    plane.press("Home")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown"):
        plane.press(key)
    sheet.page.wait_for_timeout(300)
    assert z_in_page(sheet.page) == pytest.approx([0.2, -0.4])
    assert "z = (0.20, −0.40)" in plane.get_attribute("aria-label")


def test_python_moves_the_pointer_and_hears_of_the_mouse(sheet, explorer):
    run = (
        "(code) => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
        ".requestExecute({ code, user_expressions: { z: 'explorer.z' } }).done"
        ".then((reply) => reply.content.user_expressions.z.data['text/plain'])"
    )
    assert sheet.page.evaluate(run, "explorer.z = [1.25, -0.5]") == "[1.25, -0.5]"
    sheet.page.wait_for_function(
        "() => document.querySelector('.vaeteach-explorer').dataset.z === '1.25 -0.5'",
        timeout=20_000,
    )
    explorer.locator(".latent-plane").press("Home")
    sheet.page.wait_for_timeout(1000)
    assert sheet.page.evaluate(run, "") == "[0.0, 0.0]"


def test_a_drawn_digit_lands_among_the_codes(sheet, explorer):
    plane = explorer.locator(".latent-plane")
    before = sheet.settle(plane)
    draw_a_stroke(sheet, explorer)
    assert sheet.changed(plane, before) > 0.001
    before = sheet.settle(plane)
    explorer.locator("button", has_text="clear").click()
    assert sheet.changed(plane, before) > 0.001
    sheet.screenshot("explorer-drawing")
    sheet.no_page_errors()


def test_a_network_the_page_cannot_run_is_decoded_by_the_kernel(sheet):
    explorer = sheet.page.locator(".vaeteach-explorer").last
    decoded, plane = explorer.locator(".decoded"), explorer.locator(".latent-plane")
    before = sheet.settle(decoded)
    assert before.min() < 100  # the kernel's first answer is on the screen, not a white sheet
    sheet.drag(plane, 0.3, 0.2)
    assert sheet.changed(decoded, before) > 0.01
    before = sheet.settle(plane)
    draw_a_stroke(sheet, explorer)
    assert sheet.changed(plane, before) > 0.001  # the ellipse of the drawing
    sheet.no_page_errors()


def test_the_exported_page_lives_without_kernel_and_network(sheet, lab, tmp_path):
    content = nbformat.from_dict(sheet.notebook())
    del content.cells[3:]  # the explorer that needs the kernel
    outputs = content.cells[2].outputs
    assert base64.b64decode(outputs[0]["data"]["image/png"]).startswith(b"\x89PNG")
    file = tmp_path / "page.html"
    file.write_text(nbconvert.HTMLExporter().from_notebook_node(content)[0], encoding="utf-8")
    page, errors = lab.browser.new_page(), []
    try:
        page.on(
            "pageerror",
            lambda error: errors.append(str(error)) if "require" not in str(error) else None,
        )
        page.goto(file.as_uri())
        page.locator(".vaeteach-explorer[data-z]").wait_for(timeout=60_000)
        plane = page.locator(".latent-plane")
        plane.scroll_into_view_if_needed()
        box = plane.bounding_box()
        page.mouse.move(box["x"] + 250, box["y"] + 250)
        page.mouse.down()
        page.mouse.move(box["x"] + 330, box["y"] + 150, steps=10)
        page.mouse.up()
        page.wait_for_timeout(200)
        assert z_in_page(page)[0] > 0.5 and not errors
    finally:
        page.close()
