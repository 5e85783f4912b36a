"""The views that are painted in the page, as exported pages without a kernel: at any width, in any
hands.
"""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from vaeteach import build_vae, fit, load
from vaeteach.exact import expected_elbo, log_marginal
from vaeteach.plots import digit_palette
from vaeteach.widgets import LatentExplorer, LiveTraining
from vaeteach.widgets.canvas import CanvasView

EXPLORER, LIVE = ".vaeteach-explorer", ".vaeteach-training"
WINDOWS = [(1000, 1), (620, 2), (400, 1)]


@pytest.fixture(scope="module")
def data():
    return load("digits").binarized()


@pytest.fixture(scope="module")
def model(data):
    made = build_vae(data, hidden=(32,))
    fit(made, data, epochs=3, progress=False)
    return made


@pytest.fixture(scope="module")
def training(data):
    view = LiveTraining(data, steps=200)
    for rate in (8e-3, 1.0, 8e-3):  # the second goes astray
        view.rate.value = rate
        view.start()
        view.wait(60)
        view.wait()
        if view.rate.value == 1.0 or not view.canvas.past:
            view.reset()
    return view


@pytest.fixture
def show(lab, tmp_path):
    """Opens the page of a view in a window of its own; every script error is a failure."""
    opened, errors = [], []

    def open_page(view, width=1000, ratio=1, **options):
        file = tmp_path / f"page{len(opened)}.html"
        body = view._repr_mimebundle_()[0]["text/html"]
        file.write_text(f"<!doctype html><meta charset=utf-8>{body}", encoding="utf-8")
        size = {"width": width, "height": 900}
        page = lab.browser.new_page(viewport=size, device_scale_factor=ratio, **options)
        opened.append(page)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(file.as_uri())
        page.locator(f"{EXPLORER}[data-z], {LIVE} canvas[data-painted]").first.wait_for()
        return page

    yield open_page
    for page in opened:
        page.close()
    assert not errors


def middle(box):
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def draw_seven(page):
    pad = page.locator(".pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    corners = [
        (box["x"] + a * box["width"], box["y"] + b * box["height"])
        for a, b in ((0.3, 0.2), (0.7, 0.2), (0.45, 0.85))
    ]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=5)
    page.mouse.up()


def pixels(page, selector):
    """The canvas as (height, width, 4)."""
    url = page.evaluate("(s) => document.querySelector(s).toDataURL()", selector)
    picture = Image.open(io.BytesIO(base64.b64decode(url.split(",")[1])))
    return np.asarray(picture.convert("RGBA")).astype(int)


def count_of_colour(page, selector, colour):
    rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    opaque = 0.65 * np.array(rgb) + 0.35 * 255  # as the dots are painted
    return int((np.abs(pixels(page, selector)[..., :3] - opaque) < 6).all(-1).sum())


@pytest.mark.parametrize("width, ratio", WINDOWS)
def test_the_plane_has_its_true_shape_and_the_decoded_digit_beside_it(
    show, model, data, width, ratio
):
    page = show(LatentExplorer(model, data), width, ratio)
    plane, decoded = page.locator(".latent-plane"), page.locator(".decoded")
    box, beside = plane.bounding_box(), decoded.bounding_box()
    assert beside["x"] >= box["x"] + box["width"] and beside["x"] + beside["width"] <= width
    assert box["y"] - 60 < beside["y"] < box["y"] + box["height"]
    x, y = middle(box)
    places = []
    for dx, dy in ((0, 0), (50, 0), (0, -50)):
        page.mouse.click(x + dx, y + dy)
        page.wait_for_timeout(150)
        z = page.locator(EXPLORER).get_attribute("data-z").split()
        places.append(np.array([float(v) for v in z]))
    across, up = places[1] - places[0], places[2] - places[0]
    assert across[0] == pytest.approx(up[1], rel=0.02) and across[0] > 0.1
    assert abs(across[1]) < 1e-6 and abs(up[0]) < 1e-6
    drawn = plane.evaluate("(c) => [c.width / c.clientWidth, c.height / c.clientHeight]")
    assert drawn == pytest.approx([ratio, ratio], rel=0.01)
    page.screenshot(path=artefact(f"explorer-page-{width}"))


def artefact(name):
    from lab import ARTEFACTS

    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    return ARTEFACTS / f"{name}.png"


def test_log_p_of_a_picture_and_its_bound_are_those_of_quadrature(show, model, data):
    page, x = show(LatentExplorer(model, data)), data.test[:5]
    page.evaluate("(x) => document.querySelector('.vaeteach-explorer').vaeteach.evidence(x)",
                  x[0].tolist())  # fmt: skip
    ask = "(xs) => xs.map((x) => document.querySelector('.vaeteach-explorer').vaeteach.evidence(x))"
    page.wait_for_function(f"(xs) => ({ask})(xs)[0]", arg=x.tolist(), timeout=60_000)
    found = page.evaluate(ask, x.tolist())
    assert np.allclose([f["evidence"] for f in found], log_marginal(model, x), atol=1e-3)
    assert np.allclose([f["bound"] for f in found], expected_elbo(model, x).value, atol=1e-3)


@pytest.mark.parametrize("likelihood", ["gaussian", "continuous_bernoulli"])
def test_log_p_of_grey_pictures(show, likelihood):
    grey = load("digits")
    model = build_vae(grey, likelihood=likelihood, hidden=(16,))
    page, x = show(LatentExplorer(model, grey)), grey.test[:1]
    ask = "(x) => document.querySelector('.vaeteach-explorer').vaeteach.evidence(x)"
    found = page.wait_for_function(ask, arg=x[0].tolist(), timeout=60_000).json_value()
    assert found["evidence"] == pytest.approx(float(log_marginal(model, x)), abs=1e-3)


def test_the_reader_s_own_digit_is_reconstructed_sampled_and_priced(show, model, data):
    page = show(LatentExplorer(model, data))
    assert not page.locator(".answer").is_visible()
    draw_seven(page)
    page.locator(".numbers", has_text="gap").wait_for(timeout=60_000)
    lines = page.locator(".numbers div").all_inner_texts()
    log_p, bound, gap = (float(line.split("=")[1].split()[0].replace("−", "-")) for line in lines)
    assert bound <= log_p < 0 and gap == pytest.approx(log_p - bound, abs=0.011)
    again, sample = pixels(page, ".again"), pixels(page, ".sample")
    assert again.min() < 128  # there is ink
    page.locator("button", has_text="another sample").click()
    page.wait_for_timeout(200)
    assert (pixels(page, ".again") == again).all() and (pixels(page, ".sample") != sample).any()
    page.screenshot(path=artefact("explorer-page-drawn"))
    page.locator("button", has_text="clear").click()
    page.wait_for_timeout(200)
    assert not page.locator(".answer").is_visible()


@pytest.mark.parametrize("kind, plane", [("explorer", ".latent-plane"), ("training", ".codes")])
def test_a_digit_of_the_legend_shows_its_class_alone(show, request, model, data, kind, plane):
    view = (
        LatentExplorer(model, data) if kind == "explorer" else request.getfixturevalue("training")
    )
    page = show(view)
    three, seven = (page.locator(".legend button", has_text=d) for d in "37")
    palette = digit_palette()
    others = palette[7]
    before = count_of_colour(page, plane, others)
    three.click()
    page.wait_for_timeout(200)
    assert before > 100 and count_of_colour(page, plane, others) < before / 10
    assert three.get_attribute("aria-pressed") == "true"
    seven.press("Enter")
    page.wait_for_timeout(200)
    assert count_of_colour(page, plane, others) > before / 2
    seven.press("Enter")
    page.wait_for_timeout(200)
    assert count_of_colour(page, plane, palette[3]) > 100
    assert seven.get_attribute("aria-pressed") == "false"


def test_who_cannot_see_is_told(show, model, data):
    page = show(LatentExplorer(model, data))
    plane = page.locator(".latent-plane")
    assert plane.get_attribute("role") == "application"  # keys drive it: it is no picture
    plane.focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown"):
        plane.press(key)
    page.wait_for_timeout(800)
    assert "z = (0.30, −0.10)" in page.locator("[aria-live=polite]").first.inner_text()
    assert "z = (0.30, −0.10)" in plane.get_attribute("aria-label")
    unnamed = page.evaluate(
        "() => [...document.querySelectorAll('button, input, canvas')].filter("
        "(e) => !e.textContent &&"
        " !e.getAttribute('aria-label') && !e.labels?.length).length"
    )
    assert unnamed == 0
    sizes = page.locator("button:visible").evaluate_all(
        "(all) => all.map((b) => [b.offsetWidth, b.offsetHeight])"
    )
    assert np.min(sizes) >= 24


@pytest.mark.parametrize("width, ratio", WINDOWS)
def test_the_circles_of_a_training_are_round(show, training, width, ratio):
    page = show(training, width, ratio)
    for selector in (".codes", ".curves"):
        canvas = page.locator(f"{LIVE} {selector}")
        drawn = canvas.evaluate("(c) => [c.width / c.clientWidth, c.height / c.clientHeight]")
        assert drawn == pytest.approx([ratio, ratio], rel=0.01)
        box = canvas.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
    grey = np.array([0x7A, 0x7A, 0x7A])
    image = pixels(page, f"{LIVE} .codes")[30 * ratio : -42 * ratio, 48 * ratio : -10 * ratio, :3]
    rows, columns = np.nonzero((np.abs(image - grey) < 12).all(-1))
    assert np.ptp(columns) == pytest.approx(np.ptp(rows), rel=0.03)
    page.screenshot(path=artefact(f"live-page-{width}"))


def test_one_run_astray_does_not_flatten_the_others(show, training):
    page = show(training)
    own = np.frombuffer(training.canvas.curve, "<f4").reshape(-1, 4)[:, 3].tolist()
    past = [run["rows"][3::4] for run in training.canvas.past]
    assert min(map(min, past)) < min(own) - 10 * np.ptp(own)  # it did go astray
    module = LiveTraining(training.data, steps=10).canvas._esm
    page.evaluate(
        "async (text) => { window.drawn = await import(URL.createObjectURL(new Blob([text + "
        "'\\nexport { span };'], { type: 'text/javascript' }))); }",
        module,
    )
    low, high = page.evaluate("([own, past]) => window.drawn.span(own, past)", [own, past])
    assert low < min(own) and high > max(own) and high - low < 4 * np.ptp(own)
    assert page.evaluate("() => window.drawn.span([], [])") is None
    assert page.evaluate("() => window.drawn.span([1], [])") is None


def test_before_a_run_there_are_no_ticks(show, data):
    view = LiveTraining(data, steps=10)
    page = show(view)
    ink = (pixels(page, f"{LIVE} .curves")[..., :3] < 100).all(-1)
    assert not ink[:, :45].any()  # left of the frames stand numbers only
    assert not page.locator(".recording").is_visible()


def test_every_past_run_is_named_in_full(show, training):
    page = show(training, 1000)
    for run in page.locator(f"{LIVE} .run span").all():
        box = run.bounding_box()
        assert box["x"] + box["width"] <= 1000
        assert run.evaluate("(e) => e.scrollWidth <= e.clientWidth || e.clientWidth === 0")
    assert page.locator(f"{LIVE} .run").count() == len(training.canvas.past) == 2


def test_a_run_is_gone_through_with_the_slider_and_played(show, training):
    page = show(training)
    slider, codes = page.locator(".recording input"), f"{LIVE} .codes"
    last = pixels(page, codes)
    slider.focus()
    slider.press("Home")
    page.wait_for_timeout(200)
    first = pixels(page, codes)
    assert (first != last).any() and "epoch 0.0" in slider.get_attribute("aria-valuetext")
    page.locator(".recording button").click()
    page.wait_for_function("() => document.querySelector('.recording button').innerText === 'Play'")
    page.wait_for_timeout(200)
    at_end = slider.evaluate("(s) => s.value === s.max")
    assert at_end and (pixels(page, codes) == last).mean() > 0.97  # the mark of the epoch is there


def test_who_wants_little_motion_gets_little(show, training):
    page = show(training, reduced_motion="reduce")
    page.locator(".recording input").press("Home")
    page.locator(".recording button").click()
    painted = []
    for _ in range(2):
        painted.append(int(page.locator(f"{LIVE} .codes").get_attribute("data-painted")))
        page.wait_for_timeout(2000)
    assert painted[1] - painted[0] <= 3


def test_a_training_says_so_where_nothing_of_its_thread_arrives(lab, training, tmp_path):
    """As in a notebook that shows the answers of cells and buttons, and else nothing."""
    canvas, before = training.canvas, training.canvas.status
    canvas.status = "training"
    shown = CanvasView.page(canvas, b"", {"recorded": False})
    canvas.status = before
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><meta charset=utf-8>{shown}", encoding="utf-8")
    page = lab.browser.new_page()
    page.goto(file.as_uri())
    page.locator(f"{LIVE} .status", has_text="no picture of it arrives").wait_for(timeout=60_000)
    page.close()
