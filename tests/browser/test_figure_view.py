"""What every figure view does in the page: keys stay in it, names are read out, signs are shown, a
fine screen gets fine pictures.
"""

import pytest

VIEW = """import time
from vaeteach.widgets import KLOfTwoGaussians
view = KLOfTwoGaussians()
view"""
SLOW = """move = view.move
view.move = lambda: (time.sleep(4), move())"""


@pytest.fixture(scope="module")
def sheet(lab):
    with lab.open_and_run(lab.notebook(VIEW, SLOW.replace("sleep(4)", "sleep(0)"))) as sheet:
        yield sheet


def test_keys_typed_in_a_view_leave_the_notebook_alone(sheet):
    (view,) = sheet.views()
    cells = len(sheet.notebook()["cells"])
    handle = view.locator(".noUi-handle").first
    for key in "ab":  # insert a cell above, below
        handle.focus()
        sheet.page.keyboard.press(key)
    sheet.page.wait_for_timeout(300)
    assert len(sheet.notebook()["cells"]) == cells
    before = sheet.settle(view.locator(".vaeteach-picture"))
    handle.focus()
    for _ in range(20):
        sheet.page.keyboard.press("ArrowLeft")
    assert sheet.changed(view.locator(".vaeteach-picture"), before) > 0


def test_a_screen_reader_hears_names_values_and_what_changed(sheet):
    (view,) = sheet.views()
    mu = view.get_by_role("slider", name="μ")
    log_sigma = view.get_by_role("slider", name="log σ")
    assert mu.count() == log_sigma.count() == 1
    for handle in (mu, log_sigma):
        handle.focus()
        for _ in range(3):
            sheet.page.keyboard.press("ArrowRight")
        box = handle.locator("xpath=ancestor::*[contains(@class, 'widget-slider')]")
        assert handle.get_attribute("aria-valuetext") == box.locator(".widget-readout").inner_text()
    assert view.get_by_role("combobox", name="direction").count() == 1
    view.locator(".vaeteach-said", has_text="nats").wait_for(state="attached")


def test_a_fine_screen_gets_fine_pictures(sheet):
    (view,) = sheet.views()
    picture = view.locator(".vaeteach-picture")
    width = picture.evaluate("c => c.width")
    session = sheet.page.context.new_cdp_session(sheet.page)
    size = {"width": 1400, "height": 1000, "mobile": False}
    session.send("Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": 2})
    sheet.page.evaluate("() => window.dispatchEvent(new Event('resize'))")
    sheet.page.wait_for_function(
        "([c, w]) => c.width === 2 * w", arg=[picture.element_handle(), width]
    )
    sheet.settle(picture)
    sheet.screenshot("figure_view-fine", view)
    session.send("Emulation.clearDeviceMetricsOverride")


def test_slow_work_and_a_dead_kernel_are_announced(lab):
    with lab.open_and_run(lab.notebook(VIEW, SLOW, "1")) as sheet:
        (view,) = sheet.views()
        view.locator(".noUi-handle").first.focus()
        sheet.page.keyboard.press("ArrowRight")
        sign = view.get_by_text("computing")
        sign.wait_for()
        inner, outer = sign.bounding_box(), view.locator(".vaeteach-picture").bounding_box()
        assert (
            outer["x"] <= inner["x"]
            and inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1
        )
        assert outer["y"] <= inner["y"] <= outer["y"] + outer["height"]
        sheet.screenshot("figure_view-computing", view)
        view.get_by_text("computing").wait_for(state="detached")
        assert not view.get_by_text("lost its kernel").count()
        sheet.restart_kernel()
        view.get_by_text("lost its kernel").wait_for()
        sheet.screenshot("figure_view-lost", view)


def test_a_saved_view_shows_its_picture_to_a_new_kernel(lab):
    name = lab.notebook(VIEW)
    with lab.open_and_run(name) as sheet:
        (view,) = sheet.views()
        drawn = sheet.settle(view.locator(".vaeteach-picture"))
        words = view.locator(".vaeteach-picture").get_attribute("aria-label")
        sheet.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        sheet.page.wait_for_function(
            "() => !window.jupyterapp.shell.currentWidget.context.model.dirty"
        )
        sheet.fit_to_keep = False  # another day: another window, another kernel
    with lab.open(name) as sheet:  # closing has ended the kernel that drew it
        picture = sheet.page.locator(".vaeteach-picture[data-painted]")
        picture.wait_for()
        sheet.page.get_by_text("lost its kernel").wait_for()
        assert picture.get_attribute("aria-label") == words
        assert (sheet.settle(picture) == drawn).all()
        sheet.screenshot("figure_view-saved")
