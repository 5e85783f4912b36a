"""Views drawn in the page by one small ES module.

They answer without the kernel and live on in exported pages.
"""

import base64
import html
import json
import uuid

import anywidget
import traitlets

from ..plots import canvas_style, digit_palette
from .base import WithoutKernel


class CanvasView(WithoutKernel, anywidget.AnyWidget):
    """An anywidget that leaves a still picture, and its own live copy.

    That is for where there is no kernel and no network. Subclasses give `_esm` and `_css` as texts
    and write `still()` -> PNG bytes and `alt`. In Lab the live widget is shown. A page exported
    without widget state holds `text/html`: the still picture, replaced by the same ES module
    running on the state as it was. It needs no script from anywhere. `only` is the class that is
    shown alone, or None.
    """

    alt = traitlets.Unicode("").tag(sync=True)
    palette = traitlets.List(digit_palette()).tag(sync=True)
    look = traitlets.Dict(canvas_style()).tag(sync=True)  # `style` is a name of ipywidgets
    only = traitlets.Int(None, allow_none=True).tag(sync=True)

    def page(self, png):
        """The view as HTML that lives without kernel and network; `png` until its script runs."""
        state, binary = {"recorded": True}, {}
        for name in self.traits(sync=True):
            if name.startswith("_") or name in ("layout", "tabbable", "tooltip", "comm"):
                continue
            value = getattr(self, name)
            if isinstance(value, (bytes, memoryview)):
                binary[name] = base64.b64encode(value).decode()
            else:
                state[name] = value
        place = f"vaeteach-{uuid.uuid4().hex}"
        still = base64.b64encode(png).decode()
        module = base64.b64encode(self._esm.encode()).decode()
        data = json.dumps({"state": state, "binary": binary}).replace("</", "<\\/")
        return f"""<style>{self._css}</style>
<div id="{place}">
<img alt="{html.escape(self.alt)}" src="data:image/png;base64,{still}" style="max-width:100%">
</div>
<script type="module">
const {{ state, binary }} = {data};
for (const [name, text] of Object.entries(binary))
  state[name] = new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const handlers = {{}};
const model = {{
  get: (name) => state[name],
  set(name, value) {{
    state[name] = value;
    (handlers["change:" + name] || []).forEach((f) => f());
  }},
  on(name, f) {{ (handlers[name] ||= []).push(f); }},
  off() {{}}, save_changes() {{}}, send() {{}},
}};
const view = await import("data:text/javascript;base64,{module}");
const el = document.getElementById("{place}");
el.replaceChildren();
view.default.render({{ model, el }});
</script>"""
