"""A view in a page without a kernel: a still, and the script and state that take its place."""

import base64
import html
import json
import uuid

from .scripts import es_module

_PAGE = """<div class="vaeteach-alone" id="{place}">{still}</div>
<script type="application/json" id="{place}-data">{data}</script>
<script type="module">
{alone}
const found = (id) => document.getElementById(id);
alone(JSON.parse(found("{place}-data").textContent), found("{place}"));
</script>"""
_STILL = """<img alt="{alt}" {width}src="data:image/png;base64,{png}" \
style="max-width: 100%; height: auto">"""


def exported(still, module, css="", state=None, binary=None):
    """HTML that lives by itself, without kernel and network.

    still: HTML that is seen where no script may run. module: ES module whose default export has
    `render({model, el})`. state, binary: what `model.get` gives, JSON and bytes.
    """
    data = {
        "css": css,
        "module": module,
        "state": state or {},
        "binary": {k: base64.b64encode(v).decode() for k, v in (binary or {}).items()},
    }
    return _PAGE.format(
        place=f"vaeteach-{uuid.uuid4().hex}",
        still=still,
        data=json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
        alone=es_module("base/alone.js"),
    )


def still_picture(png, alt, width=None):
    """PNG bytes as an HTML image with its words."""
    return _STILL.format(
        alt=html.escape(alt),
        width=f'width="{width}" ' if width else "",
        png=base64.b64encode(png).decode(),
    )
