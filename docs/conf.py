"""Sphinx configuration: renders the executed notebooks, from their stored outputs."""

import base64
import csv
import json
import re
from functools import cache
from html import escape
from io import StringIO
from pathlib import Path
from urllib.parse import quote

from bs4 import BeautifulSoup, Comment
from docutils import nodes

from hg_analysis import words
from hg_analysis.table import DATA
from hg_analysis.tools.links import _DIGITS, _FREE

HERE = Path(__file__).parent  # pages.py names it by its language, beside the others built with it
language = HERE.name if HERE.name in words.LANGUAGES else "en"
words.use_language(language)
say = {term: words.name("site", term) for kind, term in words.entries("terms") if kind == "site"}

project = say["project"]
_RELEASED = re.search(r"date-released: (\S+)", (DATA.parent / "CITATION.cff").read_text("utf-8"))[1]
author = "the project's contributors"
project_copyright = say["copyright"]
extensions = ["myst_nb"]
nb_execution_mode = "off"  # what is shown is what is stored
nb_ipywidgets_js = {}  # no widget, and so no script from elsewhere
myst_heading_anchors = 3
suppress_warnings = [
    "myst.xref_missing"
]  # rows are in outputs; tests/test_site.py finds dead links

html_theme = "basic"  # for its search; the layout is our own
html_title = project
templates_path = ["_templates"]
html_static_path = ["_static"]
html_sourcelink_suffix = ""  # a notebook is downloaded under its name
html_use_index = False
html_permalinks = False

# ¶11.7 in prose or in a table leads to that numeral on the page of the document's figures.
_NO_LINKS = (nodes.raw, nodes.reference, nodes.literal, nodes.literal_block)
_PLACE = re.compile(r"¶(\d+)(?:\.(\d+))?")
_ROW = re.compile(r"[a-z]\w*\.[\w.-]+")  # the key of a row, which no heading has
_PLACE_OR_TAG = re.compile(rf"<[^>]*>|{_PLACE.pattern}")
_TAGS = ("lead", "findings", "how-sure")  # of cells that have a look of their own
_QUIET = "a, code, pre, svg, .cell, table.hg"  # what is no sentence
_UNUSED = re.compile(  # on a page, which has its own styles
    r'<style>.*?</style>| data-(?:jupyter-id|decimals|unit|relation)="[^"]*"|<i></i>', re.DOTALL
)
_PLAIN = ".std-ref, pre span:not(.c1, .k, .kn, .kc, .s1, .s2, .mi, .mf)"  # has no look
_COLLECTION = ("figures", "sources", "readings", "choices", "glossary")


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


def mark_cells(app, page, source):
    """Leave the tags of text cells in the text, where :func:`finish` finds their sections."""
    if page.startswith("notebooks/"):
        notebook = json.loads(source[0])
        for cell in notebook["cells"]:
            tags = [f"tag_{tag}" for tag in _TAGS if tag in cell["metadata"].get("tags", [])]
            if cell["cell_type"] == "markdown" and tags:
                cell["source"] = "".join(cell["source"]) + f"\n\n<!-- {' '.join(tags)} -->\n"
        source[0] = json.dumps(notebook)


def dress(app, page, template, context, doctree):
    """Give the layout its words and addresses, and a notebook's page its folds and links."""
    found = app.env.found_docs
    context |= {
        "say": say.__getitem__,
        "label": lambda name: (
            words.name("page", name.split("/")[-1])
            if words.known("page", name.split("/")[-1])
            else app.env.titles[name].astext()
        ),
        "analyses": sorted(name for name in found if name.startswith("notebooks/")),
        "collection": _COLLECTION,
        "origins": {origin: words.name("origin", origin) for origin in words.MARKS},
    }
    for folder in HERE.parent.iterdir():  # the same page in the other language
        if folder != HERE and any(folder.glob(f"{page}.*")):
            address = f"{'../' * (page.count('/') + 1)}{folder.name}/{page}.html"
            context |= {"other": folder.name, "other_address": address}
    if page.startswith("notebooks/"):
        context["number"] = int(page.split("/")[1].split("_")[0])
    if page.startswith("notebooks/") or page == "index":
        context["body"] = finish(app, page, context["body"])


def finish(app, page, body):
    """Fold the code, put what can be taken along under pictures, and say how numbers are known."""
    body = re.sub(_UNUSED, "", body)
    body = body.replace('<div style="overflow-x:auto">', '<div class="hg-wide">')
    soup = BeautifulSoup(body, "html.parser")
    for mark in soup.find_all(string=lambda text: isinstance(text, Comment)):
        mark.parent["class"] = [*mark.parent.get("class", []), *mark.split()]
        mark.extract()
    drawn = dict(zip(map(id, soup("svg")), re.findall(r"<svg\b.*?</svg>", body, re.DOTALL)))
    for cell, stored in zip(soup.select("div.cell"), _cells(page)):
        code, take = cell.select_one(".cell_input"), soup.new_tag("div", attrs={"class": "take"})
        if picture := cell.select_one("svg[role=img], img"):
            cell["id"] = f"picture-{stored['id']}"
            _take(app, cell, picture, drawn.get(id(picture)), take)
        if code.parent.name == "details":  # folded already, by the theme that is not ours
            code.parent.replace_with(code)
        fold = code.wrap(soup.new_tag("details", attrs={"class": "code"}))
        fold.insert(0, _made(f"<summary>{say['code']}</summary>"))
        take.append(fold)
        cell.append(take)
    seen = set()
    for row in soup.select("table.hg [id]"):  # of a row that is shown twice the first is meant
        if row["id"] in seen:
            del row["id"]
        else:
            seen.add(row["id"])
    for span in soup.select(_PLAIN):
        span.unwrap()
    for table in soup.select("table.hg:has(tr[data-value])"):
        table["class"].append("hg-rows")
    for table in soup.select("table.docutils"):
        table.wrap(soup.new_tag("div", attrs={"class": "hg-wide"}))
    for link in soup.select("a.hg-row"):
        key = re.sub("-(low|high)$", "", link["href"].partition("#")[2])
        link["class"].append(f"known-{_known()[key]}" if key in _known() else "loose")
    quiet = {id(text) for part in soup.select(_QUIET) for text in part.find_all(string=True)}
    for text in soup.find_all(string=_DIGITS):
        if id(text) not in quiet:
            text.replace_with(_made(_loose(text)))
    return str(soup)


def _made(html):
    return BeautifulSoup(html, "html.parser")


def _loose(text):
    """Mark the numerals of a text that no row states, but for those that need none."""
    free = [range(*match.span()) for match in _FREE.finditer(text)]
    return _DIGITS.sub(
        lambda m: (
            m[0]
            if any(m.start() in span for span in free)
            else f'<span class="loose">{m[0]}</span>'
        ),
        escape(text, quote=False),
    )


def _take(app, cell, picture, drawn, take):
    """Offer the numbers of a picture, the picture and how to cite it."""
    folder, name = Path(app.outdir) / "_images", cell["id"].removeprefix("picture-")
    folder.mkdir(exist_ok=True)
    if picture.parent.name == "a":
        picture.parent.replace_with(picture)
    if table := cell.select_one("details table"):
        file = StringIO(newline="")
        for row in table("tr"):
            csv.writer(file).writerow(" ".join(e.get_text().split()) for e in row(["th", "td"]))
        data = f"data:text/csv;charset=utf-8,{quote(chr(0xFEFF) + file.getvalue())}"
        take.append(_made(f'<a href="{data}" download="{name}.csv">{say["csv"]}</a>'))
    address = picture.get("src", "")
    if drawn:
        address = f"../_images/{name}.svg"
        (folder / f"{name}.svg").write_text(drawn, "utf-8")
    elif address.startswith("data:"):
        kind, content = re.match(r"data:image/(\w+)[^,]*;base64,(.*)", address, re.DOTALL).groups()
        (folder / f"{name}.{kind}").write_bytes(base64.b64decode(content))
        address = picture["src"] = f"../_images/{name}.{kind}"
    kind = address.rpartition(".")[2]
    take.append(_made(f'<a href="{address}" download="{name}.{kind}">{say["picture"]}</a>'))
    caption = cell.find("figcaption") or cell.find_previous(["h1", "h2", "h3"])
    cited = f"“{escape(caption.get_text())}”. {project}, {_RELEASED}. "
    at = f'<span class="address" data-at="{cell["id"]}"></span>'
    cite = f"<details><summary>{say['cite']}</summary><p>{cited}{at}</p></details>"
    take.append(_made(cite))


def _cells(page):
    """Return the code cells of a notebook."""
    if not (path := HERE / f"{page}.ipynb").is_file():
        return []
    stored = json.loads(path.read_text("utf-8"))
    return [cell for cell in stored["cells"] if cell["cell_type"] == "code"]


@cache
def _known():
    """How the number of each row in the notebooks is known; what is counted there is implied."""
    found = {}
    for path in (HERE / "notebooks").glob("*.ipynb"):
        for output in (o for cell in _cells(f"notebooks/{path.stem}") for o in cell["outputs"]):
            html = "".join(output.get("data", {}).get("text/html", ""))
            found |= dict.fromkeys(re.findall(r'id="([^"]+)"[^>]*data-value', html), "implied")
            for key, row in re.findall(r'<tr id="([^"]+)"(.*?)</tr>', html, re.DOTALL):
                said = re.findall(r'data-known="(\w+)"', row)
                for known in said or [o for o, mark in words.MARKS.items() if mark in row]:
                    found[key] = known
    return found


def setup(app):
    """Register what is done to pages."""
    app.connect("source-read", mark_cells)
    app.connect("doctree-resolved", mark_numbers)
    app.connect("doctree-resolved", link_places)
    app.connect("html-page-context", dress)
