"""The views that are painted in the page, in JupyterLab: their keys, and what they say when the
kernel is gone.
"""

import pytest

CELL = """from vaeteach import build_vae, load
from vaeteach.widgets import LatentExplorer, LiveTraining
data = load("digits").binarized()
explorer = LatentExplorer(build_vae(data), data)
explorer"""
TRAIN = """training = LiveTraining(data, steps=100_000)
training"""


@pytest.fixture(scope="module")
def sheet(lab):
    with lab.open_and_run(lab.notebook(CELL, TRAIN)) as sheet:
        sheet.page.locator(".vaeteach-explorer[data-z]").wait_for()
        sheet.page.locator(".vaeteach-training .codes[data-painted]").wait_for()
        yield sheet


@pytest.mark.parametrize(
    "inside",
    [
        ".latent-plane",
        ".vaeteach-explorer .smooth input",
        ".vaeteach-training .legend button >> nth=0",
    ],
)
def test_keys_typed_in_a_view_do_not_edit_the_notebook(sheet, inside):
    before = [(cell["cell_type"], cell["source"]) for cell in sheet.notebook()["cells"]]
    sheet.page.locator(inside).focus()
    for key in "abmddxz":
        sheet.page.keyboard.press(key)
    sheet.page.wait_for_timeout(300)
    after = [(cell["cell_type"], cell["source"]) for cell in sheet.notebook()["cells"]]
    assert after == before


def test_outside_of_a_view_they_do(sheet):
    """Else the test above could not fail."""
    before = len(sheet.notebook()["cells"])
    prompts = sheet.page.locator(".jp-InputArea-prompt")
    # JupyterLab moves the focus only where another cell becomes the active one
    prompts.last.click()
    prompts.first.click()
    sheet.page.keyboard.press("b")
    sheet.page.wait_for_function(
        f"() => window.jupyterapp.shell.currentWidget.content.model.cells.length === {before + 1}"
    )
    sheet.page.keyboard.press("z")  # undone


@pytest.mark.parametrize("width", [1400, 1000, 700])
@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_every_window(sheet, width, theme):
    """Shapes are true, and nothing is wider than the window; look at the screenshots, too."""
    page = sheet.page
    page.evaluate(
        "(name) => window.jupyterapp.commands.execute('apputils:change-theme', { theme: name })",
        f"JupyterLab {theme}",
    )
    page.set_viewport_size({"width": width, "height": 1000})
    page.wait_for_timeout(600)
    for name in (".vaeteach-explorer", ".vaeteach-training"):
        view = page.locator(name)
        view.scroll_into_view_if_needed()
        for canvas in view.locator("canvas:visible").all():
            across, down = canvas.evaluate(
                "(c) => [c.width / c.clientWidth, c.height / c.clientHeight]"
            )
            assert across == pytest.approx(down, rel=0.02)
            box = canvas.bounding_box()
            assert box["x"] + box["width"] <= width
        sheet.screenshot(f"canvas{name[9:]}-{width}-{theme.lower()}", view)
    plane, curves = (page.locator(f".vaeteach-training .{name}") for name in ("codes", "curves"))
    ratio = curves.bounding_box()["height"] / plane.bounding_box()["height"]
    assert ratio < 1.02, "the curves stretch the view, as they did when it had been narrow"
    page.set_viewport_size({"width": 1400, "height": 1000})


def test_a_kernel_that_is_gone_is_said(sheet):
    page = sheet.page
    assert not any(page.locator(".vaeteach-gone").all_inner_texts())
    page.locator(".vaeteach-view button", has_text="Start").first.click()
    page.locator(".vaeteach-training .status", has_text="training").wait_for()
    sheet.restart_kernel()
    lost = ".vaeteach-view:has(%s) .vaeteach-gone"
    for view in (".vaeteach-training", ".vaeteach-explorer"):
        page.locator(lost % view, has_text="Run its cell again").wait_for()
    assert not page.locator(".vaeteach-training .status").is_visible()  # no "training" for ever
    sheet.screenshot("canvas-kernel-gone")
