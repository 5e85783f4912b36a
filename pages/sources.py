"""A lesson that has been run, as a source of Sphinx: pictures and views in files of their own."""

import base64
import hashlib
import json
import re
from typing import NamedTuple

from mathml import in_text

PICTURE = re.compile(r'src="data:image/png;base64,([^"]+)"')
VIEW = re.compile(
    r'<div class="vaeteach-alone" id="(?P<place>[^"]+)">(?P<still>.*?)</div>\s*'
    r'<script type="application/json"[^>]*>(?P<data>.*?)</script>\s*'
    r'<script type="module">.*?</script>',
    re.S,
)


class Files(NamedTuple):
    """Where pictures and views go, below the folder of static files."""

    folder: object

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return f"_static/{name}"


def lesson(notebook, name, files):
    """The notebook without widgets, its pictures and views in `files`, and with a way to itself."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"] = shown(output, name, files)
                output["metadata"] = {}
    title = notebook.cells[0]
    heading, rest = title["source"].split("\n", 1)
    title["source"] = f"{heading}\n\n{about(name)}\n{rest}"
    return notebook


def about(name):
    """What the page is, and how to get at the notebook."""
    return (
        f'<p class="about">This page shows one run of <a href="notebooks/{name}.ipynb" download>'
        f"{name}.ipynb</a>. Views move among what was computed then; to change the code, train and"
        " do the exercises, open the notebook: <code>python3 course.py</code>.</p>\n"
    )


def shown(output, name, files):
    """One kind of content for an output: HTML where there is any, else text."""
    data = output["data"]
    text = data.get("text/html")
    if text is None and "image/png" in data:
        about = output.get("metadata", {}).get("image/png", {})
        words = about.get("alt") or data.get("text/plain", "")
        width = f' width="{about["width"]}"' if "width" in about else ""
        text = f'<img alt="{words}"{width} src="data:image/png;base64,{data["image/png"].strip()}">'
    if text is None:
        kind = "text/markdown" if "text/markdown" in data else "text/plain"
        return {kind: data[kind]} if kind in data else {}
    text = VIEW.sub(lambda view: apart(view, name, files), text)
    return {"text/html": PICTURE.sub(lambda picture: outside(picture, files), text)}


def outside(picture, files):
    """The picture in a file, loaded when it is reached."""
    content = base64.b64decode(picture[1])
    name = f"pictures/{hashlib.sha256(content).hexdigest()[:16]}.png"
    return f'loading="lazy" src="{files.write(name, content)}"'


def apart(view, name, files):
    """The view's script and state in a file, loaded when it is reached."""
    data = json.loads(view["data"])
    key = f"{name}-{hashlib.sha256(view['data'].encode()).hexdigest()[:8]}"
    script = f"vaeteachArrived({json.dumps(key)}, {json.dumps(data)});"
    where = files.write(f"views/{key}.js", script.encode())
    still = in_text(view["still"]) if data["state"].get("inside") else view["still"]
    return f'<div class="vaeteach-alone" data-view="{key}" data-from="{where}">{still}</div>'
