"""The harness notices what it is there to notice: views that move, views that do not, and pages that fail."""

import pytest

DOT = '''
class Dot(anywidget.AnyWidget):
    _esm = """
    export default { render({ el }) {
      el.classList.add("vaeteach-view");
      const canvas = document.createElement("canvas");
      canvas.width = 200; canvas.height = 100; el.append(canvas);
      const dot = (x, y) => { const c = canvas.getContext("2d"); c.clearRect(0, 0, 200, 100); c.fillRect(x, y, 9, 9); };
      dot(20, 20);
      canvas.addEventListener("pointermove", event => { if (MOVES) dot(event.offsetX, event.offsetY); });
      FAILS
    } };
    """.replace("MOVES", str(moves).lower()).replace("FAILS", fails)
display(Dot())
'''


def dot(moves=True, fails=""):
    return f"import anywidget\nmoves, fails = {moves}, {fails!r}\n{DOT}"


def test_a_drag_on_a_canvas_is_seen(lab):
    with lab.open_and_run(lab.notebook(dot())) as sheet:
        (view,) = sheet.views()
        canvas = view.locator("canvas")
        before = sheet.settle(canvas)
        sheet.drag(canvas, 0.3, 0.2)
        assert sheet.changed(canvas, before) > 0
        assert sheet.screenshot("harness").stat().st_size > 1000
        sheet.no_page_errors()


def test_a_canvas_that_does_not_move_is_seen(lab):
    with lab.open_and_run(lab.notebook(dot(moves=False))) as sheet:
        canvas = sheet.views()[0].locator("canvas")
        before = sheet.settle(canvas)
        sheet.drag(canvas, 0.3)
        assert sheet.changed(canvas, before, longest=1.5) == 0


def test_a_slider_is_dragged_by_its_handle(lab):
    code = "slider = ipywidgets.FloatSlider(value=0.2, max=1)\nslider.add_class('vaeteach-view')\nslider"
    with lab.open_and_run(lab.notebook("import ipywidgets", code)) as sheet:
        (view,) = sheet.views()
        before = sheet.settle(view)
        sheet.drag(view, 0.5)
        assert sheet.changed(view, before) > 0
        assert 0.6 < float(view.locator(".widget-readout").inner_text()) < 0.8


def test_a_script_that_fails_is_seen(lab):
    fails = "setTimeout(() => { throw new Error('broken view'); }, 0);"
    with lab.open_and_run(lab.notebook(dot(fails=fails))) as sheet:
        sheet.settle(sheet.views()[0])
        with pytest.raises(AssertionError, match="broken view"):
            sheet.no_page_errors()


def test_a_page_that_asks_other_machines_is_seen(lab):
    with lab.open_and_run(lab.notebook(dot(fails="fetch('https://example.org/').catch(() => 0);"))) as sheet:
        sheet.settle(sheet.views()[0])
        with pytest.raises(AssertionError, match="example.org"):
            sheet.no_page_errors()


@pytest.mark.parametrize("cell", ["1 / 0", "import sys\nprint('careful', file=sys.stderr)"])
def test_a_cell_that_complains_is_seen(lab, cell):
    with pytest.raises(AssertionError, match="ZeroDivisionError|careful"):
        lab.open_and_run(lab.notebook(cell))
