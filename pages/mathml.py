"""Sphinx's extension for the pages: formulas as MathML, and headings named as JupyterLab does.

Browsers draw MathML themselves: no script and no font from elsewhere.
"""

import html
import re

from latex2mathml.converter import convert

# the name of a function, where neither a bracket nor a script of its own follows
FUNCTION = re.compile(r"(?<!<msub>)(?<!<msup>)<mi>(log|exp|sin|cos|max|min|var)</mi>(?=<m[ifns])")


def mathml(tex, display=False):
    """TeX as the course writes it, as a <math> element that names its source."""
    tex = " ".join(tex.split())
    braced = re.sub(r"\\(math\w+) ([A-Za-z0-9])", r"\\\1{\2}", tex)
    made = convert(braced, display="block" if display else "inline")
    made = FUNCTION.sub(r'\g<0><mspace width="0.17em"/>', made)
    return made.replace("<math", f'<math alttext="{html.escape(tex)}"', 1)


def slug(heading):
    """The anchor of a heading, the same as in JupyterLab, so that one link serves both."""
    return heading.strip().replace(" ", "-")


def in_text(text):
    """HTML in which what stands between dollars has become MathML."""
    return re.sub(r"\$([^$<>]+)\$", lambda found: mathml(html.unescape(found[1])), text)


def setup(app):
    """Have Sphinx write formulas so."""
    from docutils import nodes

    def inline(translator, node):
        translator.body.append(mathml(node.astext()))
        raise nodes.SkipNode

    def block(translator, node):
        label = f' id="{node["ids"][0]}"' if node["ids"] else ""
        translator.body.append(f'<div class="formula"{label}>{mathml(node.astext(), True)}</div>')
        raise nodes.SkipNode

    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
