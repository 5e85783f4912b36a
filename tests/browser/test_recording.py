"""A recorded view in a page from the disk, without kernel and network: it shows what the kernel
draws.
"""

import base64
import io
import time

import numpy as np
import pytest
from lab import ARTEFACTS
from PIL import Image
from shown import shown

from vaeteach.widgets import KLOfTwoGaussians
from vaeteach.widgets.base import recording

PIXELS = "c => c.toDataURL('image/png').split(',')[1]"


@pytest.fixture(scope="module")
def view():
    before, recording.MOST = recording.MOST, 24
    view = KLOfTwoGaussians()
    view.record()
    recording.MOST = before
    return view


def shows(canvas, wanted):
    """Wait until the canvas shows exactly these pixels."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        content = base64.b64decode(canvas.evaluate(PIXELS))
        found = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
        if found.shape == wanted.shape and (found == wanted).all():
            return
        canvas.page.wait_for_timeout(50)
    raise AssertionError("the page never shows what the kernel draws")


def test_a_recorded_view_plays_from_the_disk(lab, view, tmp_path):
    path = tmp_path / "page.html"
    bundle, _ = view._repr_mimebundle_()
    path.write_text(f"<!doctype html><meta charset=utf-8>{bundle['text/html']}", "utf-8")
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
    shows(canvas, shown(view))

    page.get_by_role("slider", name="μ").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.get_by_role("combobox", name="direction").select_option(label="KL(p || q)")
    said = canvas.get_attribute("aria-label")
    assert "KL(p || q)" in said
    mu = page.locator("output").first.inner_text()
    assert float(mu) > view.mu.value
    view.direction.value, view.mu.value = "KL(p || q)", float(mu)
    assert said == view.alt
    shows(canvas, shown(view))
    page.screenshot(path=ARTEFACTS / "recording.png")
    page.close()
    assert not problems


def test_a_slider_offers_only_what_was_recorded_and_a_film_plays(lab, view, tmp_path):
    """Three places along a film; the other slider is there where the list says so."""
    part = view.recording["states"][0]
    state = {name: part[name] for name in ("background", "part", "place")}
    kept = {
        (0, 0.0, 0.0),
        (0, 1.0, 0.0),
        (0, 2.0, 0.0),
        (1, 0.0, 0.0),
        (1, 0.0, 0.5),
        (1, 0.0, 2.0),
    }
    view.recording, before = (
        {
            "width": 300,
            "controls": [
                {"name": "which", "kind": "list", "names": ["film", "still"]},
                {"name": "frame", "kind": "slider", "digits": 0},
                {"name": "depth", "kind": "slider", "digits": 2},
            ],
            "film": [1, 10],
            "start": [0, 0.0, 0.0],
            "states": [{"at": list(at), "alt": str(at), **state} for at in sorted(kept)],
            "backgrounds": view.recording["backgrounds"],
        },
        view.recording,
    )
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><meta charset=utf-8>{view.page(b'')}", "utf-8")
    view.recording = before
    page = lab.browser.new_page()
    page.goto(path.as_uri())
    canvas, frame = page.locator("canvas"), page.get_by_role("slider", name="frame")
    depth = page.get_by_role("slider", name="depth")
    canvas.wait_for()
    assert frame.is_visible() and not depth.is_visible()
    page.get_by_role("button", name="Play").click()
    page.locator("canvas[aria-label='(0, 2.0, 0.0)']").wait_for()
    page.get_by_role("button", name="Play").wait_for()  # it has come to its end and says so
    page.get_by_role("combobox").select_option(label="still")
    assert depth.is_visible() and not frame.is_visible()
    depth.press("End")
    assert canvas.get_attribute("aria-label") == "(1, 0.0, 2.0)"
    assert depth.get_attribute("aria-valuetext") == "2.00"
    page.close()


def test_where_a_control_can_go_is_decoded_before_it_goes(lab, view, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><meta charset=utf-8>{view.page(b'')}", "utf-8")
    page = lab.browser.new_page()
    page.goto(path.as_uri())
    page.locator("canvas[data-painted]").wait_for()
    mu = page.get_by_role("slider", name="μ")
    mu.focus()
    at_once = """async (slider) => {
      const canvas = document.querySelector("canvas"), before = canvas.dataset.painted;
      slider.value = slider.value === slider.max ? 0 : slider.max;
      slider.dispatchEvent(new Event("input"));
      for (let i = 0; i < 20; i++) await null;  // no frame, and no time to decode anything
      return canvas.dataset.painted !== before;
    }"""
    page.wait_for_function(at_once, arg=mu.element_handle(), timeout=60_000)
    page.close()
