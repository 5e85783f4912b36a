"""LiveTraining in JupyterLab: the buttons train, pause, stop and reset; the picture moves and comes
to rest.
"""

from lab import RUN_ALL

CELL = """from vaeteach import load
from vaeteach.widgets import LiveTraining
view = LiveTraining(load().binarized(), steps=20_000)
view"""

BUSY = """import pathlib, time
view.start()
end = time.time() + 120
while not pathlib.Path("enough").exists() and time.time() < end:
    time.sleep(0.1)
view.stop()"""


def painted(view):
    return int(view.locator("canvas.codes").get_attribute("data-painted"))


def test_live_training(lab, lab_folder):
    with lab.open(lab.notebook(CELL, BUSY)) as sheet:
        # a cell that keeps the kernel busy does not hold up the picture: the training has a thread
        # of its own
        sheet.page.evaluate(RUN_ALL)
        sheet.page.wait_for_function(
            "() => Number(document.querySelector('.vaeteach-view canvas')?.dataset.painted) >= 30",
            timeout=120_000,
        )
        # the second cell is still running
        assert sheet.page.evaluate("() => window.courseRan") is None
        enough = lab_folder / "enough"
        enough.touch()
        sheet.page.wait_for_function("() => window.courseRan === 'yes'", timeout=120_000)
        enough.unlink()

        (view,) = sheet.views()
        canvas, status = view.locator("canvas.codes"), view.locator("[role=status]")
        start = view.locator("button").first  # its text changes
        stop, reset = (view.locator("button", has_text=text) for text in ("Stop", "Reset"))
        reset.click()
        status.get_by_text("ready").wait_for()
        before = sheet.settle(canvas)
        assert "ELBO" in canvas.get_attribute("aria-label")

        start.click()
        status.get_by_text("training").wait_for()
        assert sheet.changed(canvas, before) > 0
        sheet.page.wait_for_function(  # it goes on painting, however crowded the machine is
            "n => Number(document.querySelector('.vaeteach-view canvas').dataset.painted) >= n",
            arg=painted(view) + 15,
            timeout=120_000,
        )
        assert sheet.changed(canvas, before) > 0.005  # the codes have moved, and not a dot only
        sheet.screenshot("live_training-running", view)

        start.click()  # the same button pauses
        status.get_by_text("paused").wait_for()
        assert start.inner_text() == "Go on"
        held = sheet.settle(canvas)

        start.click()
        assert sheet.changed(canvas, held) > 0
        slider = view.locator(".widget-slider").first  # beta, in the middle of the run
        readout = slider.locator(".widget-readout")
        old = readout.inner_text()
        sheet.drag(slider, 0.2)
        assert readout.inner_text() != old

        stop.click()
        status.get_by_text("stopped").wait_for()
        sheet.settle(canvas)
        reset.click()
        status.get_by_text("ready").wait_for()
        fresh = sheet.settle(canvas)
        start.click()
        assert sheet.changed(canvas, fresh) > 0
        stop.click()
        status.get_by_text("stopped").wait_for()
        sheet.screenshot("live_training-second_run", view)
        sheet.no_page_errors()
