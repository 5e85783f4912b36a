"""In JupyterLab, every notebook runs, and every view on it answers the mouse.

Knows nothing of the views in particular: a view is an element of the class `vaeteach-view` that
holds a <canvas>, which answers to a drag, or a named picture, which answers to the first control
beside it.
"""

import os
import pathlib

import pytest

HERE = pathlib.Path(__file__).resolve().parent
NOTEBOOKS = sorted((HERE.parent.parent / "notebooks").glob("*.ipynb"))
# Views with a browser test of their own are driven there, in less time; VAETEACH_EVERYTHING=1 opens
# all lessons here.
OPENED = [
    path
    for path in NOTEBOOKS
    if "VAETEACH_EVERYTHING" in os.environ
    or path.name.startswith("00")
    or not (HERE / f"test_nb{path.name[:2]}.py").exists()
]


def pictures(view):
    return view.locator("canvas")


def use_first_control(sheet, view):
    """Move a slider, tick a box, choose the next entry or press a button: the first of these that
    is there.
    """
    slider, box = (
        view.locator(".widget-slider:has(.noUi-handle)"),
        view.locator("input[type=checkbox]"),
    )
    choice, button = view.locator("select"), view.locator("button")
    if slider.count():
        handle, track = (
            slider.first.locator(".noUi-handle").first,
            slider.first.locator(".noUi-base"),
        )
        left = (handle.bounding_box()["x"] - track.bounding_box()["x"]) < track.bounding_box()[
            "width"
        ] / 2
        sheet.drag(slider.first, 0.3 if left else -0.3)
    elif box.count():
        box.first.click()
    elif choice.count():
        entries = [
            text.replace("\xa0", " ") for text in choice.first.locator("option").all_inner_texts()
        ]
        choice.first.select_option(
            index=(entries.index(choice.first.input_value()) + 1) % len(entries)
        )
    elif button.count():
        button.first.click()
    else:
        raise AssertionError("this view has neither a canvas nor a control")


@pytest.mark.parametrize("path", OPENED, ids=lambda path: path.stem)
def test_every_view_answers(lab, path):
    with lab.open_and_run(path.name) as sheet:
        views = sheet.views()
        for number, view in enumerate(views):
            view.scroll_into_view_if_needed()
            if view.locator(".vaeteach-quiz, .vaeteach-quiz *").count() == 0:
                pictures(view).first.wait_for()
            for image in view.locator(".vaeteach-picture").all():
                assert (image.get_attribute("aria-label") or "").strip(), (
                    f"view {number} has a picture without alt text"
                )
            before = sheet.settle(view)
            if view.locator("canvas:not(.vaeteach-picture)").count():
                sheet.drag(view.locator("canvas").first, 0.2, 0.15)
            else:
                use_first_control(sheet, view)
            share = sheet.changed(view, before)
            sheet.screenshot(f"{path.stem}-view{number}", view)
            assert share > 0, f"view {number} does not answer"
        sheet.screenshot(path.stem)
        sheet.no_page_errors()
