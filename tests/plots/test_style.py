"""Colours that can be told apart, and figures that say what they show."""

import base64

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from vaeteach import plots
from vaeteach.plots.style import COLOURS, SERIES, SHADES

OPACITY = 0.65  # of the dots in the plane of codes
# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def rgb(colours):
    return np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in colours])


def linear(c):
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast_on_white(colours):
    """WCAG 2's ratio."""
    return 1.05 / (linear(rgb(colours)) @ [0.2126, 0.7152, 0.0722] + 0.05)


def lab(lin):
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    t = lin @ np.transpose(to_xyz) / [0.95047, 1, 1.08883]
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.stack(
        [116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1
    )


def ciede2000(first, second):
    """Sharma, Wu and Dalal (2005), equations 2 to 22."""
    (L1, a1, b1), (L2, a2, b2) = np.moveaxis(first, -1, 0), np.moveaxis(second, -1, 0)
    C = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(C**7 / (C**7 + 25.0**7))
    C1, C2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, stretch * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    grey = C1 * C2 == 0
    dH = 2 * np.sqrt(C1 * C2) * np.sin(np.radians((h2 - h1 + 180) % 360 - 180) / 2)
    L, C = (L1 + L2) / 2, (C1 + C2) / 2
    h = (h1 + h2) / 2 + np.where(np.abs(h1 - h2) > 180, np.where(h1 + h2 < 360, 180, -180), 0)
    h = np.where(grey, h1 + h2, h)

    def cos(degrees):
        return np.cos(np.radians(degrees))

    T = 1 - 0.17 * cos(h - 30) + 0.24 * cos(2 * h) + 0.32 * cos(3 * h + 6) - 0.2 * cos(4 * h - 63)
    turn = 60 * np.exp(-(((h - 275) / 25) ** 2))
    R = -2 * np.sqrt(C**7 / (C**7 + 25.0**7)) * np.sin(np.radians(turn))
    dL = (L2 - L1) / (1 + 0.015 * (L - 50) ** 2 / np.sqrt(20 + (L - 50) ** 2))
    dC, dH = (C2 - C1) / (1 + 0.045 * C), dH / (1 + 0.015 * C * T)
    return np.sqrt(dL**2 + dC**2 + dH**2 + R * dC * dH)


def distances(colours, vision, opacity=1.0):
    """CIEDE2000 between any two (n, n) as these eyes see them, at this opacity on white."""
    on_paper = opacity * rgb(colours) + 1 - opacity
    seen = lab(np.clip(linear(on_paper) @ np.transpose(VISION[vision]), 0, 1))
    return ciede2000(seen[:, None], seen[None])


@pytest.mark.parametrize(
    ("first", "second", "published"),
    [  # Sharma, Wu and Dalal (2005), table 1: pairs 1, 7, 9, 10, 17, 25, 34
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.49, -0.001), (50, -2.49, 0.001), 7.1792),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_oracle_agrees_with_the_published_pairs(first, second, published):
    value = ciede2000(np.array(first, float), np.array(second, float))
    assert value == pytest.approx(published, abs=1e-4)


@pytest.mark.parametrize("vision", VISION)
def test_any_two_digits_can_be_told_apart(vision):
    apart = distances(plots.digit_palette(), vision, OPACITY)
    assert apart[np.triu_indices(10, 1)].min() > 12
    for pair in ((3, 5), (3, 8), (5, 8), (4, 9), (7, 9), (1, 7)):
        assert apart[pair] > 18


@pytest.mark.parametrize("vision", VISION)
def test_meanings_can_be_told_apart(vision):
    apart = distances(list(COLOURS.values()), vision)
    assert apart[np.triu_indices(len(COLOURS), 1)].min() > 7


def test_no_digit_wears_the_colour_of_q_or_of_the_prior():
    colours = [COLOURS["q"], COLOURS["prior"], *plots.digit_palette()]
    assert distances(colours, "normal")[:2, 2:].min() > 10


def test_lines_and_letters_stand_out_on_white():
    colours = [*COLOURS.values(), *SERIES, *plots.digit_palette()]
    assert contrast_on_white(colours).min() >= 3
    assert len({*COLOURS.values()}) == len(COLOURS)
    assert SHADES["between"] == COLOURS["q"] and SHADES["information"] == COLOURS["kl"]


def test_alt_text_is_what_was_said_else_titles_axes_and_legend():
    figure, (left, right) = plots.new_figure(4, 2, columns=2, alt="Two\n  lines.")
    assert figure.alt == "Two lines."
    figure.alt = None
    left.plot([0, 1], label="$q$")
    left.legend()
    left.set(title="bound", xlabel="epoch", ylabel="nats")
    right.set_title("codes")
    assert figure.alt == "bound; nats against epoch; shown are q. codes"
    with pytest.raises(ValueError, match="what a figure shows"):
        figure.alt = "  "
    data, metadata = figure._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG") and data["text/plain"] == figure.alt
    assert metadata["image/png"] == {"width": 400, "height": 200, "alt": figure.alt}


@pytest.mark.notebook
@pytest.mark.parametrize("template", ["lab", "basic", "classic"])
def test_exported_pages_carry_the_alt_text(template, executed):
    page, _ = HTMLExporter(template_name=template).from_notebook_node(executed)
    assert page.count('alt="A line &lt; 2."') == 1 and page.count("<img") == 1
    assert "No description has been provided" not in page


@pytest.fixture(scope="module")
def executed():
    source = (
        "from vaeteach import plots\n"
        "figure, ax = plots.new_figure(3, 2)\n"
        "ax.plot([0, 1])\n"
        "figure.alt = f'A line < {1 + 1}.'\n"
        "figure"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    notebook = NotebookClient(notebook, kernel_name="python3", startup_timeout=180).execute()
    [output] = notebook.cells[0].outputs
    assert output.metadata["image/png"]["alt"] == output.data["text/plain"] == "A line < 2."
    assert base64.b64decode(output.data["image/png"]).startswith(b"\x89PNG")
    return notebook
