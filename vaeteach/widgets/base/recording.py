"""A view's pictures at its controls' positions, for pages that play them without a kernel."""

import base64
import functools
import io
import itertools
import math

from PIL import Image

MOST, BUDGET = 48, 2_800_000  # pictures of a view, and bytes in a page (with the last: 3 MB)
STEPS = 2, 4, 8, 16  # across a slider, ever finer
GRID = 4  # the same for the grid of two sliders
COMBINATIONS = 40  # of lists and boxes; more are walked along one by one


def is_slider(control):
    """Whether it has positions in between; lists and boxes have not."""
    return not hasattr(control, "options") and not isinstance(control.value, bool)


def positions(control, steps):
    """About `steps` + 1 values of a slider around the present one, or all of a list or a box.

    With twice the steps the same values come again, and one between any two of them.
    """
    if hasattr(control, "options"):
        return [option[1] if isinstance(option, tuple) else option for option in control.options]
    if not is_slider(control):
        return [False, True]
    whole = round((control.max - control.min) / control.step)
    stride = math.ceil(whole / STEPS[-1])
    while whole > steps * stride:
        stride *= 2
    now = round((control.value - control.min) / control.step)
    up = range(now % stride, whole + 1, stride)
    values = [round(control.min + i * control.step, 10) for i in up]
    return [control.value if i == now else value for i, value in zip(up, values)]


def record(view, film=None):
    """Walk through the view's controls as far as the budget goes.

    First every list and box, then along each slider of each of their settings, ever finer, and over
    a grid of the first two. `film`: (slider, ms) of the one that a page can play, recorded at every
    position. Returns what player.js takes, as plain Python. The controls stand as before
    afterwards.
    """
    controls = list(view.controls)
    start = [control.value for control in controls]
    asked, kept, backgrounds = set(), {}, {}

    def visit(choices, places=()):
        setting = [*choices, *places]
        if (key := tuple((id(control), value) for control, value in setting)) in asked:
            return
        asked.add(key)
        with view.changed.together():  # one picture, if anything has changed
            _set(controls, start)
            for control, value in setting:
                control.value = value
        at = tuple(_where(control) for control in controls)
        if at in kept:
            return
        kept[at] = _state(view, backgrounds)
        size = sum(len(state["part"]) + len(state["alt"]) + 80 for state in kept.values())
        if len(kept) >= MOST or size + sum(map(len, backgrounds)) > BUDGET:
            raise _Enough

    try:
        visit([])
        lines = []
        for choices in _settings(controls):
            visit(choices)
            sliders = [control for control in view.in_use() if is_slider(control)]
            lines += [(choices, s, {n: positions(s, n) for n in STEPS}) for s in sliders]
        if film:
            for stride in (8, 4, 2, 1):
                for value in range(film[0].min, film[0].max + 1, stride):
                    visit([], [(film[0], value)])
        both = [(s, values[GRID]) for _, s, values in lines[:2]]
        for steps in STEPS:
            places = [[(c, (s, value)) for value in values[steps]] for c, s, values in lines]
            for in_turn in itertools.zip_longest(*places):  # each slider gets some of its places
                for choices, place in filter(None, in_turn):
                    visit(choices, [place])
            if steps == GRID and len(both) == 2 and both[0][0] is not both[1][0]:
                for pair in itertools.product(*(values for _, values in both)):
                    visit([], list(zip([slider for slider, _ in both], pair)))
    except _Enough:
        pass
    finally:
        with view.changed.together():
            _set(controls, start)
    return {
        "width": view.image.width,
        "controls": [_described(control) for control in controls],
        "film": film and [controls.index(film[0]), film[1]],
        "start": [_where(control) for control in controls],
        "states": [{"at": list(at), **state} for at, state in kept.items()],
        "backgrounds": list(backgrounds),
    }


class _Enough(Exception):
    """The budget is spent."""


def _settings(controls):
    """All combinations of lists and boxes, as lists of (control, value)."""
    lists = [c for c in controls if not is_slider(c)]
    values = [positions(c, 0) for c in lists]
    if math.prod(map(len, values)) <= COMBINATIONS:
        return [list(zip(lists, combination)) for combination in itertools.product(*values)]
    return [[(c, value)] for c, some in zip(lists, values) for value in some]


def _set(controls, values):
    """Lists and boxes first: what they do to the sliders is then undone."""
    for control, value in sorted(zip(controls, values), key=lambda pair: is_slider(pair[0])):
        control.value = value


def _where(control):
    """A slider's value, or the number of what is chosen."""
    if is_slider(control):
        return round(control.value, 10)
    return positions(control, 0).index(control.value)


def _state(view, backgrounds):
    background = _small(view.image.background)
    return {
        "background": backgrounds.setdefault(background, len(backgrounds)),
        "part": _small(view.image.part),
        "place": list(view.image.place),
        "alt": view.alt,
    }


@functools.lru_cache(8)  # for backgrounds, which come again and again
def _small(content):
    """The same picture in half the bytes: encoded without haste, as base64."""
    if not content:
        return ""
    stream = io.BytesIO()
    picture = Image.open(io.BytesIO(content)).convert("RGBA")
    picture.save(stream, "webp", lossless=True, method=3, quality=30)
    return base64.b64encode(stream.getvalue()).decode()


def _described(control):
    said = {"name": control.description}
    if hasattr(control, "options"):
        names = [option[0] if isinstance(option, tuple) else option for option in control.options]
        return {**said, "kind": "list", "names": [str(name) for name in names]}
    if not is_slider(control):
        return {**said, "kind": "box"}
    return {**said, "kind": "slider", "digits": 0 if isinstance(control.value, int) else 2}
