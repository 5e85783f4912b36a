"""How soon the views of the pages in site/ can be used, how fast they answer, how large all is.

    python3 course.py site && .venv/bin/python benchmarks/pages.py [PAGE …]

Headless Chromium without a network opens each page from the disk. A view counts as usable when its
picture stands, from the moment it is scrolled to. Its first control takes the focus, as by the Tab
key, and half a second later moves forty times between both its ends and the middle; a move is timed
in the page until the frame after the new picture.
"""

import pathlib
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
SITE = ROOT / "site"
sys.path[:0] = [str(ROOT / "tests" / "browser")]

MOVES = """async (view) => {
  const canvas = view.querySelector("canvas[data-painted]") ?? view.querySelector("[data-frames]");
  const label = "label:not([hidden])";
  const control = view.querySelector(`${label} input[type=range], ${label} select`);
  if (!canvas || !control) return [];
  const count = () => canvas.dataset.painted ?? canvas.dataset.frames;
  const frame = () => new Promise(requestAnimationFrame), times = [];
  const list = control.tagName === "SELECT";
  const last = list ? control.options.length - 1 : Number(control.max);
  control.focus();
  await new Promise((done) => setTimeout(done, 500));
  for (let i = 0; i < 40; i++) {
    const before = count(), start = performance.now();
    if (list) control.selectedIndex = i % (last + 1);
    else control.value = i % 2 ? i % (last + 1) : last - (i % (last + 1));
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.dispatchEvent(new Event("change", { bubbles: true }));
    while (count() === before && performance.now() - start < 2000) await frame();
    await frame();
    if (count() !== before) times.push(performance.now() - start);
    await new Promise((done) => setTimeout(done, 30));
  }
  return times;
}"""
USABLE = """(view) => new Promise((done) => {
  const start = performance.now();
  view.scrollIntoView();
  const stands = () => view.dataset.alive &&
    view.querySelector("canvas[data-painted], [data-frames], fieldset");
  const look = () => stands() ? done(performance.now() - start) : requestAnimationFrame(look);
  look();
})"""


def main():
    from lab import FLAGS, as_root, find_chromium
    from playwright.sync_api import sync_playwright

    print("| page | MB | its largest view, MB | usable, ms | median of a move, ms | p95, ms |")
    print("|---|---|---|---|---|---|")
    with sync_playwright() as playwright:
        flags = FLAGS + (["--no-sandbox"] if as_root() else [])
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        for path in [SITE / f"{name}.html" for name in sys.argv[1:]] or sorted(SITE.glob("*.html")):
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            asked = set()
            page.on("request", lambda request, asked=asked: asked.add(request.url))
            page.goto(path.as_uri())
            views = page.locator(".vaeteach-alone").element_handles()
            if views:
                print(line(page, path, views, asked), flush=True)
            page.close()
        browser.close()


def line(page, path, views, asked):
    usable = max(page.evaluate(USABLE, view) for view in views)
    moves = sum((page.evaluate(MOVES, view) for view in views), [])
    names = {url.split("?")[0].removeprefix(f"{SITE.as_uri()}/") for url in asked}
    sizes = {name: (SITE / name).stat().st_size for name in names if (SITE / name).is_file()}
    whole = sum(sizes.values())
    view = max((size for name, size in sizes.items() if "/views/" in name), default=0)
    times = "– | –"
    if moves:
        times = f"{np.median(moves):.0f} | {np.quantile(moves, 0.95):.0f}"
    return f"| {path.stem} | {whole / 1e6:.1f} | {view / 1e6:.1f} | {usable:.0f} | {times} |"


if __name__ == "__main__":
    main()
