"""The course as pages: alive from the disk and below any path of a server, with nothing from
elsewhere. One small page always; every page with VAETEACH_EVERYTHING=1.
"""

import functools
import http.server
import importlib.util
import os
import threading

import nbformat
import pytest
from lab import ARTEFACTS

from vaeteach import build_vae, checks, load
from vaeteach.widgets import KLOfTwoGaussians, LatentExplorer, SelfTest
from vaeteach.widgets.base import recording

if importlib.util.find_spec("sphinx") is None and "CI" not in os.environ:
    pytest.skip("the pages need the extra `site`", allow_module_level=True)

import build

VIEW_BYTES, PAGE_BYTES = 3e6, 8e6
PROSE = """# Is this a page?

**You will be able to** see $\\mathrm{KL}(q\\,\\Vert\\,p)$ in
[the second section](00_page.ipynb#2.-A-view).

$$\\log p(x) = \\mathbb E_q[\\log p(x, z)] - \\mathbb E_q[\\log q(z)] +
\\mathrm{KL}(q(z)\\,\\Vert\\,p(z\\mid x))$$

So
$\\log p(x) = \\mathbb E_q[\\log p(x, z)] - \\mathbb E_q[\\log q(z)] + \\mathrm{KL}(q \\Vert p)$
again.

<details><summary>Hint</summary>

Look `here`.
</details>

## 2. A view"""


def shown_by(view):
    data, metadata = view._repr_mimebundle_()
    return nbformat.v4.new_output("display_data", data, metadata=metadata)


@pytest.fixture(scope="module")
def small():
    """A lesson of three views, as a run would leave it."""
    data = load("digits").binarized()
    before, recording.MOST = recording.MOST, 6
    kl = KLOfTwoGaussians()
    kl.record()
    recording.MOST = before
    views = LatentExplorer(build_vae(data, hidden=(8,)), data), kl, SelfTest(checks.QUESTIONS)
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(PROSE)])
    made.metadata["language_info"] = {"name": "python"}
    for view in views:
        made.cells.append(nbformat.v4.new_code_cell("view", outputs=[shown_by(view)]))
    return made


@pytest.fixture(scope="module")
def site(small, tmp_path_factory, root):
    """The pages of that lesson and of a glossary, made by Sphinx."""
    folder = tmp_path_factory.mktemp("pages")
    notebook, texts = folder / "00_page.ipynb", [folder / name for name in build.TEXTS]
    nbformat.write(small, notebook)
    glossary = (root / "notebooks" / "glossary.md").read_text("utf-8")
    for text in texts:
        text.write_text("# Map\n\n" + glossary[glossary.index("```mermaid") :], "utf-8")
    build.stage({notebook: small}, texts, folder / "sources")
    assert build.sphinx(folder / "sources", folder / "site", [notebook]) == 0
    return folder / "site"


@pytest.fixture(scope="module")
def chromium(lab):
    return lab.browser


@pytest.fixture(scope="module")
def served(site):
    """The address of the folder above the site, so that the site lies below a path."""
    handler = functools.partial(Quiet, directory=site.parent)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{site.name}"
    server.shutdown()
    server.server_close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Watched:
    """A page of the site in a window of its own; `problems` are errors and requests elsewhere."""

    def __init__(self, browser, address, **options):
        self.page, self.problems = browser.new_page(**options), []
        self.home, self.asked = address.rsplit("/", 1)[0], set()
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._said)
        self.page.on("request", lambda request: self._asks(request.url))
        self.page.goto(address)

    def _said(self, line):
        if line.type == "error":
            self.problems.append(line.text)

    def _asks(self, url):
        self.asked.add(url)
        if not url.startswith((self.home, "data:", "blob:")):
            self.problems.append(url)

    def use_views(self):
        """Wake every view of the page and move it; returns how many there were."""
        views = self.page.locator(".vaeteach-alone").all()
        for view in views:
            view.scroll_into_view_if_needed()
            view.locator("xpath=self::*[@data-alive]").wait_for(timeout=60_000)
            if view.locator("fieldset").count():
                continue
            canvas = view.locator("canvas[aria-label]").first
            canvas.wait_for()
            before = canvas.get_attribute("aria-label")
            control = view.locator("label:visible :is(input, select)").first
            if view.locator(".latent-plane").count():
                canvas.click(position={"x": 80, "y": 80})
            elif control.evaluate("(e) => e.tagName") == "SELECT":
                control.select_option(index=1)
            elif control.get_attribute("type") == "checkbox":
                control.click()
            else:
                control.press("Home")
                if canvas.get_attribute("aria-label") == before:
                    control.press("End")
            changed = "([c, before]) => c.getAttribute('aria-label') !== before"
            self.page.wait_for_function(changed, arg=[canvas.element_handle(), before])
        return len(views)


@pytest.fixture(params=["file", "served"])
def address(request, site):
    return site.as_uri() if request.param == "file" else request.getfixturevalue("served")


def test_a_lesson_is_alive_and_asks_nothing_of_others(chromium, address, site):
    lesson = Watched(chromium, f"{address}/00_page.html")
    assert lesson.use_views() == 3
    page = lesson.page
    assert page.locator("math").count() > 2 and not page.locator("img[alt='']").count()
    page.get_by_role("link", name="the second section").click()
    assert page.url.endswith("#a-view") or page.locator(":target").count() == 1
    page.get_by_text("Hint").click()
    assert page.get_by_text("Look here.").is_visible()
    for link in page.locator("a.headerlink, .about a").all():
        href = link.get_attribute("href")
        assert href.startswith("#") or (site / href).exists(), href
    assert not lesson.problems
    page.close()


def test_the_front_page_has_the_explorer_alive_and_the_map(chromium, site):
    front = Watched(chromium, f"{site.as_uri()}/index.html")
    assert front.use_views() == 1
    assert front.page.get_by_role("link", name="00", exact=True).first.is_visible()
    front.page.close()
    assert not front.problems


def test_the_search_finds_a_lesson(chromium, site):
    search = Watched(chromium, f"{site.as_uri()}/search.html?q=able")
    search.page.locator("#search-results a[href*='00_page']").first.wait_for(timeout=60_000)
    search.page.close()
    assert not search.problems


def test_arrows_of_the_map_lead_into_lessons(chromium, site):
    glossary = Watched(chromium, f"{site.as_uri()}/glossary.html")
    glossary.page.locator(".concept-map a[href='00_page.html']").first.wait_for()
    glossary.page.close()


def test_the_self_test_judges_and_remembers_in_the_page(chromium, served):
    window = chromium.new_context()
    page = window.new_page()
    page.goto(f"{served}/00_page.html")
    form = page.locator("fieldset[data-key='kl-value']")
    form.scroll_into_view_if_needed()
    page.locator(".vaeteach-alone[data-alive]:has(fieldset)").wait_for()
    (question,) = (q for q in checks.QUESTIONS if q.key == "kl-value")
    entry, press = form.locator("input"), form.get_by_role("button", name="Check")
    press.click()
    assert not form.locator(".says:visible").count(), "an empty answer is not judged"
    slip, _ = question.slips[0]
    for answer, right in [(slip(), "0"), (12345, "0"), (question.value(), "1")]:
        entry.fill(f"{answer:.2f}".replace(".", ","))
        press.click()
        assert form.locator(".says:visible").get_attribute("data-right") == right
    choice = page.locator("fieldset[data-key='prior-of-what']")
    choice.get_by_text("the pixels").click()
    choice.get_by_role("button", name="Check").click()
    assert "notebook 01" in choice.locator(".says:visible").inner_text()
    again = window.new_page()
    again.goto(f"{served}/00_page.html")
    again.locator("fieldset").first.scroll_into_view_if_needed()
    again.locator(".total", has_text="1 of").wait_for()
    window.close()


def serious(page):
    """What axe finds serious or critical: [(rule, HTML)]."""
    from axe_playwright_python.sync_playwright import Axe

    # no second look at the style sheets, which a page from the disk may not ask for
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [
        (one["id"], node["html"][:200])
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("width, scheme", [(1400, "light"), (1400, "dark"), (400, "light")])
def test_nothing_serious_for_axe_and_nothing_wider_than_the_window(chromium, site, width, scheme):
    size = {"width": width, "height": 900}
    lesson = Watched(chromium, f"{site.as_uri()}/00_page.html", viewport=size, color_scheme=scheme)
    lesson.use_views()
    lesson.page.screenshot(path=ARTEFACTS / f"site-{width}-{scheme}.png", full_page=True)
    assert lesson.page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious(lesson.page) == []
    lesson.page.close()


@pytest.mark.skipif("VAETEACH_EVERYTHING" not in os.environ, reason="makes the whole site")
def test_every_page_of_the_course(chromium):
    assert build.main() == 0
    for file in (build.SITE / "_static" / "views").iterdir():
        assert file.stat().st_size < VIEW_BYTES, file.name
    for path in sorted(build.SITE.glob("*.html")):
        page = Watched(chromium, path.as_uri())
        page.use_views()
        names = {url.split("?")[0].removeprefix(f"{page.home}/") for url in page.asked}
        files = [build.SITE / name for name in names]
        assert sum(file.stat().st_size for file in files if file.is_file()) < PAGE_BYTES, path.name
        whole = dict(path=ARTEFACTS / f"site-{path.stem}.png", full_page=True, timeout=120_000)
        page.page.screenshot(**whole)
        assert not page.problems, path.name
        assert serious(page.page) == [], path.name
        page.page.set_viewport_size({"width": 400, "height": 900})
        assert page.page.evaluate("document.documentElement.scrollWidth") <= 400, path.name
        page.page.close()
