"""Controls that look alike in all views; their names are never cut."""

import ipywidgets


def slider(name, low, high, step, value=0, width="300px", **options):
    """A slider of whole numbers if `step` is one, else of floats read with two digits."""
    kind = ipywidgets.IntSlider if isinstance(step, int) else ipywidgets.FloatSlider
    return kind(value=value, min=low, max=high, step=step, **_named(name, width), **options)


def choice(name, options, value=None, width="auto"):
    """A drop-down list; the first of `options` is chosen where no value is given."""
    start = {} if value is None else {"value": value}
    return ipywidgets.Dropdown(options=options, **start, **_named(name, width))


def checkbox(name, value=True):
    """A box with its name beside it."""
    return ipywidgets.Checkbox(value=value, description=name, indent=False)


def film(slider, interval):
    """A Play button that moves the whole-number `slider` a step every `interval` ms."""
    play = ipywidgets.Play(
        value=slider.value, min=slider.min, max=slider.max, interval=interval, description="play"
    )
    ipywidgets.link((play, "value"), (slider, "value"))
    return play


def _named(name, width):
    return {
        "description": name,
        "style": {"description_width": "initial"},
        "layout": ipywidgets.Layout(width=width),
    }
