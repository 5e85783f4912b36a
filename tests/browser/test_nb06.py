"""Through training in JupyterLab: the slider by mouse, the slider by keyboard, and the film by its
play button.
"""

CELL = """from vaeteach import build_vae, fit, load
from vaeteach.widgets import ThroughTraining
data = load("digits").binarized()
model = build_vae(data, 2, hidden=(32,))
ThroughTraining(fit(model, data, epochs=6, progress=False), data.train_labels)"""

WATCH = """(canvas) => {
  window.seen = [];
  new MutationObserver(() => window.seen.push(canvas.ariaLabel))
    .observe(canvas, { attributes: true, attributeFilter: ["aria-label"] });
}"""


def epoch_in(view):
    return view.locator(".vaeteach-picture").get_attribute("aria-label").split(":")[0]


def test_through_training(lab):
    with lab.open_and_run(lab.notebook(CELL)) as sheet:
        (view,) = sheet.views()
        picture, slider = view.locator(".vaeteach-picture"), view.locator(".widget-slider").first
        last = sheet.settle(picture)
        assert epoch_in(view) == "Epoch 6"
        sheet.screenshot("through_training-last", view)

        sheet.drag(slider, -0.9)
        assert sheet.changed(picture, last) > 0.01
        first = sheet.settle(picture)
        assert epoch_in(view) in ("Epoch 0", "Epoch 1")
        sheet.screenshot("through_training-first", view)

        slider.locator(".noUi-handle").first.focus()
        sheet.page.keyboard.press("ArrowRight")
        assert sheet.changed(picture, first) > 0

        before = sheet.settle(picture)
        view.locator(".widget-play button, .jupyter-widget-play button").first.click()
        assert sheet.changed(picture, before) > 0
        view.locator("canvas[aria-label^='Epoch 6']").wait_for()  # the film runs to its end

        # and from there begins anew
        view.locator("button .fa-play").wait_for()  # before that a click would be a pause
        picture.evaluate(WATCH)
        view.locator(".widget-play button, .jupyter-widget-play button").first.click()
        sheet.page.wait_for_function("() => window.seen.some((label) => !/^Epoch 6/.test(label))")
        view.locator("canvas[aria-label^='Epoch 6']").wait_for()
        sheet.no_page_errors()
