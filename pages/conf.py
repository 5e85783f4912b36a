"""Sphinx's settings for the pages; build.py makes the sources and starts it."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

project = "vaeteach"
author = "the vaeteach authors"
copyright = "the vaeteach authors. Text and figures CC BY 4.0, code MIT"
extensions = ["myst_nb", "mathml"]
nb_execution_mode = "off"  # build.py has run the lessons
myst_enable_extensions = ["dollarmath"]
myst_dmath_double_inline = True
myst_heading_anchors = 4

myst_heading_slug_func = "mathml.slug"
html_theme = "sphinx_book_theme"
html_title = "What does the prior do?"
html_favicon = "static/prior.svg"
html_math_renderer = "mathml"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["views.js"]
html_show_search_summary = False  # would be fetched, which a page from the disk may not do
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "show_navbar_depth": 1,
    "max_navbar_depth": 2,
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "home_page_in_toc": True,
    "navbar_persistent": [],  # the sidebar has the search
}
html_context = {"default_mode": "auto"}
pygments_style = "a11y-high-contrast-light"
