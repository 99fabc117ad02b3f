"""Sphinx configuration: renders the executed notebooks, from their stored outputs."""

import re

from docutils import nodes

project = "Hậu Giang 2020–2025 in figures"
author = "the project's contributors"
project_copyright = f"{author}; text and data CC BY 4.0, code MIT"
language = "en"

extensions = ["myst_nb"]
nb_execution_mode = "off"  # what is shown is what is stored
nb_ipywidgets_js = {}  # no widget, and so no script from elsewhere
myst_heading_anchors = 3
suppress_warnings = [
    "myst.xref_missing"
]  # rows are in outputs; tests/test_site.py finds dead links

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["hg.css"]
html_js_files = ["hg.js"]
html_theme_options = {
    "use_download_button": True,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "search_bar_text": "Search",
}
html_show_sphinx = False

# ¶11.7 in prose or in a table leads to that numeral on the page of the document's figures.
_NO_LINKS = (nodes.raw, nodes.reference, nodes.literal, nodes.literal_block)
_PLACE = re.compile(r"¶(\d+)(?:\.(\d+))?")
_ROW = re.compile(r"[a-z]\w*\.[\w.-]+")  # the key of a row, which no heading has
_PLACE_OR_TAG = re.compile(rf"<[^>]*>|{_PLACE.pattern}")


def _address(app, page, match):
    target = "p" + "-".join(part for part in match.groups() if part)
    return f"{app.builder.get_relative_uri(page, 'figures')}#{target}"


def link_places(app, doctree, page):
    """Turn every place in the source into a link."""
    if page == "figures":
        return
    for raw in list(doctree.findall(nodes.raw)):
        text = _PLACE_OR_TAG.sub(
            lambda m: f'<a href="{_address(app, page, m)}">{m[0]}</a>' if m[1] else m[0],
            raw.astext(),
        )
        raw.clear()
        raw += nodes.Text(text)
    for text in list(doctree.findall(nodes.Text)):
        if isinstance(text.parent, _NO_LINKS):
            continue
        parts, at = [], 0
        for match in _PLACE.finditer(text):
            parts.append(nodes.Text(text[at : match.start()]))
            address = _address(app, page, match)
            parts.append(nodes.reference("", match[0], internal=True, refuri=address))
            at = match.end()
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(text[at:])])


def mark_numbers(app, doctree, page):
    """Give numbers that lead to their rows a look of their own: they are text first."""
    for link in doctree.findall(nodes.reference):
        target = link.get("refid") or link.get("refuri", "").partition(".html#")[2]
        if _ROW.fullmatch(target):
            link["classes"].append("hg-row")


def setup(app):
    """Register the links."""
    app.connect("doctree-resolved", mark_numbers)
    app.connect("doctree-resolved", link_places)
