"""A recorded view in a page from the disk, without kernel and network: it shows what the kernel
draws.
"""

import base64
import io

import numpy as np
import pytest
from lab import ARTEFACTS
from PIL import Image
from shown import shown

from vaeteach.widgets import KLOfTwoGaussians

PIXELS = "c => c.toDataURL('image/png').split(',')[1]"


@pytest.fixture(scope="module")
def view():
    view = KLOfTwoGaussians()
    view.record()
    return view


def on_canvas(canvas):
    content = base64.b64decode(canvas.evaluate(PIXELS))
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def test_a_recorded_view_plays_from_the_disk(lab, view, tmp_path):
    path = tmp_path / "page.html"
    bundle, _ = view._repr_mimebundle_()
    path.write_text(f"<!doctype html><meta charset=utf-8>{bundle['text/html']}", "utf-8")
    assert path.stat().st_size < 4e6  # 3 MB of pictures
    page, problems = lab.browser.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    local = ("file:", "data:", "blob:")
    page.on(
        "request",
        lambda request: None if request.url.startswith(local) else problems.append(request.url),
    )
    page.goto(path.as_uri())
    canvas = page.locator("canvas[data-painted]")
    canvas.wait_for()
    assert canvas.get_attribute("aria-label") == view.alt
    assert (on_canvas(canvas) == shown(view)).all()

    page.get_by_role("slider", name="μ").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.get_by_role("combobox", name="direction").select_option(label="KL(p || q)")
    page.wait_for_function("c => c.dataset.painted >= 2", arg=canvas.element_handle())
    page.wait_for_timeout(300)
    said = canvas.get_attribute("aria-label")
    assert "KL(p || q)" in said
    mu = page.locator("output").first.inner_text()
    view.direction.value, view.mu.value = "KL(p || q)", float(mu)
    assert said == view.alt
    assert (on_canvas(canvas) == shown(view)).all()
    page.screenshot(path=ARTEFACTS / "recording.png")
    page.close()
    assert not problems
