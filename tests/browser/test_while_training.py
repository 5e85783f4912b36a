"""A view answers while another cell trains the model that it shows."""

import json

VIEW = """
import ipywidgets, torch
from vaeteach import build_vae, fit, load
from vaeteach.plots import draw_picture, new_figure
from vaeteach.widgets.base import FigureView
data = load("digits").binarized()
model = build_vae(data)
class Decoded(FigureView):
    alt = "decoded"
    def __init__(self):
        super().__init__()
        figure, ax = new_figure(3, 3)
        self.z = ipywidgets.FloatSlider(min=-3, max=3)
        self.picture = draw_picture(ax, torch.zeros(64), data.shape)
        self.show(figure, [self.picture], [self.z])
    def move(self):
        with torch.no_grad():
            pixels = model.decode(torch.tensor([self.z.value, 0.0])).mean
        self.picture.set_data(pixels.reshape(data.shape))
Decoded()
"""
TRAIN = """
import os, pathlib
stop = pathlib.Path("stop-training")
asked = lambda step: step % 50 == 0 and stop.exists()
history = fit(model, data, epochs=2000, progress=False, on_step=asked)
print(history.stopped)
"""


def test_a_slider_is_answered_during_training(lab, lab_folder):
    stop = lab_folder / "stop-training"
    stop.unlink(missing_ok=True)
    with lab.open(lab.notebook(VIEW, TRAIN)) as sheet:
        sheet.page.evaluate(
            "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
        )
        sheet.page.locator(".vaeteach-view canvas").wait_for()
        sheet.page.locator(".jp-Notebook-ExecutionIndicator[data-status='busy']").wait_for()
        view = sheet.page.locator(".vaeteach-view")
        before = sheet.pixels(view.locator(".vaeteach-picture"))
        sheet.drag(view.locator(".widget-slider"), 0.4)
        answered = sheet.changed(view.locator(".vaeteach-picture"), before) > 0
        training = sheet.page.locator(".jp-Notebook-ExecutionIndicator").get_attribute(
            "data-status"
        )
        stop.touch()
        sheet.page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for()
        stop.unlink()
        assert answered and training == "busy"
        assert "stopped by on_step" in json.dumps(sheet.notebook()["cells"][1]["outputs"])
