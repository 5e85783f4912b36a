"""The harness notices what it is there to notice: views that move, views that do not, and pages
that fail.
"""

import pytest

DOT = '''
class Dot(anywidget.AnyWidget):
    _esm = """
    export default { render({ el }) {
      el.classList.add("vaeteach-view");
      const canvas = document.createElement("canvas");
      canvas.width = 200; canvas.height = 100; el.append(canvas);
      const c = canvas.getContext("2d");
      const dot = (x, y) => { c.clearRect(0, 0, 200, 100); c.fillRect(x, y, 9, 9); };
      dot(20, 20);
      canvas.addEventListener("pointermove",
        event => { if (MOVES) dot(event.offsetX, event.offsetY); });
      FAILS
    } };
    """.replace("MOVES", str(moves).lower()).replace("FAILS", fails)
display(Dot())
'''


def dot(moves=True, fails=""):
    return f"import anywidget\nmoves, fails = {moves}, {fails!r}\n{DOT}"


SLIDER = """import ipywidgets
slider = ipywidgets.FloatSlider(value=0.2, max=1)
slider.add_class("vaeteach-view")
slider"""
BROKEN = (
    "fetch('https://example.org/').catch(() => 0); setTimeout(() => { throw new Error('broken"
    " view'); }, 0);"
)


@pytest.fixture(scope="module")
def sheet(lab):
    with lab.open_and_run(lab.notebook(dot(), dot(moves=False), SLIDER)) as sheet:
        yield sheet


@pytest.fixture(scope="module")
def broken(lab):
    with lab.open_and_run(lab.notebook(dot(fails=BROKEN))) as sheet:
        sheet.settle(sheet.views()[0])
        yield sheet


def test_a_drag_on_a_canvas_is_seen(sheet):
    canvas = sheet.views()[0].locator("canvas")
    before = sheet.settle(canvas)
    sheet.drag(canvas, 0.3, 0.2)
    assert sheet.changed(canvas, before) > 0
    assert sheet.screenshot("harness").stat().st_size > 1000
    sheet.no_page_errors()


def test_a_canvas_that_does_not_move_is_seen(sheet):
    canvas = sheet.views()[1].locator("canvas")
    before = sheet.settle(canvas)
    sheet.drag(canvas, 0.3)
    assert sheet.changed(canvas, before, longest=1.5) == 0


def test_a_slider_is_dragged_by_its_handle(sheet):
    slider = sheet.views()[2]
    before = sheet.settle(slider)
    sheet.drag(slider, 0.5)
    assert sheet.changed(slider, before) > 0
    assert 0.6 < float(slider.locator(".widget-readout").inner_text()) < 0.8


def test_a_script_that_fails_is_seen(broken):
    with pytest.raises(AssertionError, match="broken view"):
        broken.no_page_errors()


def test_a_page_that_asks_other_machines_is_seen(broken):
    broken.errors.clear()
    with pytest.raises(AssertionError, match="example.org"):
        broken.no_page_errors()


@pytest.mark.parametrize("cell", ["1 / 0", "import sys\nprint('careful', file=sys.stderr)"])
def test_a_cell_that_complains_is_seen(lab, cell):
    with pytest.raises(AssertionError, match="ZeroDivisionError|careful"):
        lab.open_and_run(lab.notebook(cell))
