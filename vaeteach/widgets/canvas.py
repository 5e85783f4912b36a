"""Views drawn in the page by one small ES module.

They answer without the kernel and live on in exported pages.
"""

import base64
import html
import json
import uuid
from pathlib import Path

import anywidget


class CanvasView(anywidget.AnyWidget):
    """An anywidget that leaves a still picture, and its own live copy.

    That is for where there is no kernel and no network.

    Subclasses give `_esm` and `_css` as paths and write `still()` -> PNG bytes and `alt`. In Lab
    the live widget is shown. A page exported without widget state holds `text/html`: the still
    picture, replaced by the same ES module running on the state as it was. It needs no script from
    anywhere.
    """

    def still(self):
        """The view as a PNG picture, drawn by the functions of `plots`."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs):
        live = super()._repr_mimebundle_(**kwargs) or {}
        png = base64.b64encode(self.still()).decode()
        return {
            **(live[0] if isinstance(live, tuple) else live),
            "image/png": png,
            "text/html": self._page(png),
            "text/plain": self.alt,
        }

    def _page(self, png):
        state, binary = {}, {}
        for name in self.traits(sync=True):
            if name.startswith("_") or name in ("layout", "tabbable", "tooltip", "comm"):
                continue
            value = getattr(self, name)
            if isinstance(value, (bytes, memoryview)):
                binary[name] = base64.b64encode(value).decode()
            else:
                state[name] = value
        place = f"vaeteach-{uuid.uuid4().hex}"
        module = base64.b64encode(Path(type(self)._esm_path).read_bytes()).decode()
        css = Path(type(self)._css_path).read_text()
        data = json.dumps({"state": state, "binary": binary}).replace("</", "<\\/")
        return f"""<style>{css}</style>
<div id="{place}">
<img alt="{html.escape(self.alt)}" src="data:image/png;base64,{png}" style="max-width:100%">
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
