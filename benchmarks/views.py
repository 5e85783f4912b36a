"""How long from a pointer or a slider to changed pixels: our views beside `interact`, in one run,
in a real browser.

    .venv/bin/python benchmarks/views.py            # prints the table and writes
    benchmarks/views.md

Three notebooks draw the same latent plane of the same model: the latent explorer, a figure view,
and `interact` with an inline figure. Each event waits for its picture; times are taken in the page,
from the event to the frame after the new picture stands. Then three seconds of dragging count
pictures. Needs Chromium and the `test` extra.
"""

import pathlib
import statistics
import sys
import tempfile
import time

import nbformat
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from lab import Lab  # noqa: E402

EVENTS = 60
SETUP = """
import ipywidgets, torch
from vaeteach import build_vae, fit, load
from vaeteach.plots import draw_codes, draw_ellipse, draw_normal_contours
from vaeteach.plots import draw_picture, new_figure, style_plane
from vaeteach.widgets import LatentExplorer
from vaeteach.widgets.base import FigureView
data = load("digits").binarized()
model = build_vae(data)
fit(model, data, epochs=15, progress=False)
codes = model.encode(data.train).mean.detach()
def decode(z):
    with torch.no_grad():
        return model.decode(torch.tensor(z)).mean
"""
EXPLORER = "explorer = LatentExplorer(model, data)\nexplorer"
FIGURE = """
class Plane(FigureView):
    alt = "plane"
    def __init__(self):
        super().__init__()
        figure, (plane, right) = new_figure(8, 4.8, columns=2, width_ratios=[2.4, 1])
        style_plane(plane)
        draw_codes(plane, codes, data.train_labels)
        draw_normal_contours(plane)
        self.at = draw_ellipse(plane, (0, 0), (0.1, 0.1))
        self.picture = draw_picture(right, decode([0.0, 0.0]), data.shape)
        self.z1 = ipywidgets.FloatSlider(min=-3, max=3, step=0.01)
        self.show(figure, [self.at, self.picture], [self.z1])
    def move(self):
        self.at.set_center((self.z1.value, 0))
        self.picture.set_data(decode([self.z1.value, 0.0]).reshape(data.shape))
Plane()
"""
INTERACT = """
from matplotlib import pyplot
def redraw(z1=0.0):
    figure, (plane, right) = pyplot.subplots(1, 2, figsize=(8, 4.8), width_ratios=[2.4, 1])
    style_plane(plane)
    draw_codes(plane, codes, data.train_labels)
    draw_normal_contours(plane)
    draw_ellipse(plane, (z1, 0), (0.1, 0.1))
    draw_picture(right, decode([z1, 0.0]), data.shape)
    pyplot.show()
ipywidgets.interact(redraw, z1=ipywidgets.FloatSlider(min=-3, max=3, step=0.01))
"""

# In the page: note the time of each pointer event, and the frame after the view last changed.
WATCH = """(kind) => {
  const state = window.bench = { event: 0, changed: 0, pictures: 0, times: [] };
  const seen = () => {
    const from = state.event;
    state.pictures += 1;
    requestAnimationFrame(() => setTimeout(() => {
      state.changed = performance.now();
      state.times.push(state.changed);
    }));
  };
  document.addEventListener('pointermove', () => { state.event = performance.now(); }, true);
  if (kind === 'explorer')
    new MutationObserver(seen).observe(document.querySelector('.vaeteach-explorer'),
                                       { attributes: true, attributeFilter: ['data-frames'] });
  else if (kind === 'figure')
    new MutationObserver(seen).observe(document.querySelector('.vaeteach-view canvas'),
                                       { attributes: true, attributeFilter: ['data-painted'] });
  else
    new MutationObserver((list) => {
      for (const record of list) for (const node of record.addedNodes)
        if (node.querySelector) {
          const img = node.tagName === 'IMG' ? node : node.querySelector('img');
          if (img) img.decode().then(seen); }
    }).observe(document.querySelector('.widget-interact'), { childList: true, subtree: true });
}"""


def write(folder, name, cell):
    content = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(SETUP), nbformat.v4.new_code_cell(cell)]
    )
    content.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    nbformat.write(content, folder / name)
    return name


def measure(lab, name, kind):
    """Latencies in ms of single events; pictures per second in a three-second drag; pictures that
    came late.
    """
    with lab.open_and_run(name) as sheet:
        page = sheet.page
        target = page.locator(".latent-plane" if kind == "explorer" else ".noUi-handle").first
        target.scroll_into_view_if_needed()
        page.wait_for_timeout(1500)
        page.evaluate(WATCH, kind)
        box = target.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        latencies = []
        for i in range(EVENTS):
            before = page.evaluate("() => window.bench.pictures")
            page.mouse.move(x + 12 * (-1) ** i + i % 7, y)
            page.wait_for_function(
                "(n) => window.bench.pictures > n && window.bench.changed > window.bench.event",
                arg=before,
                timeout=30_000,
            )
            # let stragglers settle, so that the next time is of the next event only
            page.wait_for_timeout(150)
            latencies.append(
                page.evaluate(
                    "() => window.bench.times.find((t) => t > window.bench.event) -"
                    " window.bench.event"
                )
            )
        page.wait_for_timeout(500)
        before, start = page.evaluate("() => window.bench.pictures"), time.perf_counter()
        while (elapsed := time.perf_counter() - start) < 3:
            page.mouse.move(x + 60 * np.sin(3 * elapsed), y)
        page.mouse.up()
        rate = (page.evaluate("() => window.bench.pictures") - before) / elapsed
        page.wait_for_timeout(100)
        settled = page.evaluate("() => window.bench.pictures")
        page.wait_for_timeout(1500)
        late = page.evaluate("() => window.bench.pictures") - settled
        sheet.no_page_errors()
    return latencies[5:], rate, late


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        lab = Lab(folder)
        try:
            results = {
                kind: measure(lab, write(folder, f"{kind}.ipynb", cell), kind)
                for kind, cell in (
                    ("interact", INTERACT),
                    ("figure", FIGURE),
                    ("explorer", EXPLORER),
                )
            }
        finally:
            lab.close()
    names = {
        "interact": "`interact`, inline figure",
        "figure": "figure view, changed part",
        "explorer": "latent explorer",
    }
    base = results["interact"][0]
    lines = [
        (
            "| way | median ms | p95 ms | median beside `interact` | p95 beside it | pictures/s in"
            " a drag | more than 100 ms late |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    for kind, (times, rate, late) in results.items():
        median, p95 = statistics.median(times), float(np.quantile(times, 0.95))
        lines.append(
            f"| {names[kind]} | {median:.0f} | {p95:.0f} | 1/{statistics.median(base) / median:.1f}"
            f" | 1/{np.quantile(base, 0.95) / p95:.1f} | {rate:.1f} | {late} |"
        )
    report = "\n".join(lines)
    print(report)
    (ROOT / "benchmarks" / "views.md").write_text(report + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
