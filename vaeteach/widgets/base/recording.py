"""A view's pictures at its controls' positions, for pages that play them without a kernel."""

import base64
import html
import itertools
import json
import math
import uuid

from .scripts import es_module

ALONG, GRID = 21, 7  # positions of a slider alone; of each of the first two sliders together
_PAGE = """<div class="vaeteach-view" id="{place}"><img alt="{alt}" width="{width}"
src="data:image/png;base64,{png}" style="max-width:100%; height:auto"></div>
<script type="module">
{module}
play({recording}, document.getElementById("{place}"));
</script>"""


def positions(control, most):
    """At most `most` values of a slider, or all of a choice or a box, in order.

    The present one is among them.
    """
    if hasattr(control, "options"):
        return [option[1] if isinstance(option, tuple) else option for option in control.options]
    if isinstance(control.value, bool):
        return [False, True]
    steps = round((control.max - control.min) / control.step)
    every, now = math.ceil(steps / (most - 1)), round((control.value - control.min) / control.step)
    values = [control.min + i * control.step for i in range(now % every, steps + 1, every)]
    return [control.value if i == now // every else value for i, value in enumerate(values)]


def record(view, controls):
    """Walk along each control from where it stands, and over a coarser grid of the first two.

    Returns what `play` of player.js takes, as plain Python: pictures as base64, words, positions.
    The controls stand as before afterwards.
    """
    start = [control.value for control in controls]
    coarse = [positions(control, GRID) for control in controls[:2]]
    axes = [positions(control, ALONG) for control in controls]
    for axis, values in zip(axes, coarse):
        axis[:] = sorted({*axis, *values}) if isinstance(axis[0], float) else axis
    lines = [[*start[:k], value, *start[k + 1 :]] for k, axis in enumerate(axes) for value in axis]
    grid = [[*both, *start[2:]] for both in itertools.product(*coarse)]
    pictures, backgrounds = {}, []
    for setting in [*lines, *grid]:
        key = ",".join(str(axis.index(value)) for axis, value in zip(axes, setting))
        if key not in pictures:
            _set(view, controls, setting)
            pictures[key] = _kept(view, backgrounds)
    _set(view, controls, start)
    return {
        "width": view.image.width,
        "controls": [
            {"name": control.description, "positions": _labels(control, axis)}
            for control, axis in zip(controls, axes)
        ],
        "at": [axis.index(value) for axis, value in zip(axes, start)],
        "pictures": pictures,
        "backgrounds": backgrounds,
    }


def page(recording, png, alt):
    """HTML that plays a recording by itself; where no script may run, the still picture."""
    return _PAGE.format(
        place=f"vaeteach-{uuid.uuid4().hex}",
        alt=html.escape(alt),
        width=recording["width"],
        png=base64.b64encode(png).decode(),
        module=es_module("base/picture.js", "base/player.js"),
        recording=json.dumps(recording).replace("</", "<\\/"),
    )


def _set(view, controls, setting):
    with view.changed.together():
        for control, value in zip(controls, setting):
            control.value = value


def _kept(view, backgrounds):
    background = base64.b64encode(view.image.background).decode()
    if background not in backgrounds:
        backgrounds.append(background)
    return {
        "background": backgrounds.index(background),
        "part": base64.b64encode(view.image.part).decode(),
        "place": list(view.image.place),
        "alt": view.alt,
    }


def _labels(control, axis):
    if hasattr(control, "options"):
        return [
            str(option[0] if isinstance(option, tuple) else option) for option in control.options
        ]
    return axis if isinstance(axis[0], (bool, int)) else [f"{value:.2f}" for value in axis]
